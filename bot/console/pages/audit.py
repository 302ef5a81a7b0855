"""The audit log, for auditors: who did what, and nothing of the cases."""

from __future__ import annotations

from sanic import HTTPResponse

from bot.console.audit import Act
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
        act = visit.query("act")
        wanted = Act(act) if act in set(Act) else None
        found, older = house.audit.read(visit.page_number(), visit.query("actor"), wanted)
        asked = {"actor": visit.query("actor"), "act": act}
        return visit.render(
            "audit.html", entries=found, older=older, number=visit.page_number(), asked=asked, acts=list(Act), accounts=house.accounts.all()
        )
