"""Working days of China: holidays, make-up days, the operator's table, unknown years."""

from datetime import date
from pathlib import Path

import pytest

from bot.workdays import OverrideTableError, UnknownYearError, WorkingDayCalendar, default_calendar, is_working_day

CALENDAR = default_calendar()


def test_a_make_up_sunday_is_a_working_day_and_a_holiday_monday_is_not() -> None:
    assert is_working_day(date(2026, 10, 10))
    assert not is_working_day(date(2026, 10, 5))


def test_the_first_day_of_a_period_is_not_counted() -> None:
    assert CALENDAR.add_working_days(date(2026, 11, 20), 1) == date(2026, 11, 23)
    assert CALENDAR.add_working_days(date(2026, 11, 23), 7) == date(2026, 12, 2)
    assert CALENDAR.add_working_days(date(2026, 11, 21), 0) == date(2026, 11, 21)


def test_a_period_that_ends_in_the_national_holiday_moves_behind_it() -> None:
    assert CALENDAR.roll_to_working_day(date(2026, 10, 3)) == date(2026, 10, 8)
    assert CALENDAR.roll_to_working_day(date(2026, 9, 30)) == date(2026, 9, 30)


def test_a_year_that_is_not_announced_fails_loudly() -> None:
    with pytest.raises(UnknownYearError, match="2099"):
        is_working_day(date(2099, 1, 4))


def test_the_operators_table_announces_a_year_and_overrides_days(tmp_path: Path) -> None:
    table = tmp_path / "workdays.csv"
    table.write_text("date,kind,note\n2099,announced,\n2099-01-01,holiday,New Year\n2099-01-03,workday,make-up\n", encoding="utf-8")
    calendar = WorkingDayCalendar.load(table)

    assert not calendar.is_working_day(date(2099, 1, 1))
    assert calendar.is_working_day(date(2099, 1, 3))
    assert calendar.is_working_day(date(2099, 1, 5))
    assert not calendar.is_working_day(date(2099, 1, 4))


@pytest.mark.parametrize("row", ["2099-13-01,holiday,", "2099-01-01,feast,", "next year,announced,", "2099-01-01"])
def test_a_row_that_cannot_be_read_names_its_line(tmp_path: Path, row: str) -> None:
    table = tmp_path / "workdays.csv"
    table.write_text(f"date,kind,note\n{row}\n", encoding="utf-8")

    with pytest.raises(OverrideTableError, match="line 2"):
        WorkingDayCalendar.load(table)


def test_a_negative_period_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.add_working_days(date(2026, 1, 5), -1)
