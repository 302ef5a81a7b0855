"""The queue of tip-offs: finding, periods that press, groups of leads, and the table to take along."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from sanic import HTTPResponse
from sanic.response import redirect, text

from bot.console import limits
from bot.console.audit import Act
from bot.console.csv_export import to_csv
from bot.console.gate import Gate, Visit
from bot.console.rendering import day, moment, start_of_day
from bot.console.roles import Permission
from bot.intake.deadlines import DueItem
from bot.intake.errors import IntakeError
from bot.intake.receipt import parse_receipt
from bot.intake.search import Page, TipOffFilter, TipOffSummary
from bot.intake.vocabulary import Agency, TipOffKind, TipOffState

FILTERS = ("state", "agency", "kind", "urgent", "region", "insurer", "mine", "since", "until")
CSV_COLUMNS = (
    "id", "created", "kind", "state", "agency", "co_agencies", "urgent", "region", "insurer", "platform", "amount", "rate", "channel", "clerk", "due",
)  # fmt: skip
Choice = TypeVar("Choice", bound=StrEnum)


def _one_of(kind: type[Choice], value: str) -> Choice | None:
    return kind(value) if value in set(kind) else None


def filter_of(visit: Visit) -> TipOffFilter:
    """Read the filter from the address; values that make no sense mean "any", so that an old link still opens."""
    until = start_of_day(visit.query("until"))
    return TipOffFilter(
        state=_one_of(TipOffState, visit.query("state")),
        lead_agency=_one_of(Agency, visit.query("agency")),
        kind=_one_of(TipOffKind, visit.query("kind")),
        urgent={"yes": True, "no": False}.get(visit.query("urgent")),
        region_code=visit.query("region") or None,
        insurer=visit.query("insurer").strip() or None,
        assigned_to=visit.account.name if visit.query("mine") else None,
        created_from=start_of_day(visit.query("since")),
        created_to=until + timedelta(days=1) if until else None,  # people mean the whole last day
        after=visit.query("after") or None,
    )


def pressing(items: list[DueItem]) -> dict[str, DueItem]:
    """Find each tip-off's most pressing period; `items` come most pressing first."""
    found: dict[str, DueItem] = {}
    for item in items:
        found.setdefault(item.tip_off_id, item)
    return found


def register(gate: Gate) -> None:
    """Add the pages.

    Args:
        gate: The way into them.
    """
    desk = gate.house.desk
    words = gate.house.wording.tip_offs

    def listed(visit: Visit, template: str, page: Page, asked: dict[str, str], problem: str = "") -> HTTPResponse:
        due = desk.due()
        return visit.render(template, asked=asked, page=page, due=pressing(due), periods=due, problem=problem, catalog=desk.catalog, here="/tip-offs")

    @gate.page("/tip-offs", may=Permission.TIP_OFFS)
    def queue(visit: Visit) -> HTTPResponse:
        asked = {name: visit.query(name) for name in FILTERS}
        part = bool(visit.request.headers.get("HX-Request"))
        answer = listed(visit, "tip_off_rows.html" if part else "tip_offs.html", desk.search(filter_of(visit)), asked)
        if part:
            answer.headers["HX-Push-Url"] = visit.clean_address(asked)
        return answer

    @gate.page("/tip-offs/find", may=Permission.TIP_OFFS, post=True)
    def find(visit: Visit) -> HTTPResponse:
        """Find by receipt or by a suspect's number or name. By POST: neither may stand in an address, which browsers and servers remember."""
        typed = visit.form("sought").strip()
        wanted = TipOffFilter(identifier=typed or None)
        with contextlib.suppress(IntakeError):  # not a receipt: then a number or a name
            wanted = TipOffFilter(receipt=parse_receipt(typed))
        page = desk.search(wanted)
        visit.note(Act.TIP_OFF_FOUND, by="receipt" if wanted.receipt else "identifier", found=str(page.total))
        if wanted.receipt and page.items:
            return redirect(f"/tip-offs/{page.items[0].id}", status=303)
        return listed(visit, "tip_offs.html", replace(page, next=None), dict.fromkeys(FILTERS, ""), "" if page.items else words["nobody_found"])

    @gate.page("/tip-offs/due", may=Permission.TIP_OFFS)
    def due_list(visit: Visit) -> HTTPResponse:
        return visit.render("due.html", items=desk.due(), catalog=desk.catalog, here="/tip-offs")

    @gate.page("/tip-offs/groups", may=Permission.TIP_OFFS)
    def groups(visit: Visit) -> HTTPResponse:
        return visit.render("groups.html", groups=desk.lead_groups(), catalog=desk.catalog, here="/tip-offs")

    @gate.page("/tip-offs/export", may=Permission.EXPORT)
    def export(visit: Visit) -> HTTPResponse:
        rows = list(_all(visit))
        due = pressing(desk.due())
        visit.note(Act.TIP_OFFS_EXPORTED, rows=str(len(rows)), wanted=visit.request.query_string)
        table = [_cells(visit, row, due.get(row.id)) for row in rows]
        header = [words[f"csv_{name}"] for name in CSV_COLUMNS]
        headers = {"Content-Disposition": 'attachment; filename="tip-offs.csv"'}
        return text(to_csv(header, table), content_type="text/csv; charset=utf-8", headers=headers)

    def _all(visit: Visit) -> Iterator[TipOffSummary]:
        wanted = replace(filter_of(visit), rows=limits.EXPORT_PAGE_SIZE, after=None)
        for _ in range(limits.MAX_EXPORT_ROWS // limits.EXPORT_PAGE_SIZE):
            page = desk.search(wanted)
            yield from page.items
            if page.next is None:
                return
            wanted = replace(wanted, after=page.next)

    def _cells(visit: Visit, row: TipOffSummary, due: DueItem | None) -> tuple[object, ...]:
        catalog, common = desk.catalog, visit.house.wording.common
        return (
            f"#{row.id}",  # in front of a long number, or a spreadsheet rounds it
            moment(row.created_at),
            catalog.words.kinds[row.kind],
            row.state_name,
            catalog.agency_name(row.lead_agency),
            "、".join(map(catalog.agency_name, row.co_agencies)),
            common["yes_word"] if row.urgent else common["no_word"],
            row.region_name,
            row.insurer,
            row.platform,
            row.amount_paid,
            row.fee_rate,
            visit.house.wording.channels.get(row.channel, row.channel),
            row.assigned_to,
            day(due.due_on) if due else None,
        )
