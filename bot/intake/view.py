"""The full view of one tip-off for staff: everything masked until it is unmasked with a reason."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.intake import deadlines, linking, tables
from bot.intake.database import reading
from bot.intake.deadlines import DueItem
from bot.intake.errors import IntakeError
from bot.intake.search import TipOffSummary, summary
from bot.intake.storable_text import readable
from bot.intake.store import Store
from bot.intake.vocabulary import Author
from bot.privacy.personal_data import mask

NAME_FIELDS = ("suspect_name", "reporter_name")
HIDDEN_FIELDS = ("reporter_phone", "reporter_address")
CODED_FIELDS = ("wechat", "qq", "phone", "bank_account")


@dataclass(frozen=True)
class LogLine:
    """One entry of the tip-off's log."""

    position: int
    at: datetime
    actor: str
    action: str
    from_state: str | None
    to_state: str | None
    ground: str | None
    reason: str | None
    detail: dict[str, Any]


@dataclass(frozen=True)
class StaffMessage:
    """A message or internal note, masked."""

    at: datetime
    author: Author
    actor: str
    text: str


@dataclass(frozen=True)
class EvidenceItem:
    """A piece of evidence; `name` is the file name the reporter gave, with personal data masked."""

    id: str
    at: datetime
    media_type: str
    size: int
    sha256: str
    has_shown_copy: bool
    name: str


@dataclass(frozen=True)
class TipOffView:
    """A tip-off as staff see it.

    Attributes:
        masked_fields: Every encrypted field by name, masked; `unmask` shows one in full.
        linked: Other tip-offs that share an identifier, with the kinds shared.
        merged_into: The tip-off this one lives on in.
    """

    summary: TipOffSummary
    legal_basis: str
    happened: str | None
    gave_documents: tuple[str, ...]
    behaviours: tuple[str, ...]
    masked_fields: dict[str, str]
    log: tuple[LogLine, ...]
    deadlines: tuple[DueItem, ...]
    messages: tuple[StaffMessage, ...]
    evidence: tuple[EvidenceItem, ...]
    linked: dict[str, set[str]]
    next_states: tuple[str, ...]
    merged_into: str | None
    erased_at: datetime | None


def mask_field(name: str, text: str) -> str:
    """Masks a stored field: by what it is where that is known, by what is found in it otherwise."""
    if name in HIDDEN_FIELDS or name in CODED_FIELDS:
        return text[:2] + "*" * max(len(text) - 4, 2) + text[-2:] if len(text) > 5 else "*" * len(text)
    return text[:1] + "*" * (len(text) - 1) if name in NAME_FIELDS else mask(text)


def get(store: Store, tip_off_id: str) -> TipOffView:
    """Returns the full, masked view.

    Raises:
        IntakeError: `tip_off_unknown`.
    """
    with reading(store.engine) as connection:
        row = connection.execute(select(tables.tip_offs).where(tables.tip_offs.c.id == readable(tip_off_id))).one_or_none()
        if row is None:
            raise IntakeError("tip_off_unknown")

        def own(table: Any, *order: Any) -> Any:
            return connection.execute(select(table).where(table.c.tip_off_id == tip_off_id).order_by(*order)).all()

        tokens = own(tables.sealed, tables.sealed.c.field)
        log = own(tables.tip_off_log, tables.tip_off_log.c.position)
        talk = own(tables.messages, tables.messages.c.at, tables.messages.c.id)
        files = own(tables.evidence, tables.evidence.c.at, tables.evidence.c.id)
        links = [dict(link._mapping) for link in own(tables.identifiers, tables.identifiers.c.hash)]
        linked = linking.matching_ids(connection, links, tip_off_id)
        periods = deadlines.of_tip_off(store, connection, tip_off_id)
    cipher = store.cipher
    brief = summary(store, row)
    return TipOffView(
        summary=brief,
        legal_basis=row.legal_basis,
        happened=row.happened and mask(row.happened),
        gave_documents=tuple(json.loads(row.gave_documents)),
        behaviours=tuple(json.loads(row.behaviours)),
        masked_fields={item.field: mask_field(item.field, cipher.open("sealed", item.field, tip_off_id, item.token)) for item in tokens},
        log=tuple(LogLine(line.position, line.at, line.actor, line.action, line.from_state, line.to_state, line.ground, line.reason,
                          json.loads(line.detail)) for line in log),
        deadlines=tuple(periods),
        messages=tuple(StaffMessage(item.at, Author(item.author), item.actor, mask(cipher.open("messages", item.author, item.id, item.token)))
                       for item in talk),
        evidence=tuple(EvidenceItem(item.id, item.at, item.media_type, item.size, item.sha256, item.has_shown_copy,
                                    mask(cipher.open("evidence", "name", item.id, item.name_token))) for item in files),
        linked=linked,
        next_states=tuple(state for state in store.catalog.states[brief.state].next if brief.kind in store.catalog.states[state].kinds),
        merged_into=row.merged_into,
        erased_at=row.erased_at,
    )  # fmt: skip
