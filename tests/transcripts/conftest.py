"""A record of conversations of its own for each test, on SQLite and on a PostgreSQL server started for the tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from bot.transcripts import TranscriptStore, connect, upgrade

INDEX_KEY = b"k" * 32
TABLES = ("transcript_notes", "transcript_tags", "transcript_events", "transcript_conversations", "transcript_version")
POSTGRES_BINARIES = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A throw-away cluster. PostgreSQL refuses to run as root, so root hands it to the user `postgres`."""
    if not POSTGRES_BINARIES.exists():
        pytest.skip("Debian's package postgresql-15 is not installed")
    folder = Path(tempfile.mkdtemp())
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    control = [*as_user, str(POSTGRES_BINARIES / "pg_ctl"), "-D", str(folder / "data"), "-w"]
    initdb = [*as_user, str(POSTGRES_BINARIES / "initdb"), "-D", str(folder / "data"), "-U", "guard", "-A", "trust", "--locale=C.UTF-8"]
    subprocess.run(initdb, check=True, capture_output=True, cwd="/")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    subprocess.run([*control, "-o", options, "-l", str(folder / "log"), "start"], check=True, stdout=subprocess.DEVNULL, cwd="/")
    yield f"postgresql+psycopg://guard@127.0.0.1:{port}/postgres"
    subprocess.run([*control, "-m", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL, cwd="/")
    shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path / 'transcripts.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    engine = connect(url)
    with engine.begin() as connection:
        for table in TABLES:
            connection.execute(text(f"DROP TABLE IF EXISTS {table}"))
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> TranscriptStore:
    return TranscriptStore(engine, INDEX_KEY)
