"""The audit log, for auditors: who did what, and nothing of the cases."""

from __future__ import annotations

from sanic import HTTPResponse

from bot.console.gate import Gate, Visit
from bot.console.roles import Permission


def register(gate: Gate) -> None:
    """Add the pages.

    Args:
        gate: The way into them.
    """
    house = gate.house

    @gate.page("/audit", may=Permission.AUDIT)
    def entries(visit: Visit) -> HTTPResponse:
        asked = {"actor": visit.query("actor"), "act": visit.query("act")}
        page = house.audit.read(visit.page_number(), asked["actor"], asked["act"])
        return visit.render("audit.html", page=page, number=visit.page_number(), asked=asked, accounts=house.accounts.all(), here="/audit")
