"""Lists, searches and drafts."""

from collections.abc import Callable

import pytest

from bot.intake.desk import IntakeDesk
from bot.intake.draft import Fields, TipOffDraft
from bot.intake.errors import IntakeError
from bot.intake.search import TipOffFilter
from bot.intake.vocabulary import Agency, TipOffState
from tests.intake.conftest import Clock

Draft = Callable[..., TipOffDraft]


def test_pages_go_through_everything_once_newest_first(desk: IntakeDesk, draft: Draft, clock: Clock) -> None:
    ids = []
    for number in range(7):
        ids.append(desk.submit(draft(), f"key-{number}").tip_off_id)
        if number % 2:
            clock.forward(minutes=1)
    seen, cursor = [], None
    while True:
        page = desk.search(TipOffFilter(rows=3, after=cursor))
        seen += [item.id for item in page.items]
        cursor = page.next
        if cursor is None:
            break

    assert sorted(seen) == sorted(ids)
    assert len(seen) == len(set(seen))
    assert (page.total, page.total_is_exact) == (7, True)


def test_every_condition_narrows_the_list(desk: IntakeDesk, draft: Draft) -> None:
    first = desk.submit(draft(), "key-1")
    desk.submit(draft(fields=Fields(behaviours=["offline_ad"], region_code="220322", company="诚信法律咨询有限公司")), "key-2")
    desk.assign(first.tip_off_id, "wang", "chief")

    def ids(**conditions: object) -> list[str]:
        return [item.id for item in desk.search(TipOffFilter(**conditions)).items]

    assert ids(lead_agency=Agency.POLICE) == [first.tip_off_id]
    assert ids(region_code="220303", state=TipOffState.REGISTERED) == [first.tip_off_id]
    assert ids(assigned_to="wang") == [first.tip_off_id]
    assert ids(insurer="平安人寿") == [first.tip_off_id]
    assert ids(identifier="139-1234-5678") == [first.tip_off_id]
    assert ids(receipt=first.number) == [first.tip_off_id]
    assert len(ids(identifier="诚信法律咨询公司")) == 1
    assert ids(identifier="13000000000") == []
    assert desk.counts()[TipOffState.REGISTERED] == 2


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "2026", "' OR 1=1 --", "MjAyNi0wMy0wMlQwMjowMDowMCB4"])
def test_a_cursor_that_is_not_ours_starts_at_the_top(sqlite_desk: IntakeDesk, draft: Draft, cursor: str) -> None:
    sqlite_desk.submit(draft(), "key-1")

    assert sqlite_desk.search(TipOffFilter(after=cursor)).total == 1


def test_a_draft_is_there_after_hours_and_belongs_to_its_owner_alone(desk: IntakeDesk, draft: Draft, clock: Clock) -> None:
    desk.save_draft("conversation-1", draft("说到一半"))
    desk.save_draft("conversation-1", draft("说得更多了"))
    clock.forward(hours=9)

    loaded = desk.load_draft("conversation-1")
    assert loaded is not None
    assert loaded.narrative == "说得更多了"
    assert desk.load_draft("conversation-2") is None
    desk.discard_draft("conversation-1")
    assert desk.load_draft("conversation-1") is None


def test_a_draft_beyond_all_measure_is_refused_in_words(sqlite_desk: IntakeDesk, draft: Draft) -> None:
    with pytest.raises(IntakeError, match="narrative_too_long"):
        sqlite_desk.save_draft("conversation-1", draft("长" * 500_000))
