from __future__ import annotations

import html
from collections.abc import Callable

import pytest
import yaml

from bot.transcripts import TranscriptStore, Verdict
from tests.console.conftest import Browser
from tests.console.intake import HOSTILE
from tests.transcripts.events import NOON, did, replied, said, slot

Open = Callable[..., Browser]


@pytest.fixture
def talk(transcripts: TranscriptStore) -> str:
    scam = {
        "verdict": "evident",
        "score": 0.97,
        "stage": "commit",
        "signals": [{"signal": "full_refund_promise", "start": 5, "end": 9, "phrase": "全额退保"}],
    }
    transcripts.record_all(
        [
            said("有人跟我说全额退保，要我电话13812345678", scam=scam, entities=[{"entity": "insurer", "value": "平安人寿", "start": 0, "end": 1}]),
            slot("conversation", {"topic": "agent_full_refund"}, at=NOON + 0.1),
            did("action_answer", at=NOON + 0.2),
            replied("先别照做。", at=NOON + 0.3, buttons=("我要举报",)),
            said("今天天气不错", sender="openid-2", at=NOON + 100, intent="oos_chitchat", confidence=0.31),
        ]
    )
    return transcripts.conversation_id("openid-1")


def test_a_worker_finds_a_conversation_and_sees_what_was_understood(browser: Open, talk: str) -> None:
    worker = browser("worker")
    listed = worker.get("/transcripts", params={"text": "全额退保"}).text
    assert f'href="/transcripts/{talk}"' in listed
    assert "今天天气不错" not in listed

    page = html.unescape(worker.get(f"/transcripts/{talk}").text)
    assert "有人跟我说<mark>全额退保</mark>，要我电话138****5678" in page
    assert "13812345678" not in page
    for words in (
        "能不能退保 91%",
        "诈骗特征明显 97%",
        "索要证件/签委托",
        "承诺全额/高额退保：全额退保",
        "insurer：平安人寿",
        "action_answer",
        "我要举报",
    ):
        assert words in page, words


def test_filters_are_part_of_the_address_and_meaningless_values_are_ignored(browser: Open, talk: str) -> None:
    worker = browser("worker")
    assert f"/transcripts/{talk}" in worker.get("/transcripts?verdict=evident&topic=agent_full_refund&channel=web&reviewed=no&flagged=no").text
    assert f"/transcripts/{talk}" not in worker.get("/transcripts?verdict=none").text
    assert f"/transcripts/{talk}" not in worker.get("/transcripts?since=2025-11-24").text
    assert f"/transcripts/{talk}" in worker.get("/transcripts?since=2025-11-23&until=2025-11-23").text
    for odd in (
        "verdict=xx",
        "since=0001-01-01",
        "until=9999-12-31",
        "since=tomorrow",
        "page=-1",
        "page=x",
        "page=99999999999",
        "reviewed=maybe",
        "text=%00",
    ):
        assert worker.get(f"/transcripts?{odd}").status_code == 200, odd


def test_while_typing_only_the_rows_are_fetched_and_the_address_stays_short(browser: Open, talk: str) -> None:
    answer = browser("worker").get("/transcripts?text=&verdict=evident&topic=", headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert f"/transcripts/{talk}" in answer.text
    assert answer.headers["HX-Push-Url"] == "/transcripts?verdict=evident"


def test_a_list_whose_session_has_ended_reloads_instead_of_nesting_the_login_page(browser: Open) -> None:
    answer = browser().get("/transcripts", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (401, "true")


def test_reviewing_leads_to_the_next_conversation(browser: Open, talk: str, transcripts: TranscriptStore) -> None:
    worker = browser("worker")
    answer = worker.send(f"/transcripts/{talk}/review", then="next")
    assert answer.headers["location"] == f"/transcripts/{transcripts.conversation_id('openid-2')}"
    assert transcripts.conversation(talk).summary.reviewed_by == "worker"
    assert worker.send(f"/transcripts/{answer.headers['location'][13:]}/review", then="next").headers["location"] == "/transcripts?reviewed=no"
    worker.send(f"/transcripts/{talk}/review", value="no")
    assert not transcripts.conversation(talk).summary.reviewed


def test_flags_tags_and_notes_are_kept_with_who_made_them(browser: Open, talk: str, transcripts: TranscriptStore) -> None:
    worker = browser("worker")
    worker.send(f"/transcripts/{talk}/flag", value="yes")
    worker.send(f"/transcripts/{talk}/tag", tag="误判")
    worker.send(f"/transcripts/{talk}/note", note="已回电\n客人放心了")
    found = transcripts.conversation(talk)
    assert (found.summary.flagged_by, found.summary.tags, found.notes[0].actor) == ("worker", ("误判",), "worker")
    page = worker.get(f"/transcripts/{talk}").text
    assert "误判 ×" in page
    assert "客人放心了" in page
    worker.send(f"/transcripts/{talk}/tag", tag="误判", value="no")
    worker.send(f"/transcripts/{talk}/flag", value="no")
    assert transcripts.conversation(talk).summary.tags == ()
    assert not transcripts.conversation(talk).summary.flagged


def test_an_empty_note_is_refused_in_words(browser: Open, talk: str) -> None:
    answer = browser("worker").send(f"/transcripts/{talk}/note", note="  ")
    assert answer.status_code == 400
    assert "备注要1到2000个字" in answer.text


def test_a_conversation_that_was_erased_is_said_to_be_gone(browser: Open, talk: str, transcripts: TranscriptStore) -> None:
    transcripts.erase("openid-1")
    answer = browser("worker").get(f"/transcripts/{talk}")
    assert answer.status_code == 404
    assert "可能已经按规定删除了" in answer.text


def test_a_conversation_is_exported_as_a_test_story(browser: Open, talk: str) -> None:
    answer = browser("worker").get(f"/transcripts/{talk}/story")
    assert answer.headers["content-disposition"] == f'attachment; filename="test_{talk[-8:]}.yml"'
    steps = yaml.safe_load(answer.text)["stories"][0]["steps"]
    assert steps[0]["intent"] == "surrender_right"
    assert {"action": "action_answer"} in steps


def test_nothing_people_typed_runs_in_a_staff_browser(browser: Open, transcripts: TranscriptStore) -> None:
    signals = [{"signal": HOSTILE, "start": 0, "end": 20, "phrase": HOSTILE}, {"signal": "x", "start": 5, "end": 9999, "phrase": "x"}]
    transcripts.record_all(
        [
            {**said(HOSTILE, intent=HOSTILE, scam={"verdict": "evident", "stage": HOSTILE, "signals": signals}), "input_channel": HOSTILE},
            slot(HOSTILE, {HOSTILE: HOSTILE}, at=NOON + 1),
            did(HOSTILE, at=NOON + 2),
            replied(HOSTILE, at=NOON + 3, buttons=(HOSTILE,)),
        ]
    )
    name = transcripts.conversation_id("openid-1")
    worker = browser("worker")
    worker.send(f"/transcripts/{name}/tag", tag=HOSTILE[:30])
    worker.send(f"/transcripts/{name}/note", note=HOSTILE)
    for path in (f"/transcripts/{name}", "/transcripts", f"/transcripts?text={HOSTILE}&tag={HOSTILE}&channel={HOSTILE}"):
        page = worker.get(path).text
        assert "&lt;script&gt;" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "49" not in page.partition("&lt;script")[2][:200]


def test_overlapping_signals_share_one_mark(browser: Open, transcripts: TranscriptStore) -> None:
    signals = [{"signal": "a", "start": 0, "end": 4, "phrase": "全额退保"}, {"signal": "b", "start": 2, "end": 6, "phrase": "退保先付"}]
    transcripts.record(said("全额退保先付", scam={"verdict": Verdict.EVIDENT.value, "signals": signals}))
    page = browser("worker").get(f"/transcripts/{transcripts.conversation_id('openid-1')}").text
    assert "<mark>全额退保</mark><mark>先付</mark>" in page
