"""A record of conversations of its own for each test, on SQLite and on a PostgreSQL server started for the tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from bot.transcripts import TranscriptStore, connect, upgrade
from tests.servers import postgres_cluster, postgres_url

__all__ = ["postgres_cluster", "postgres_url"]

INDEX_KEY = b"k" * 32
TABLES = ("transcript_notes", "transcript_tags", "transcript_events", "transcript_conversations", "transcript_version")


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
