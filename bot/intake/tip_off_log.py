"""The log of each tip-off: a hash chain whose head stands, sealed, in the tip-off's own row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from bot.intake import tables
from bot.intake.chain import GENESIS, canonical, link, seal_head
from bot.intake.errors import ChainBrokenError, IntakeError
from bot.intake.storable_text import readable
from bot.intake.store import Store
from bot.intake.vocabulary import LogAction
from bot.privacy.personal_data import mask

ACTOR_CHARACTERS = 80


@dataclass(frozen=True)
class LogEntry:
    """One thing that happened to a tip-off. `reason` is masked before it is kept; `detail` never holds personal data."""

    actor: str
    action: LogAction
    from_state: str | None = None
    to_state: str | None = None
    ground: str | None = None
    reason: str | None = None
    detail: dict[str, Any] | None = None


def entry_row(tip_off_id: str, position: int, at: datetime, entry: LogEntry) -> dict[str, Any]:
    """Returns an entry as a row without its hash."""
    return {
        "tip_off_id": tip_off_id, "position": position, "at": at, "actor": readable(entry.actor)[:ACTOR_CHARACTERS], "action": entry.action.value,
        "from_state": entry.from_state, "to_state": entry.to_state, "ground": entry.ground,
        "reason": readable(mask(entry.reason)) if entry.reason else None, "detail": canonical(entry.detail or {}),
    }  # fmt: skip


def chain_name(tip_off_id: str) -> str:
    """The name under which a tip-off's log is chained."""
    return f"tip_off:{tip_off_id}"


def first_entry(store: Store, tip_off_id: str, at: datetime, entry: LogEntry) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns the first log row of a tip-off and the head columns of its own row."""
    row = entry_row(tip_off_id, 1, at, entry)
    row["hash"] = link(store.key, chain_name(tip_off_id), GENESIS, row)
    return row, _head(store, tip_off_id, 1, row["hash"])


def _head(store: Store, tip_off_id: str, length: int, head: str) -> dict[str, Any]:
    return {"log_length": length, "log_head": head, "log_seal": seal_head(store.key, chain_name(tip_off_id), length, head)}


def lock_tip_off(connection: Connection, tip_off_id: str) -> Row[Any]:
    """Returns a tip-off's row, locked until the transaction ends.

    Raises:
        IntakeError: `tip_off_unknown`.
    """
    row = connection.execute(select(tables.tip_offs).where(tables.tip_offs.c.id == readable(tip_off_id)).with_for_update()).one_or_none()
    if row is None:
        raise IntakeError("tip_off_unknown")
    return row


def append(store: Store, connection: Connection, row: Row[Any], entry: LogEntry, **changes: Any) -> None:
    """Adds an entry to the log of a locked tip-off and writes `changes` to its row in the same step.

    Raises:
        ChainBrokenError: The head of the log was tampered with; nothing is written on top of it.
    """
    chain = chain_name(row.id)
    if row.log_seal != seal_head(store.key, chain, row.log_length, row.log_head):
        raise ChainBrokenError(f"the head of the log of {row.id} does not fit its seal")
    now = store.clock()
    new = entry_row(row.id, row.log_length + 1, now, entry)
    new["hash"] = link(store.key, chain, row.log_head, new)
    connection.execute(tables.tip_off_log.insert(), new)
    head = _head(store, row.id, new["position"], new["hash"])
    connection.execute(update(tables.tip_offs).where(tables.tip_offs.c.id == row.id).values(updated_at=now, **head, **changes))
