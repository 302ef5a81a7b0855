"""Erasure: at a person's wish (PIPL art. 47) or when the retention time is over. What happened stays countable; who told it is gone."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select

from bot.intake import audit, drafts, evidence, linking, tables, throttle, tip_off_log
from bot.intake.database import reading, writing
from bot.intake.receipt import hash_receipt, parse_receipt
from bot.intake.store import Store
from bot.intake.vocabulary import SYSTEM, IdentifierKind, LogAction


@dataclass(frozen=True)
class Erased:
    """What was erased, or would be in a dry run."""

    tip_offs: int
    files: int
    drafts: int
    rate_windows: int = 0


def find_tip_offs_of(store: Store, receipt: str | None = None, phone: str | None = None) -> list[str]:
    """Returns the tip-offs of a person by receipt or by the person's own phone, without opening anything.

    Raises:
        IntakeError: `receipt_malformed`.
    """
    found: set[str] = set()
    with reading(store.engine) as connection:
        if receipt is not None:
            own = tables.tip_offs.c.receipt_hash == hash_receipt(store.key, parse_receipt(receipt))
            found.update(connection.execute(select(tables.tip_offs.c.id).where(own)).scalars())
        if phone is not None:
            table = tables.identifiers
            mine = (table.c.hash == linking.reporter_hash(store, phone), table.c.kind == IdentifierKind.REPORTER)
            found.update(connection.execute(select(table.c.tip_off_id).where(*mine)).scalars())
    return sorted(found)


def erase_person(
    store: Store, actor: str, reason: str, receipt: str | None = None, phone: str | None = None, draft_owner: str | None = None,
    dry_run: bool = False,
) -> Erased:  # fmt: skip
    """Erases everything a person has told: contents, messages, identifiers and files of their tip-offs, and their draft.

    Args:
        store: The store.
        actor: Who does it.
        reason: Why; the audit log keeps it, masked.
        receipt: A receipt of theirs.
        phone: Their own phone.
        draft_owner: The owner name their draft was saved under.
        dry_run: Only counts.

    Raises:
        IntakeError: `receipt_malformed`.
    """
    ids = find_tip_offs_of(store, receipt, phone)
    has_draft = draft_owner is not None and drafts.load(store, draft_owner) is not None
    if dry_run:
        return Erased(len(ids), _count_files(store, ids), int(has_draft))
    audit.record(store, actor, "erase_person", reason=reason, tip_offs=ids)
    files = sum(_erase(store, tip_off_id, actor, reason) for tip_off_id in ids)
    if draft_owner is not None:
        drafts.discard(store, draft_owner)
    return Erased(len(ids), files, int(has_draft))


def _count_files(store: Store, ids: list[str]) -> int:
    with reading(store.engine) as connection:
        return connection.execute(select(func.count()).select_from(tables.evidence).where(tables.evidence.c.tip_off_id.in_(ids))).scalar_one()


def _erase(store: Store, tip_off_id: str, actor: str, reason: str) -> int:
    """Erases one tip-off's contents; the row, its log and its place in the register stay, or the gap would look like tampering."""
    with writing(store.engine) as connection:
        row = tip_off_log.lock_tip_off(connection, tip_off_id)
        files = connection.execute(select(tables.evidence.c.id).where(tables.evidence.c.tip_off_id == tip_off_id)).scalars().all()
        for table in (tables.sealed, tables.identifiers, tables.messages, tables.evidence):
            connection.execute(delete(table).where(table.c.tip_off_id == tip_off_id))
        entry = tip_off_log.LogEntry(actor, LogAction.ERASED, reason=reason)
        tip_off_log.append(store, connection, row, entry, erased_at=store.clock(), happened=None, anonymous=True)
    if store.evidence_folder is not None:
        for evidence_id in files:
            for path in evidence.paths_of(store, evidence_id):
                path.unlink(missing_ok=True)
    return len(files)


def apply_retention(store: Store, dry_run: bool = False) -> Erased:
    """Erases what is kept no longer: old drafts, contents of tip-offs closed long ago, old rate counters.

    Args:
        store: The store.
        dry_run: Only counts.
    """
    days, now = store.catalog.limits.retention_days, store.clock()
    old_drafts = tables.drafts.c.updated_at < now - timedelta(days=days.drafts)
    long_closed = (tables.tip_offs.c.closed_at < now - timedelta(days=days.closed_identity), tables.tip_offs.c.erased_at.is_(None))
    with reading(store.engine) as connection:
        ids = list(connection.execute(select(tables.tip_offs.c.id).where(*long_closed)).scalars())
        number = connection.execute(select(func.count()).select_from(tables.drafts).where(old_drafts)).scalar_one()
    if dry_run:
        return Erased(len(ids), _count_files(store, ids), number)
    audit.record(store, SYSTEM, "retention", tip_offs=len(ids), drafts=number)
    files = sum(_erase(store, tip_off_id, SYSTEM, "retention") for tip_off_id in ids)
    with writing(store.engine) as connection:
        connection.execute(delete(tables.drafts).where(old_drafts))
    return Erased(len(ids), files, number, throttle.forget_old_windows(store))
