"""Keeps what a person has told so far, encrypted, so that they can go on after hours."""

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from bot.intake import tables
from bot.intake.database import reading, writing
from bot.intake.draft import TipOffDraft
from bot.intake.errors import IntakeError
from bot.intake.store import Store
from bot.privacy.keyed_hash import keyed_hash


def owner_hash(store: Store, owner: str) -> str:
    """Returns what is stored instead of whoever owns a draft (a conversation id, say)."""
    return keyed_hash(store.key, "drafts.owner", owner)


def save(store: Store, owner: str, draft: TipOffDraft) -> None:
    """Keeps a draft in place of the owner's earlier one.

    Raises:
        IntakeError: `narrative_too_long` when it is larger than a draft may be, `store_unavailable`.
    """
    content = draft.model_dump_json()
    budgets = store.catalog.limits.budgets
    if len(content.encode()) > budgets.draft_bytes:
        raise IntakeError("narrative_too_long", limit=budgets.narrative_characters)
    name = owner_hash(store, owner)
    row = {"updated_at": store.clock(), "token": store.cipher.seal("drafts", "content", name, content)}
    own = tables.drafts.c.owner_hash == name
    try:
        with writing(store.engine) as connection:
            if connection.execute(update(tables.drafts).where(own).values(**row)).rowcount == 0:
                connection.execute(tables.drafts.insert(), {"owner_hash": name, **row})
    except IntegrityError:  # the same person's other message made the draft in the meantime
        with writing(store.engine) as connection:
            connection.execute(update(tables.drafts).where(own).values(**row))


def load(store: Store, owner: str) -> TipOffDraft | None:
    """Returns the owner's draft, or None."""
    name = owner_hash(store, owner)
    with reading(store.engine) as connection:
        token = connection.execute(select(tables.drafts.c.token).where(tables.drafts.c.owner_hash == name)).scalar_one_or_none()
    return None if token is None else TipOffDraft.model_validate_json(store.cipher.open("drafts", "content", name, token))


def discard(store: Store, owner: str) -> None:
    """Forgets the owner's draft, if there is one."""
    with writing(store.engine) as connection:
        connection.execute(delete(tables.drafts).where(tables.drafts.c.owner_hash == owner_hash(store, owner)))
