"""Key rotation: everything stored is sealed anew under a fresh key, in small steps that can be stopped and resumed."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Table, func, select, update

from bot.intake import audit, evidence, tables
from bot.intake.database import reading, writing
from bot.intake.store import Store
from bot.privacy.field_encryption import key_id_of

BATCH = 200  # rows a transaction: short enough that submissions hardly wait


def _places(table: Table, row: Any) -> tuple[str, str, str]:
    """The table, column and row a token is bound to."""
    if table is tables.sealed:
        return "sealed", row.field, row.tip_off_id
    if table is tables.messages:
        return "messages", row.author, row.id
    if table is tables.drafts:
        return "drafts", "content", row.owner_hash
    return "evidence", "name", row.id


_SEALED_COLUMNS = (
    (tables.sealed, tables.sealed.c.token),
    (tables.messages, tables.messages.c.token),
    (tables.drafts, tables.drafts.c.token),
    (tables.evidence, tables.evidence.c.name_token),
)


def rotate(store: Store, actor: str) -> tuple[str, int]:
    """Adds a key, makes it the active one, and seals everything anew; returns its id and how many values were sealed.

    The old keys stay in the file until `forget_unused_keys`: another process may have sealed something with them just now.
    """
    key_id = store.keyring.add_key()
    audit.record(store, actor, "rotate_keys", key=key_id)
    return key_id, reseal(store)


def reseal(store: Store) -> int:
    """Seals whatever is not under the active key anew; finishes a rotation that was interrupted."""
    return sum(_reseal_column(store, table, column) for table, column in _SEALED_COLUMNS) + _reseal_files(store)


def _reseal_column(store: Store, table: Table, column: Any) -> int:
    done = 0
    active = f"{store.keyring.active}:%"
    while True:
        with writing(store.engine) as connection:
            rows = connection.execute(select(table).where(column.not_like(active)).limit(BATCH)).all()
            for row in rows:
                old = getattr(row, column.name)
                place = _places(table, row)
                fresh = store.cipher.seal(*place, store.cipher.open(*place, old))
                same = [key == getattr(row, key.name) for key in table.primary_key.columns]
                connection.execute(update(table).where(*same, column == old).values({column.name: fresh}))
        done += len(rows)
        if len(rows) < BATCH:
            return done


def _reseal_files(store: Store) -> int:
    if store.evidence_folder is None:
        return 0
    with reading(store.engine) as connection:
        ids = connection.execute(select(tables.evidence.c.id)).scalars().all()
    return sum(evidence.reseal(store, evidence_id) for evidence_id in ids)


def keys_in_use(store: Store) -> dict[str, int]:
    """How many values each key still seals, by key id, with every key of the keyring named."""
    counted = dict.fromkeys(store.keyring.keys, 0)
    with reading(store.engine) as connection:
        for table, column in _SEALED_COLUMNS:
            key_id = func.substr(column, 1, func.strpos(column, ":") - 1 if connection.dialect.name == "postgresql" else func.instr(column, ":") - 1)
            for name, number in connection.execute(select(key_id, func.count()).select_from(table).group_by(key_id)):
                counted[name] = counted.get(name, 0) + number
        ids = connection.execute(select(tables.evidence.c.id)).scalars().all() if store.evidence_folder is not None else []
    for evidence_id in ids:
        for path in evidence.paths_of(store, evidence_id):
            with path.open("rb") as file:
                name = key_id_of(file.read(16).decode("latin-1"))
            counted[name] = counted.get(name, 0) + 1
    return counted


def forget_unused_keys(store: Store, actor: str, still_needed: Callable[[str], bool]) -> list[str]:
    """Removes keys that nothing is sealed with any more; returns their ids. Run it some time after a rotation.

    Args:
        store: The store.
        actor: Who does it.
        still_needed: Tells whether another store sharing the key file still has something sealed with a key.
    """
    counted = keys_in_use(store)
    unused = [name for name, number in counted.items() if number == 0 and name != store.keyring.active and not still_needed(name)]
    for name in unused:
        audit.record(store, actor, "forget_key", key=name)
        store.keyring.remove_key(name)
    return unused
