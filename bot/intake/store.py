"""What every part of the intake works with: database, keys, catalog, calendar and clock."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from bot.intake.catalog import IntakeCatalog
from bot.privacy.field_encryption import FieldCipher
from bot.privacy.keyring import Keyring
from bot.workdays import WorkingDayCalendar, default_calendar


def utc_now() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """Returns a 32-character id: milliseconds since 1970, then random. New rows stand together in the index; nobody can guess one."""
    return f"{time.time_ns() // 1_000_000:012x}{os.urandom(10).hex()}"


@dataclass(frozen=True)
class Store:
    """The intake's tools, handed to every function that works on the store.

    Attributes:
        evidence_folder: Where encrypted evidence is kept; None where no evidence is taken.
        clock: Gives the current time in UTC.
    """

    engine: Engine
    keyring: Keyring
    catalog: IntakeCatalog
    evidence_folder: Path | None = None
    calendar: WorkingDayCalendar = field(default_factory=default_calendar)
    clock: Callable[[], datetime] = utc_now
    cipher: FieldCipher = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cipher", FieldCipher(self.keyring))

    @property
    def key(self) -> bytes:
        """The key of keyed hashes and chains."""
        return self.keyring.index_key
