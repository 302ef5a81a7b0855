"""Rate limits. Counters are kept in the database, so that they hold across processes; keys are keyed hashes, never raw addresses."""

import math

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.intake import tables
from bot.intake.catalog_schema import Rate, Rates
from bot.intake.database import reading, writing
from bot.intake.errors import IntakeError
from bot.intake.store import Store
from bot.privacy.keyed_hash import keyed_hash

IN_ALL = "*"  # the key of limits that all senders share


def _place(store: Store, name: str, key: str) -> tuple[Rate, dict[str, object], int]:
    rate: Rate = getattr(store.catalog.limits.rates, name)
    now = int(store.clock().timestamp())
    window = now // rate.seconds
    place = {"rate": name, "key_hash": keyed_hash(store.key, f"rate:{name}", key), "window": window}
    return rate, place, (window + 1) * rate.seconds - now


def count(store: Store, name: str, key: str, error: str) -> None:
    """Counts one event and refuses it when the sender has had too many.

    Args:
        store: The store.
        name: A field of `Rates`.
        key: Whatever names the sender; only its keyed hash is kept.
        error: Key of the words when it is too many.

    Raises:
        IntakeError: `error`, with the minutes to wait.
    """
    rate, place, seconds_left = _place(store, name, key)
    insert = postgresql.insert if store.engine.dialect.name == "postgresql" else sqlite.insert
    counters = tables.rate_windows
    statement = insert(counters).values(**place, count=1).on_conflict_do_update(
        index_elements=[counters.c.rate, counters.c.key_hash, counters.c.window], set_={"count": counters.c.count + 1}
    ).returning(counters.c.count)  # fmt: skip
    with writing(store.engine) as connection:
        seen = connection.execute(statement).scalar_one()
    if seen > rate.count:
        raise IntakeError(error, minutes=math.ceil(seconds_left / 60))


def check(store: Store, name: str, key: str, error: str) -> None:
    """Refuses when the limit is already used up, without counting.

    Raises:
        IntakeError: `error`, with the minutes to wait.
    """
    rate, place, seconds_left = _place(store, name, key)
    counters = tables.rate_windows
    query = select(counters.c.count).where(*(counters.c[column] == value for column, value in place.items()))
    with reading(store.engine) as connection:
        seen = connection.execute(query).scalar_one_or_none() or 0
    if seen >= rate.count:
        raise IntakeError(error, minutes=math.ceil(seconds_left / 60))


def forget_old_windows(store: Store) -> int:
    """Deletes counters whose time is over; returns how many."""
    keep = store.catalog.limits.retention_days.rate_windows * 86400
    now = int(store.clock().timestamp())
    gone = 0
    with writing(store.engine) as connection:
        for name in Rates.model_fields:
            rate: Rate = getattr(store.catalog.limits.rates, name)
            old = tables.rate_windows.c.window < (now - keep) // rate.seconds
            gone += connection.execute(delete(tables.rate_windows).where(tables.rate_windows.c.rate == name, old)).rowcount
    return gone
