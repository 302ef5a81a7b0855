"""Lists and searches tip-offs for staff. Filters on readable columns use an index each; people are found by keyed hashes only."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select, tuple_

from bot.intake import tables
from bot.intake.database import reading
from bot.intake.linking import normalise
from bot.intake.receipt import hash_receipt, parse_receipt
from bot.intake.storable_text import readable
from bot.intake.store import Store
from bot.intake.vocabulary import SUSPECT_KINDS, Agency, TipOffKind, TipOffState
from bot.privacy.keyed_hash import keyed_hash


@dataclass(frozen=True)
class TipOffFilter:
    """What to list; every condition given must hold.

    Attributes:
        identifier: A phone, WeChat id, company … as typed: found by its keyed hash, whatever its kind.
        receipt: A receipt as the reporter reads it out.
        after: Cursor from `Page.next`, for the following page.
        rows: Rows a page; None for the default.
    """

    state: TipOffState | None = None
    lead_agency: Agency | None = None
    kind: TipOffKind | None = None
    urgent: bool | None = None
    region_code: str | None = None
    insurer: str | None = None
    assigned_to: str | None = None
    identifier: str | None = None
    receipt: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    after: str | None = None
    rows: int | None = None


@dataclass(frozen=True)
class TipOffSummary:
    """One row of a list; nothing in it identifies anybody."""

    id: str
    created_at: datetime
    updated_at: datetime
    kind: TipOffKind
    state: TipOffState
    state_name: str
    lead_agency: Agency
    co_agencies: tuple[Agency, ...]
    urgent: bool
    rule: str
    region_code: str | None
    region_name: str | None
    home_region: bool
    insurer: str | None
    platform: str | None
    amount_paid: float | None
    fee_rate: float | None
    assigned_to: str | None
    anonymous: bool
    consent_transfer: bool
    channel: str


@dataclass(frozen=True)
class Page:
    """A page of a list, newest first.

    Attributes:
        next: Cursor of the following page, or None at the end.
        total: How many rows match, counted up to a limit.
        total_is_exact: False when there are more than were counted.
    """

    items: tuple[TipOffSummary, ...]
    next: str | None
    total: int
    total_is_exact: bool


_COLUMNS = tables.tip_offs.c
_SHOWN = [_COLUMNS[name] for name in (
    "id", "created_at", "updated_at", "kind", "state", "lead_agency", "co_agencies", "urgent", "rule", "region_code", "home_region", "insurer",
    "platform", "amount_paid", "fee_rate", "assigned_to", "anonymous", "consent_transfer", "channel",
)]  # fmt: skip
_EQUALS = ("state", "lead_agency", "kind", "urgent", "region_code", "insurer", "assigned_to")


def search(store: Store, wanted: TipOffFilter) -> Page:
    """Returns a page of tip-offs.

    Raises:
        IntakeError: `receipt_malformed` for a receipt that cannot be one.
    """
    budgets = store.catalog.limits.budgets
    rows = min(wanted.rows or budgets.page_rows, budgets.page_rows_most)
    conditions = _conditions(store, wanted)
    cursor = _read_cursor(wanted.after)
    newest_first = (_COLUMNS.created_at.desc(), _COLUMNS.id.desc())
    query: Select[Any] = select(*_SHOWN).where(*conditions).order_by(*newest_first).limit(rows + 1)
    if cursor is not None:
        query = query.where(tuple_(_COLUMNS.created_at, _COLUMNS.id) < tuple_(*cursor))
    counted = select(_COLUMNS.id).where(*conditions).limit(budgets.counted_rows + 1).subquery()
    with reading(store.engine) as connection:
        found = connection.execute(query).all()
        total = connection.execute(select(func.count()).select_from(counted)).scalar_one()
    last = found[rows - 1] if len(found) > rows else None
    return Page(
        items=tuple(summary(store, row) for row in found[:rows]),
        next=_write_cursor(last) if last is not None else None,
        total=min(total, budgets.counted_rows),
        total_is_exact=total <= budgets.counted_rows,
    )


def _conditions(store: Store, wanted: TipOffFilter) -> list[Any]:
    given = {name: getattr(wanted, name) for name in _EQUALS}
    told = {name: readable(value) if isinstance(value, str) else value for name, value in given.items() if value is not None}
    conditions: list[Any] = [_COLUMNS[name] == value for name, value in told.items()]
    if wanted.created_from is not None:
        conditions.append(_COLUMNS.created_at >= wanted.created_from)
    if wanted.created_to is not None:
        conditions.append(_COLUMNS.created_at < wanted.created_to)
    if wanted.receipt is not None:
        conditions.append(_COLUMNS.receipt_hash == hash_receipt(store.key, parse_receipt(wanted.receipt)))
    if wanted.identifier is not None:
        hashes = [keyed_hash(store.key, f"identifiers.{kind}", normalise(kind, readable(wanted.identifier), store.catalog.extraction))
                  for kind in SUSPECT_KINDS]  # fmt: skip
        conditions.append(_COLUMNS.id.in_(select(tables.identifiers.c.tip_off_id).where(tables.identifiers.c.hash.in_(hashes))))
    return conditions


def summary(store: Store, row: Row[Any]) -> TipOffSummary:
    """Returns a row as staff see it in a list."""
    values = dict(row._mapping)
    code = values["region_code"]
    return TipOffSummary(
        **{name: values[name] for name in ("id", "created_at", "updated_at", "urgent", "rule", "region_code", "home_region", "insurer", "platform",
                                           "amount_paid", "fee_rate", "assigned_to", "anonymous", "consent_transfer", "channel")},
        kind=TipOffKind(values["kind"]),
        state=TipOffState(values["state"]),
        state_name=store.catalog.states[TipOffState(values["state"])].name,
        lead_agency=Agency(values["lead_agency"]),
        co_agencies=tuple(Agency(name) for name in values["co_agencies"].split(",") if name),
        region_name=store.catalog.region_name(code) if code else None,
    )  # fmt: skip


def _write_cursor(row: Row[Any]) -> str:
    return urlsafe_b64encode(f"{row.created_at.isoformat()} {row.id}".encode()).decode()


def _read_cursor(cursor: str | None) -> tuple[datetime, str] | None:
    """Returns where a page starts; a cursor that is not one of ours starts at the top instead of failing."""
    if cursor is None:
        return None
    try:
        time, _, tip_off_id = urlsafe_b64decode(cursor).decode().partition(" ")
        moment = datetime.fromisoformat(time)
    except (Base64Error, UnicodeDecodeError, ValueError):
        return None
    return (moment, readable(tip_off_id)) if moment.tzinfo is not None else None


def states_and_counts(store: Store) -> dict[TipOffState, int]:
    """How many tip-offs stand in each state; all states are named."""
    with reading(store.engine) as connection:
        rows = connection.execute(select(_COLUMNS.state, func.count()).group_by(_COLUMNS.state)).all()
    counted = {row[0]: int(row[1]) for row in rows}
    return {state: counted.get(state.value, 0) for state in TipOffState}
