"""Engines, transactions and migrations, on SQLite (WAL) and PostgreSQL."""

import fcntl
import logging
import os
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.intake.errors import IntakeError

SQLITE_BUSY_SECONDS = 15.0
CONNECT_SECONDS = 5
POOL_SIZE = 10  # connections a process
POOL_OVERFLOW = 20
POOL_WAIT_SECONDS = 10
PG_SERIALISATION_ERRORS = ("40001", "40P01")  # serialization_failure, deadlock_detected
RETRIES = 5
UPGRADE_LOCK = 0x53474D49  # PostgreSQL advisory lock of the intake's migrations
MIGRATIONS = Path(__file__).with_name("migrations")


def open_engine(url: str) -> Engine:
    """Opens the intake's database.

    Args:
        url: SQLAlchemy URL, `sqlite:///path` or `postgresql+psycopg://…`.

    Returns:
        An engine. On SQLite: write-ahead log, full synchronisation (an acknowledged tip-off survives a power cut), a busy timeout, and
        explicit transactions (the driver's own would commit behind our back).
    """
    parsed = make_url(url)
    options: dict[str, Any] = {"pool_size": POOL_SIZE, "max_overflow": POOL_OVERFLOW, "pool_timeout": POOL_WAIT_SECONDS}
    options["hide_parameters"] = True  # a failed statement is logged without its values
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, connect_args={"timeout": SQLITE_BUSY_SECONDS, "check_same_thread": False}, **options)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(parsed, connect_args={"connect_timeout": CONNECT_SECONDS}, **options)
    event.listen(engine, "checkout", _refuse_dropped)
    return engine


def _refuse_dropped(connection: Any, _record: object, _proxy: object) -> None:
    """Lets the pool replace a connection whose server is gone. Such a one has something to read: its end, or the server's last words.

    The pool's own check asks the server each time, which costs as much as another statement.
    """
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        raise DisconnectionError("the server has closed the connection")


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={int(SQLITE_BUSY_SECONDS * 1000)}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads first and writes later fails at once when another one wrote in between; IMMEDIATE waits instead.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("intake_writes") else "BEGIN")


def _can_try_again(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) in PG_SERIALISATION_ERRORS


@contextmanager
def store_errors() -> Iterator[None]:
    """Turns a database that is gone, full, locked or read-only into words for the person; what they wrote is kept by the caller.

    Raises:
        IntakeError: `store_unavailable`.
    """
    try:
        yield
    except IntegrityError:
        raise
    except (OperationalError, PoolTimeoutError) as error:
        raise IntakeError("store_unavailable") from error
    except DBAPIError as error:
        if error.connection_invalidated or "readonly" in str(error.orig).lower() or "read-only" in str(error.orig).lower():
            raise IntakeError("store_unavailable") from error
        raise


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads."""
    with store_errors(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes; committed when the block ends, rolled back when it raises."""
    with store_errors(), engine.connect().execution_options(intake_writes=True) as connection, connection.begin():
        yield connection


def upgrade(engine: Engine) -> None:
    """Brings the database to the newest shape; safe when several processes start at once.

    Raises:
        IntakeError: `store_unavailable`.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it reports every start as news
    with _one_at_a_time(engine), writing(engine) as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": UPGRADE_LOCK})
        command.upgrade(config, "head")


@contextmanager
def _one_at_a_time(engine: Engine) -> Iterator[None]:
    """On SQLite, a lock file beside the database: switching a new file to WAL does not wait for another process doing the same."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:":
        yield
        return
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(f"{name}.upgrade-lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def retry_on_conflict(error: DBAPIError, attempt: int) -> None:
    """Waits a little before a transaction that lost a race on PostgreSQL is tried again; raises `error` when it was not a race."""
    if attempt >= RETRIES or not _can_try_again(error):
        raise error
    time.sleep(0.01 * 2**attempt)
