"""One tip-off: everything known, and everything staff may do with it."""

from __future__ import annotations

from collections.abc import Callable

from sanic import HTTPResponse
from sanic.response import redirect

from bot.console.audit import Act
from bot.console.errors import ConsoleError
from bot.console.gate import Gate, Visit, status_of
from bot.console.roles import Permission, Role
from bot.intake.errors import IntakeError
from bot.intake.vocabulary import LEGAL_DUTY, Agency, TipOffState

TYPED = ("to_state", "ground", "to_agency", "reason", "note", "message", "merge_reason", "unmask_reason", "field")
NO_PAGE = frozenset({"tip_off_unknown", "store_unavailable"})  # errors after which the page itself cannot be shown


class Sheet:
    """The page of one tip-off.

    Args:
        gate: The way into it.
    """

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def show(self, visit: Visit, problem: str = "", revealed: dict[str, str] | None = None, status: int = 200) -> HTTPResponse:
        """Show the page again with what was typed, so that a refused form loses nothing."""
        view = self._gate.house.desk.get(visit.parts["tip_off"])
        clerks = [account.name for account in self._gate.house.accounts.all() if account.role is not Role.AUDITOR and not account.disabled]
        typed = {name: visit.form(name) for name in TYPED}
        return visit.render(
            "tip_off.html",
            status,
            view=view,
            catalog=self._gate.house.desk.catalog,
            clerks=clerks,
            typed=typed,
            problem=problem,
            revealed=revealed or {},
            legal_duty=LEGAL_DUTY,
            passes_on=("forwarded", "transferred"),
            here="/tip-offs",
        )

    def refuse(self, visit: Visit, error: ConsoleError | IntakeError) -> HTTPResponse:
        """Show the page again with what was wrong."""
        if error.key in NO_PAGE:
            raise error
        return self.show(visit, self._gate.words_for(error), status=status_of(error))


def register(gate: Gate) -> None:
    """Add the pages.

    Args:
        gate: The way into them.
    """
    desk, house, sheet = gate.house.desk, gate.house, Sheet(gate)

    def act(path: str, may: Permission = Permission.TIP_OFFS) -> Callable[[Callable[[Visit, str], None]], None]:
        """Register something staff do to a tip-off: done, it leads back to the page; refused, the page says why and keeps what was typed."""

        def add(deed: Callable[[Visit, str], None]) -> None:
            def answer(visit: Visit) -> HTTPResponse:
                try:
                    deed(visit, visit.parts["tip_off"])
                except (ConsoleError, IntakeError) as error:
                    return sheet.refuse(visit, error)
                return redirect(f"/tip-offs/{visit.parts['tip_off']}", status=303)

            answer.__name__ = deed.__name__
            gate.page(f"/tip-offs/<tip_off:str>/{path}", may=may, post=True)(answer)

        return add

    @gate.page("/tip-offs/<tip_off:str>", may=Permission.TIP_OFFS)
    def read(visit: Visit) -> HTTPResponse:
        answer = sheet.show(visit)
        visit.note(Act.TIP_OFF_OPENED, visit.parts["tip_off"])
        return answer

    @act("state")
    def move(visit: Visit, tip_off: str) -> None:
        wanted, agency = visit.form("to_state"), visit.form("to_agency")
        if wanted not in set(TipOffState):
            raise ConsoleError("no_state_chosen")
        expected = visit.form("expected_state")
        desk.transition(
            tip_off,
            TipOffState(wanted),
            visit.account.name,
            visit.form("reason"),
            ground=visit.form("ground") or None,
            to_agency=Agency(agency) if agency in set(Agency) else None,
            expected_state=TipOffState(expected) if expected in set(TipOffState) else None,
        )

    @act("clerk")
    def assign(visit: Visit, tip_off: str) -> None:
        clerk = visit.form("clerk")
        account = house.accounts.find(clerk) if clerk else None
        if clerk and (account is None or account.disabled or not account.role.may(Permission.TIP_OFFS)):
            raise ConsoleError("unknown_account", 404)
        desk.assign(tip_off, clerk or None, visit.account.name)

    @act("note")
    def note(visit: Visit, tip_off: str) -> None:
        desk.note(tip_off, visit.form("note"), visit.account.name)

    @act("message")
    def message(visit: Visit, tip_off: str) -> None:
        desk.note(tip_off, visit.form("message"), visit.account.name, to_reporter=True)

    @act("merge", may=Permission.MERGE)
    def merge(visit: Visit, tip_off: str) -> None:
        desk.merge(tip_off, visit.form("into"), visit.account.name, visit.form("merge_reason"), new_facts=visit.form("new_facts") == "yes")

    @gate.page("/tip-offs/<tip_off:str>/unmask", may=Permission.UNMASK, post=True)
    def unmask(visit: Visit) -> HTTPResponse:
        field = visit.form("field")
        try:
            value = desk.unmask(visit.parts["tip_off"], field, visit.account.name, visit.form("unmask_reason"))
        except IntakeError as error:
            return sheet.refuse(visit, error)
        return sheet.show(visit, revealed={field: value})
