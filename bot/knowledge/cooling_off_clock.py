"""The cooling-off clock: from the day the contract was received and the days it gives, the last day and how many are left.

Everything else the contract may say (deadline by receipt or by posting, roll-over on rest days) stays with the contract: 以合同为准.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from bot import workdays
from bot.knowledge.errors import KnowledgeError
from bot.knowledge.library import Library

Starts = Literal["next_day", "same_day"]
State = Literal["not_started", "inside", "last_day", "over"]

FEWEST_DAYS = 1
MOST_DAYS = 60
"""Days; no contract sample gives more than 30, a larger number is a misreading (usually the 60 days of grace)."""
OLDEST_YEARS = 30
"""Years back a contract may have been received; earlier is a misread date."""


@dataclass(frozen=True)
class CoolingOff:
    """The result of the clock.

    Attributes:
        received: the day the contract was received, as told.
        days: days of cooling-off in the contract.
        starts: whether the first day is the day after receipt (most contracts) or the day itself.
        first_day: day 1 of the period.
        last_day: the last day on which the policyholder can still withdraw.
        today: the day the question was asked.
        state: where today lies.
        days_left: days left including today; 0 when over.
        days_over: days since the last day; 0 while it runs.
        last_day_rests: whether the last day is a rest day; None when that year's holidays are not announced.
    """

    received: date
    days: int
    starts: Starts
    first_day: date
    last_day: date
    today: date
    state: State
    days_left: int
    days_over: int
    last_day_rests: bool | None


def cooling_off(
    received: date, days: int, today: date, starts: Starts = "next_day", is_working_day: Callable[[date], bool] = workdays.is_working_day
) -> CoolingOff:
    """Run the clock.

    Args:
        received: the day the contract was received or signed for.
        days: days in the contract, 1 to 60.
        today: the person's calendar day.
        starts: when day 1 is, as the contract says.
        is_working_day: the working-day calendar; may raise `UnknownYearError`.

    Raises:
        KnowledgeError: `date_in_future`, `date_too_old` or `days_out_of_range`.
    """
    if received > today:
        raise KnowledgeError("date_in_future", received.isoformat())
    if today.year - received.year > OLDEST_YEARS:
        raise KnowledgeError("date_too_old", received.isoformat())
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise KnowledgeError("days_out_of_range", str(days))
    first = received if starts == "same_day" else received + timedelta(days=1)
    last = first + timedelta(days=days - 1)
    try:
        rests: bool | None = not is_working_day(last)
    except workdays.UnknownYearError:
        rests = None
    state: State = "over" if today > last else "last_day" if today == last else "not_started" if today < first else "inside"
    left, over = max(0, (last - max(today, first)).days + 1), max(0, (today - last).days)
    return CoolingOff(received, days, starts, first, last, today, state, left, over, rests)


def describe(library: Library, clock: CoolingOff, start_assumed: bool = False) -> tuple[str, ...]:
    """The result in the person's words: the verdict, then what to know about the last day.

    Args:
        library: where the words are.
        clock: the result.
        start_assumed: the person did not say when the contract starts counting.
    """
    lines = [
        library.phrase(
            f"cooling_off_clock.{clock.state}",
            received=_day(library, clock.received),
            first=_day(library, clock.first_day),
            last=_day(library, clock.last_day),
            weekday=library.phrase(f"cooling_off_clock.weekday_{clock.last_day.weekday()}"),
            days=clock.days,
            left=clock.days_left,
            over=clock.days_over,
        )
    ]
    if start_assumed:
        lines.append(library.phrase("cooling_off_clock.assumed_next_day"))
    elif clock.starts == "same_day":
        lines.append(library.phrase("cooling_off_clock.same_day_note"))
    if clock.state != "over":
        if clock.last_day_rests is None:
            lines.append(library.phrase("cooling_off_clock.unknown_year", year=clock.last_day.year))
        elif clock.last_day_rests:
            lines.append(library.phrase("cooling_off_clock.rest_day"))
    return tuple(lines)


def _day(library: Library, day: date) -> str:
    return library.phrase("cooling_off_clock.date", year=day.year, month=day.month, day=day.day)
