"""Opening the record's database and bringing its tables up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, text

from bot.transcripts.limits import BUSY_TIMEOUT_MS

MIGRATIONS = Path(__file__).parent / "migrations"
UPGRADE_LOCK = 0x7472616E  # "tran", the PostgreSQL advisory lock that lets one process at a time upgrade


def connect(url: str) -> Engine:
    """Open the database.

    Args:
        url: `sqlite:///path` or `postgresql+psycopg://…`.

    Returns:
        An engine on which transactions mean the same on both databases.
    """
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"), hide_parameters=True)  # a failed statement is logged without its values
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would otherwise leave DDL and reads outside transactions
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA secure_delete=ON")  # erased words must not be readable in the file's free pages
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('sqlite_begin', 'DEFERRED')}")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that will write.

    SQLite takes the write lock at once: a transaction that reads first and writes later fails instead of waiting when another wrote between.

    Args:
        engine: From `connect`.

    Yields:
        A connection; leaving the block commits, an exception rolls back.
    """
    with engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
        yield connection


def migrate(engine: Engine, migrations: Path, lock: int) -> None:
    """Run a folder of alembic migrations. Several processes may do so at once: they wait for each other.

    Args:
        engine: From `connect`.
        migrations: The folder with `env.py`, which takes its connection from `config.attributes`.
        lock: The PostgreSQL advisory lock of this history.
    """
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def upgrade(engine: Engine) -> None:
    """Create the record's tables or bring them up to date.

    Args:
        engine: From `connect`.
    """
    migrate(engine, MIGRATIONS, UPGRADE_LOCK)
