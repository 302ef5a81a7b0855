from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.cooling_off_clock import FEWEST_DAYS, MOST_DAYS, cooling_off, describe
from bot.knowledge.errors import KnowledgeError
from bot.knowledge.library import Library
from bot.workdays import UnknownYearError

RECEIVED = date(2026, 11, 9)


def always_working(_: date) -> bool:
    return True


def test_fifteen_days_from_the_day_after_receipt_end_on_the_fifteenth_day() -> None:
    clock = cooling_off(RECEIVED, 15, date(2026, 11, 20))
    assert (clock.first_day, clock.last_day) == (date(2026, 11, 10), date(2026, 11, 24))
    assert (clock.state, clock.days_left) == ("inside", 5)


def test_a_contract_that_counts_the_day_of_receipt_ends_a_day_earlier() -> None:
    assert cooling_off(RECEIVED, 15, RECEIVED, "same_day").last_day == date(2026, 11, 23)


def test_the_last_day_still_counts() -> None:
    clock = cooling_off(RECEIVED, 15, date(2026, 11, 24))
    assert (clock.state, clock.days_left, clock.days_over) == ("last_day", 1, 0)


def test_the_day_after_the_last_is_over() -> None:
    clock = cooling_off(RECEIVED, 15, date(2026, 11, 25))
    assert (clock.state, clock.days_left, clock.days_over) == ("over", 0, 1)


def test_on_the_day_of_receipt_the_whole_period_is_left() -> None:
    clock = cooling_off(RECEIVED, 15, RECEIVED)
    assert (clock.state, clock.days_left) == ("not_started", 15)


def test_a_last_day_on_a_rest_day_is_pointed_out_without_promising_a_roll_over(library: Library) -> None:
    clock = cooling_off(date(2026, 11, 6), 15, date(2026, 11, 10))
    assert clock.last_day_rests is True
    said = "".join(describe(library, clock))
    assert "休息日" in said
    assert "别指望顺延" in said
    assert "以合同为准" in said


def test_a_year_without_announced_holidays_is_admitted(library: Library) -> None:
    def unknown(day: date) -> bool:
        raise UnknownYearError(day.year)

    clock = cooling_off(date(2026, 12, 28), 15, date(2026, 12, 28), is_working_day=unknown)
    assert clock.last_day_rests is None
    assert "还没公布" in "".join(describe(library, clock))


@pytest.mark.parametrize(
    ("received", "days", "key"),
    [
        (date(2026, 12, 1), 15, "date_in_future"),
        (date(1980, 1, 1), 15, "date_too_old"),
        (RECEIVED, 0, "days_out_of_range"),
        (RECEIVED, 365, "days_out_of_range"),
    ],
)
def test_impossible_figures_are_refused_in_the_persons_words(library: Library, received: date, days: int, key: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        cooling_off(received, days, date(2026, 11, 20))
    assert caught.value.key == key
    assert library.phrase(f"errors.{key}")


def test_every_state_says_that_the_contract_decides(library: Library) -> None:
    for today in (RECEIVED, date(2026, 11, 20), date(2026, 11, 24), date(2026, 12, 24)):
        assert "以合同为准" in describe(library, cooling_off(RECEIVED, 15, today))[0]


def test_an_assumed_start_is_said(library: Library) -> None:
    assert "签收次日" in "".join(describe(library, cooling_off(RECEIVED, 15, RECEIVED), start_assumed=True))


@given(
    st.dates(date(2010, 1, 1), date(2030, 1, 1)), st.integers(FEWEST_DAYS, MOST_DAYS), st.integers(0, 200), st.sampled_from(["next_day", "same_day"])
)
def test_days_left_and_days_over_always_agree_with_the_last_day(received: date, days: int, later: int, starts: str) -> None:
    today = received + timedelta(days=later)
    clock = cooling_off(received, days, today, starts, always_working)  # type: ignore[arg-type]
    assert (clock.last_day - clock.first_day).days == days - 1
    assert (clock.days_left > 0) == (today <= clock.last_day)
    assert (clock.days_over > 0) == (today > clock.last_day) == (clock.state == "over")
    assert clock.days_left <= days
