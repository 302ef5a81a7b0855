"""Figures for the people who decide where help is needed."""

from __future__ import annotations

from datetime import UTC, datetime

from sanic import HTTPResponse

from bot.console.gate import Gate, Visit
from bot.console.roles import Permission
from bot.console.statistics import tip_off_figures, week_starts


def register(gate: Gate) -> None:
    """Add the page.

    Args:
        gate: The way into it.
    """
    house = gate.house

    @gate.page("/statistics", may=Permission.STATISTICS)
    def figures(visit: Visit) -> HTTPResponse:
        now = datetime.now(UTC)
        return visit.render(
            "statistics.html",
            tip_offs=tip_off_figures(house.desk, now),
            talks=house.transcripts.tally(week_starts(now)[0]),
            catalog=house.desk.catalog,
            here="/statistics",
        )
