"""Bringing the console's own tables up to date. Opening a database is the same for every store: `bot.transcripts.database.connect`."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from bot.transcripts.database import migrate

MIGRATIONS = Path(__file__).parent / "migrations"
UPGRADE_LOCK = 0x636F6E73  # "cons", the PostgreSQL advisory lock that lets one process at a time upgrade


def upgrade(engine: Engine) -> None:
    """Create the console's tables or bring them up to date.

    Args:
        engine: From `bot.transcripts.database.connect`.
    """
    migrate(engine, MIGRATIONS, UPGRADE_LOCK)
