"""Taking a tip-off in: once, with a receipt that works, whatever happens around it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from bot.intake import tables
from bot.intake.database import open_engine, upgrade
from bot.intake.desk import IntakeDesk
from bot.intake.draft import Fields, Reporter, TipOffDraft
from bot.intake.errors import IntakeError
from bot.intake.receipt import check_digit
from bot.intake.search import TipOffFilter
from bot.intake.vocabulary import Agency, TipOffKind, TipOffState

Draft = Callable[..., TipOffDraft]


def test_a_tip_off_gets_a_receipt_of_sixteen_digits_that_opens_its_status(desk: IntakeDesk, draft: Draft) -> None:
    receipt = desk.submit(draft(), "key-1")
    status = desk.status(receipt.number, "me")

    assert len(receipt.number) == 16
    assert check_digit(receipt.number[:-1]) == receipt.number[-1]
    assert (status.tip_off_id, status.state) == (receipt.tip_off_id, TipOffState.REGISTERED)
    assert receipt.lead_agency is Agency.POLICE
    assert "四平市公安局" in receipt.words


def test_the_same_key_again_gives_the_same_receipt_and_stores_nothing(desk: IntakeDesk, draft: Draft) -> None:
    first = desk.submit(draft(), "key-1")
    second = desk.submit(draft("完全不同的话，别人重放了请求。"), "key-1")

    assert (second.number, second.tip_off_id, second.repeated) == (first.number, first.tip_off_id, True)
    assert desk.search(TipOffFilter()).total == 1


def test_many_clients_sending_the_same_submission_at_once_store_one(desk: IntakeDesk, draft: Draft) -> None:
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: desk.submit(draft(), "one-key").number, range(24)))

    assert len(set(receipts)) == 1
    assert desk.search(TipOffFilter()).total == 1


def test_many_clients_at_once_each_get_their_own_receipt(desk: IntakeDesk, draft: Draft) -> None:
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda number: desk.submit(draft(), f"key-{number}").number, range(48)))

    assert len(set(receipts)) == 48
    assert desk.search(TipOffFilter()).total == 48


def test_nothing_that_identifies_anybody_stands_readable_in_the_database(desk: IntakeDesk, draft: Draft, complainant: Reporter) -> None:
    receipt = desk.submit(draft(reporter=complainant, kind=TipOffKind.BOTH, consent_identity=True, demand="退还定金"), "key-1")
    desk.add_message(receipt.number, "我又想起来，他车牌吉C12345", "me")
    desk.save_draft("conversation-7", draft())
    desk.unmask(receipt.tip_off_id, "phone", "clerk", "打给13912345678核实")

    everything = []
    with desk.store.engine.connect() as connection:
        for table in tables.metadata.sorted_tables:
            everything += [str(tuple(row)) for row in connection.execute(select(table))]
    stored = "\n".join(everything)
    people = ("王强", "tuibao888", "13912345678", "李秀英", "13500000000", "北二马路", "吉C12345")
    for secret in (*people, receipt.number, "key-1", "conversation-7", "全额退保"):
        assert secret not in stored


def test_a_complaint_without_identity_is_kept_as_a_report_and_the_words_say_so(desk: IntakeDesk, draft: Draft) -> None:
    receipt = desk.submit(draft(kind=TipOffKind.COMPLAINT), "key-1")

    assert desk.get(receipt.tip_off_id).summary.kind is TipOffKind.REPORT
    assert desk.catalog.words.receipt_kept_as_report in receipt.words


def test_a_complaint_with_identity_but_without_separate_consent_is_kept_as_a_report(desk: IntakeDesk, draft: Draft, complainant: Reporter) -> None:
    receipt = desk.submit(draft(kind=TipOffKind.COMPLAINT, reporter=complainant), "key-1")

    assert desk.get(receipt.tip_off_id).summary.kind is TipOffKind.REPORT


def test_without_consent_it_is_registered_and_the_person_is_told_that_it_goes_nowhere(desk: IntakeDesk, draft: Draft) -> None:
    receipt = desk.submit(draft(consent_transfer=False), "key-1")

    assert desk.catalog.words.receipt_not_forwarded in receipt.words
    assert not desk.get(receipt.tip_off_id).summary.consent_transfer


def test_a_place_out_of_town_is_kept_with_a_note_and_not_silently_taken_over(desk: IntakeDesk, draft: Draft) -> None:
    receipt = desk.submit(draft(fields=Fields(place="长春市朝阳区", region_code="220100")), "key-1")

    assert "长春" in receipt.words
    assert not desk.get(receipt.tip_off_id).summary.home_region


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"narrative": " \n"}, "narrative_empty"),
        ({"narrative": "长" * 100_001}, "narrative_too_long"),
        ({"fields": Fields(company="司" * 501)}, "field_too_long"),
        ({"demand": "退" * 501}, "field_too_long"),
    ],
)
def test_what_cannot_be_stored_is_refused_in_words_and_stores_nothing(desk: IntakeDesk, draft: Draft, changes: dict[str, object], error: str) -> None:
    with pytest.raises(IntakeError) as refused:
        desk.submit(draft(**changes), "key-1")

    assert refused.value.key == error
    assert desk.words_for(refused.value)
    assert desk.search(TipOffFilter()).total == 0


def test_a_submission_without_key_is_refused(sqlite_desk: IntakeDesk, draft: Draft) -> None:
    with pytest.raises(IntakeError, match="key_missing"):
        sqlite_desk.submit(draft(), "")


def test_two_keys_that_would_give_the_same_receipt_get_different_ones(
    sqlite_desk: IntakeDesk, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.intake.submission.derive_receipt", lambda _key, name, attempt: "8000000000000000" if attempt == 0 else f"8{name:0>15}")
    first = sqlite_desk.submit(draft(), "1")
    second = sqlite_desk.submit(draft(), "2")

    assert (first.number, second.number) == ("8000000000000000", "8000000000000002")
    assert sqlite_desk.submit(draft(), "2").number == second.number


def test_upgrading_twice_and_from_several_threads_changes_nothing(database_url: str) -> None:
    engine = open_engine(database_url)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: upgrade(engine), range(4)))

    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM register_lanes")).scalar_one() == 32
    engine.dispose()


def test_a_store_of_an_earlier_shape_is_renewed_and_keeps_what_it_holds(
    desk: IntakeDesk, market_draft: Callable[..., TipOffDraft], database_url: str
) -> None:
    from sqlalchemy import inspect

    before = desk.submit(market_draft(), "key-1")
    with desk.store.engine.begin() as connection:  # as the first migration left it
        connection.exec_driver_sql("DROP INDEX deadlines_open")
        connection.exec_driver_sql("CREATE INDEX deadlines_open ON deadlines (met_on, due_on)")
        connection.exec_driver_sql("UPDATE intake_alembic_version SET version_num = '0001'")

    upgrade(desk.store.engine)

    (index,) = [index for index in inspect(desk.store.engine).get_indexes("deadlines") if index["name"] == "deadlines_open"]
    assert index["column_names"] == ["due_on", "tip_off_id"]
    assert [item.tip_off_id for item in desk.due(60)] == [before.tip_off_id]


def test_the_newest_migration_makes_exactly_the_tables_of_the_code(database_url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = open_engine(database_url)
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "intake_alembic_version"})
        assert compare_metadata(context, tables.metadata) == []
    engine.dispose()
