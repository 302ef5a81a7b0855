"""The audit log of what staff and the operator did. Each entry is its own transaction, so it stays when the deed itself is rolled back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from bot.intake import tables
from bot.intake.chain import canonical, link, seal_head
from bot.intake.database import reading, writing
from bot.intake.errors import ChainBrokenError
from bot.intake.storable_text import readable
from bot.intake.store import Store
from bot.intake.tip_off_log import ACTOR_CHARACTERS
from bot.privacy.personal_data import mask

CHAIN = "audit"


@dataclass(frozen=True)
class AuditEntry:
    """One line of the audit log."""

    position: int
    at: datetime
    actor: str
    action: str
    tip_off_id: str | None
    detail: str


def record(store: Store, actor: str, action: str, tip_off_id: str | None = None, **detail: Any) -> None:
    """Writes an audit entry and commits it. Call it before the deed, never inside the deed's transaction.

    Raises:
        ChainBrokenError: The head was tampered with.
        IntakeError: `store_unavailable`.
    """
    with writing(store.engine) as connection:
        head = connection.execute(select(tables.audit_head).with_for_update()).one()
        if head.seal != seal_head(store.key, CHAIN, head.length, head.head) and head.length:
            raise ChainBrokenError("the head of the audit log does not fit its seal")
        subject = readable(tip_off_id)[: tables.ID_LENGTH] if tip_off_id else None
        row = {"position": head.length + 1, "at": store.clock(), "actor": readable(actor)[:ACTOR_CHARACTERS], "action": action,
               "tip_off_id": subject, "detail": readable(mask(canonical(detail)))}  # fmt: skip
        row["hash"] = link(store.key, CHAIN, head.head, row)
        connection.execute(tables.audit_log.insert(), row)
        seal = seal_head(store.key, CHAIN, row["position"], row["hash"])
        connection.execute(update(tables.audit_head).values(length=row["position"], head=row["hash"], seal=seal))


def entries(store: Store, tip_off_id: str | None = None, limit: int = 200) -> list[AuditEntry]:
    """Returns the newest audit entries, all or those about one tip-off."""
    query = select(tables.audit_log).order_by(tables.audit_log.c.position.desc()).limit(limit)
    if tip_off_id is not None:
        query = query.where(tables.audit_log.c.tip_off_id == tip_off_id)
    with reading(store.engine) as connection:
        return [AuditEntry(row.position, row.at, row.actor, row.action, row.tip_off_id, row.detail) for row in connection.execute(query)]
