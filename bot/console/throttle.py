"""Slows down whoever guesses passwords. What is counted is kept under keyed hashes: the table names no address and no account."""

from __future__ import annotations

import time

from sqlalchemy import Engine, delete, func, insert, select

from bot.console.errors import ConsoleError
from bot.console.limits import LOGIN_LIMITS
from bot.console.schema import login_attempts
from bot.privacy.keyed_hash import keyed_hash
from bot.transcripts.database import writing

LONGEST_SECONDS = max(limit.seconds for limit in LOGIN_LIMITS.values())


class LoginThrottle:
    """Counts login attempts.

    Args:
        engine: To the console's database.
        index_key: The keyring's index key.
    """

    def __init__(self, engine: Engine, index_key: bytes) -> None:
        self._engine = engine
        self._key = index_key

    def enter(self, address: str, name: str) -> None:
        """Count an attempt before the password is looked at, so that a hundred at the same time are a hundred.

        Args:
            address: Where it comes from.
            name: The canonical name it is for.

        Raises:
            ConsoleError: `throttled`; the attempt itself is not counted, so the wait ends.
        """
        now = time.time()
        keys = self._keys(address, name)
        with writing(self._engine) as connection:
            connection.execute(delete(login_attempts).where(login_attempts.c.at < now - LONGEST_SECONDS))
            for rule, key in keys.items():
                recent = select(func.count()).where(login_attempts.c.key == key, login_attempts.c.at > now - LOGIN_LIMITS[rule].seconds)
                if connection.execute(recent).scalar_one() >= LOGIN_LIMITS[rule].attempts:
                    raise ConsoleError("throttled", 429)
            connection.execute(insert(login_attempts), [{"key": key, "at": now} for key in keys.values()])

    def forgive(self, address: str, name: str) -> None:
        """Forget this person's attempts from this place after a login that worked."""
        keys = self._keys(address, name)
        with writing(self._engine) as connection:
            connection.execute(delete(login_attempts).where(login_attempts.c.key == keys["address_and_name"]))
            for rule in ("address", "name"):  # only the attempt that worked: one good account must not wash an address clean
                newest = select(func.max(login_attempts.c.id)).where(login_attempts.c.key == keys[rule]).scalar_subquery()
                connection.execute(delete(login_attempts).where(login_attempts.c.id == newest))

    def _keys(self, address: str, name: str) -> dict[str, str]:
        values = {"address_and_name": f"{address}\x1f{name}", "address": address, "name": name}
        return {rule: keyed_hash(self._key, f"console_login_attempts.{rule}", value) for rule, value in values.items()}
