"""Figures over the tip-offs: how many, where, with whom, since when. Nothing in them identifies anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Column, case, func, select

from bot.intake import tables
from bot.intake.database import reading
from bot.intake.desk import IntakeDesk
from bot.local_time import LOCAL, local_day

WEEKS = 12


@dataclass(frozen=True)
class Week:
    """Tip-offs that came in during a week, Monday to Sunday in China."""

    start: datetime
    count: int


@dataclass(frozen=True)
class TipOffFigures:
    """Counts of the last `WEEKS` weeks; `by_state` is of all tip-offs.

    Attributes:
        by_agency: By lead agency, most first.
        by_region: By adcode, most first; None where no place was told.
        money: Yuan that people said they paid, over the same weeks.
    """

    by_state: list[tuple[str, int]]
    by_agency: list[tuple[str, int]]
    by_region: list[tuple[str | None, int]]
    by_week: list[Week]
    total: int
    urgent: int
    money: float


def tip_off_figures(desk: IntakeDesk, now: datetime) -> TipOffFigures:
    """Count.

    Args:
        desk: The intake.
        now: An aware time; the last week counted is the one it lies in.

    Returns:
        The figures.
    """
    columns = tables.tip_offs.c
    starts = week_starts(now)
    recent = columns.created_at >= starts[0]
    per_week = [func.sum(case(((columns.created_at >= start) & (columns.created_at < start + timedelta(weeks=1)), 1), else_=0)) for start in starts]
    with reading(desk.store.engine) as connection:

        def grouped(column: Column[Any]) -> list[tuple[str, int]]:
            counted = func.count()
            return [(row[0], row[1]) for row in connection.execute(select(column, counted).where(recent).group_by(column).order_by(counted.desc()))]

        weeks = connection.execute(select(*per_week).where(recent)).one()
        urgent = func.sum(case((columns.urgent, 1), else_=0))
        total, hasty, money = connection.execute(select(func.count(), urgent, func.sum(columns.amount_paid)).where(recent)).one()
        by_agency, by_region = grouped(columns.lead_agency), grouped(columns.region_code)
    by_state = [(state.value, count) for state, count in desk.counts().items() if count]
    by_week = [Week(start, int(count or 0)) for start, count in zip(starts, weeks, strict=True)]
    return TipOffFigures(by_state, by_agency, list(by_region), by_week, int(total), int(hasty or 0), float(money or 0))


def week_starts(now: datetime) -> list[datetime]:
    """Name the beginnings of the last `WEEKS` weeks in China, oldest first."""
    today = local_day(now)
    monday = datetime.combine(today - timedelta(days=today.weekday()), time(), LOCAL)
    return [monday - timedelta(weeks=back) for back in reversed(range(WEEKS))]
