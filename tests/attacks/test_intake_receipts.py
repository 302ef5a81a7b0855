"""Attacks on receipts: guessing, other people's, floods, replays; what the limits keep of the attacker."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, select

from bot.intake import tables
from bot.intake.catalog import IntakeCatalog
from bot.intake.database import open_engine, upgrade
from bot.intake.desk import IntakeDesk
from bot.intake.draft import TipOffDraft
from bot.intake.errors import IntakeError
from bot.intake.receipt import check_digit, find_receipt, parse_receipt, spaced
from bot.intake.search import TipOffFilter
from bot.intake.throttle import forget_old_windows
from bot.privacy.keyring import Keyring
from tests.intake.conftest import ROOT, Clock

Draft = Callable[..., TipOffDraft]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[IntakeDesk]:
    engine = open_engine(f"sqlite:///{tmp_path / 'intake.db'}")
    upgrade(engine)
    yield IntakeDesk(engine, Keyring.load_or_create(tmp_path / "keys.json"), IntakeCatalog.load(ROOT / "data" / "intake"), clock=clock)
    engine.dispose()


@pytest.fixture
def draft() -> Draft:
    return lambda narrative="有人代理退保收了我的钱", **changes: TipOffDraft(narrative=narrative, **changes)


def made_up(number: int) -> str:
    body = f"8{number:014d}"
    return body + check_digit(body)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(IntakeError) as caught:
        call()
    return caught.value.key


def test_a_guesser_is_stopped_after_a_few_misses_and_stays_stopped_for_a_right_guess(desk: IntakeDesk, draft: Draft) -> None:
    receipt = desk.submit(draft(), "key-1")
    answers = [refused(lambda number=number: desk.status(made_up(number), "guesser")) for number in range(10)]

    assert answers == ["receipt_unknown"] * 6 + ["too_many_attempts"] * 4
    assert refused(lambda: desk.status(receipt.number, "guesser")) == "too_many_attempts"
    assert desk.status(receipt.number, "owner").tip_off_id == receipt.tip_off_id


def test_the_stop_ends_after_its_time(desk: IntakeDesk, draft: Draft, clock: Clock) -> None:
    receipt = desk.submit(draft(), "key-1")
    for number in range(8):
        refused(lambda number=number: desk.status(made_up(number), "clumsy"))
    clock.forward(hours=1, seconds=1)

    assert desk.status(receipt.number, "clumsy")


def test_guessing_by_messages_withdrawals_and_slips_counts_like_looking_up(desk: IntakeDesk) -> None:
    ways = (lambda r: desk.add_message(r, "x", "guesser"), lambda r: desk.withdraw(r, "guesser"), lambda r: desk.receipt_slip(r, "guesser"))
    answers = [refused(lambda number=number: ways[number % 3](made_up(number))) for number in range(9)]

    assert answers.count("receipt_unknown") == 6


def test_a_flood_from_many_senders_is_stopped_in_all(desk: IntakeDesk) -> None:
    limit = desk.catalog.limits.rates.receipt_misses_in_all
    object.__setattr__(limit, "count", 20)
    try:
        answers = [refused(lambda number=number: desk.status(made_up(number), f"sender-{number}")) for number in range(25)]
    finally:
        object.__setattr__(limit, "count", 2000)

    assert answers == ["receipt_unknown"] * 20 + ["too_many_attempts"] * 5


def test_a_flood_of_submissions_from_one_sender_is_stopped_and_others_are_not(desk: IntakeDesk, draft: Draft) -> None:
    answers = []
    for number in range(8):
        try:
            desk.submit(draft(), f"flood-{number}", throttle_key="flooder")
            answers.append("taken")
        except IntakeError as error:
            answers.append(error.key)

    assert answers == ["taken"] * 6 + ["too_many_submissions"] * 2
    assert desk.submit(draft(), "honest", throttle_key="someone else")


def test_a_retry_of_an_accepted_submission_is_answered_even_when_the_sender_is_stopped(desk: IntakeDesk, draft: Draft) -> None:
    receipts = [desk.submit(draft(), f"key-{number}", throttle_key="sender") for number in range(6)]

    assert desk.submit(draft(), "key-0", throttle_key="sender").number == receipts[0].number


def test_replays_store_nothing(desk: IntakeDesk, draft: Draft) -> None:
    for _ in range(20):
        desk.submit(draft(), "captured-request")

    assert desk.search(TipOffFilter()).total == 1


def test_messages_by_one_receipt_are_limited(desk: IntakeDesk, draft: Draft) -> None:
    receipt = desk.submit(draft(), "key-1")
    answers = []
    for number in range(32):
        try:
            desk.add_message(receipt.number, "补充", f"sender-{number}")
        except IntakeError as error:
            answers.append(error.key)

    assert answers == ["too_many_messages"] * 2


def test_counters_hold_no_raw_sender_and_are_forgotten(desk: IntakeDesk, draft: Draft, clock: Clock) -> None:
    desk.submit(draft(), "key-1", throttle_key="203.0.113.77")
    refused(lambda: desk.status(made_up(1), "203.0.113.77"))
    with desk.store.engine.connect() as connection:
        rows = connection.execute(select(tables.rate_windows)).all()
    assert rows
    assert all("203.0.113" not in str(tuple(row)) for row in rows)

    clock.forward(days=4)
    assert forget_old_windows(desk.store) == len(rows)


def test_every_wrong_receipt_takes_the_same_statements_however_near_it_is(desk: IntakeDesk, draft: Draft) -> None:
    receipt = desk.submit(draft(), "key-1").number
    near = receipt[:13] + str((int(receipt[13]) + 1) % 10) + receipt[14]
    statements: list[list[str]] = []
    event.listen(desk.store.engine, "before_cursor_execute", lambda _c, _u, statement, *_: statements[-1].append(statement))
    for guess in (near + check_digit(near), made_up(random.randrange(10**14))):
        statements.append([])
        assert refused(lambda guess=guess: desk.status(guess, f"guesser {guess}")) == "receipt_unknown"

    assert statements[0] == statements[1]


@pytest.mark.parametrize(
    "entered",
    ["", "1", "8" * 15, "8" * 17, "80000000000000ab", "' OR 1=1 --", "8000000000000001\x00", "０" * 16, "9" * 16, "8" * 100_000],
)
def test_what_cannot_be_a_receipt_is_refused_without_a_look_up(entered: str) -> None:
    with pytest.raises(IntakeError, match="receipt_malformed"):
        parse_receipt(entered)


def test_receipts_are_recognised_in_messages_as_people_write_them() -> None:
    receipt = made_up(20261123)

    assert find_receipt(f"我的回执号是{spaced(receipt)}，帮我查查") == receipt
    assert find_receipt(receipt.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})) == receipt
    assert find_receipt("-".join(receipt[start : start + 4] for start in range(0, 16, 4))) == receipt
    assert find_receipt("卡号6222021234567890123") is None
    assert find_receipt(receipt[:-1] + str((int(receipt[-1]) + 1) % 10)) is None


def test_every_single_slip_and_swap_in_a_receipt_is_noticed() -> None:
    receipt = made_up(31415926535897)
    for place in range(16):
        for digit in "0123456789":
            wrong = receipt[:place] + digit + receipt[place + 1 :]
            if wrong != receipt:
                assert find_receipt(wrong) is None
    for place in range(15):
        swapped = receipt[:place] + receipt[place + 1] + receipt[place] + receipt[place + 2 :]
        if swapped != receipt:
            assert find_receipt(swapped) is None


def test_receipts_do_not_repeat_or_run_in_order(desk: IntakeDesk, draft: Draft) -> None:
    numbers = [int(desk.submit(draft(), f"key-{number}").number) for number in range(60)]

    assert len(set(numbers)) == 60
    assert numbers != sorted(numbers)
