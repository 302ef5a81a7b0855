"""China's working days: weekends, public holidays and make-up working days.

The table of `chinesecalendar` ends with the last year the State Council has announced. `data/workdays.csv` is the operator's
own table: rows `YYYY-MM-DD,holiday|workday,note` override single days, and a row `YYYY,announced,note` states that all days of that
year that differ from Monday-to-Friday are listed, which makes the year known before the library is updated.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import chinese_calendar

OVERRIDES_FILE = Path(__file__).resolve().parents[1] / "data" / "workdays.csv"
ONE_DAY = timedelta(days=1)
SATURDAY = 5  # date.weekday()


class UnknownYearError(LookupError):
    """The working days of this year are not announced: neither the library nor the operator's table knows them."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the working days of {year} are not known: add the State Council's announcement to {OVERRIDES_FILE.name}")
        self.year = year


class OverrideTableError(ValueError):
    """The operator's table has a row that cannot be read; the message names the line."""


@lru_cache(maxsize=2048)  # about five years; the library goes through its whole table for every day
def _is_official_working_day(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError as error:
        raise UnknownYearError(day.year) from error


@dataclass(frozen=True)
class WorkingDayCalendar:
    """Working days with the operator's overrides.

    Attributes:
        working: For single days, whether they are working days.
        announced: Years whose exceptions are completely listed in `working`.
    """

    working: dict[date, bool] = field(default_factory=dict)
    announced: frozenset[int] = frozenset()

    @classmethod
    def load(cls, path: Path) -> "WorkingDayCalendar":
        """Reads the operator's table.

        Raises:
            OverrideTableError: A row is neither a day nor an announced year.
        """
        working: dict[date, bool] = {}
        announced: set[int] = set()
        with path.open(encoding="utf-8", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines), start=2):
                try:
                    if row["kind"] == "announced":
                        announced.add(int(row["date"]))
                    else:
                        working[date.fromisoformat(row["date"])] = {"workday": True, "holiday": False}[row["kind"]]
                except (KeyError, TypeError, ValueError) as error:
                    raise OverrideTableError(f"{path.name}, line {number}: {error!r}") from error
        return cls(working, frozenset(announced))

    def is_working_day(self, day: date) -> bool:
        """Tells whether `day` is a working day in China.

        Raises:
            UnknownYearError: The year's holidays are not announced.
        """
        if day in self.working:
            return self.working[day]
        if day.year in self.announced:
            return day.weekday() < SATURDAY
        return _is_official_working_day(day)

    def _days_after(self, day: date) -> Iterator[date]:
        while True:
            day += ONE_DAY
            yield day

    def add_working_days(self, start: date, count: int) -> date:
        """Returns the `count`-th working day after `start`; the day of `start` itself is not counted (order 121, art. 45).

        Raises:
            ValueError: `count` is negative.
            UnknownYearError: The period reaches into a year that is not announced.
        """
        if count < 0:
            raise ValueError("a period cannot be negative")
        if count == 0:
            return start
        working = (day for day in self._days_after(start) if self.is_working_day(day))
        for _ in range(count - 1):
            next(working)
        return next(working)

    def roll_to_working_day(self, day: date) -> date:
        """Returns `day`, or the first working day after it when it is a day of rest.

        Raises:
            UnknownYearError: The year is not announced.
        """
        return day if self.is_working_day(day) else self.add_working_days(day, 1)


@lru_cache(maxsize=1)
def default_calendar() -> WorkingDayCalendar:
    """The calendar with the repository's own override table, read once."""
    return WorkingDayCalendar.load(OVERRIDES_FILE)


def is_working_day(day: date) -> bool:
    """Tells whether `day` is a working day in China; raises `UnknownYearError` for a year that is not announced."""
    return default_calendar().is_working_day(day)
