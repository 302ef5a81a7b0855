"""What a person said can be forgotten everywhere at once."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.intake.draft import TipOffDraft
from bot.runtime import stores
from bot.runtime.erasure import erase_conversation, purge_conversations
from bot.runtime.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("GUARD_DATA_DIR", str(tmp_path))
    loaded = Settings.load()
    with sqlite3.connect(tmp_path / "tracker.db") as connection:
        connection.execute("create table events (id integer primary key, sender_id text, type_name text, timestamp float, data text)")
        for sender in ("web-anna", "web-anna", "web-boris"):
            connection.execute("insert into events (sender_id, type_name, timestamp, data) values (?, 'user', 1.0, 'sealed')", (sender,))
    transcripts = stores.transcript_store(loaded)
    for sender in ("web-anna", "web-boris"):
        transcripts.record({"sender_id": sender, "event": "user", "timestamp": 1.0, "text": "我想问退保", "parse_data": {}})
    stores.intake_desk(loaded).save_draft("web-anna", TipOffDraft(narrative="有人骗我"))
    return loaded


@pytest.mark.parametrize("as_shown_in_the_console", [False, True])
def test_one_person_is_forgotten_and_the_other_is_not(settings: Settings, as_shown_in_the_console: bool) -> None:
    transcripts = stores.transcript_store(settings)
    conversation = transcripts.conversation_id("web-anna") if as_shown_in_the_console else "web-anna"
    erased = erase_conversation(settings, conversation)
    assert (erased.tracker_events, erased.transcript_events > 0) == (2, True)
    with sqlite3.connect(settings.data_dir / "tracker.db") as connection:
        assert connection.execute("select distinct sender_id from events").fetchall() == [("web-boris",)]
    assert stores.intake_desk(settings).load_draft("web-anna") is None
    assert erase_conversation(settings, "web-boris").tracker_events == 1


def test_an_unknown_conversation_changes_nothing(settings: Settings) -> None:
    erased = erase_conversation(settings, "nobody")
    assert (erased.tracker_events, erased.transcript_events) == (0, 0)


@pytest.mark.parametrize("dry_run", [True, False])
def test_silent_conversations_are_forgotten_after_their_time(settings: Settings, dry_run: bool) -> None:
    with sqlite3.connect(settings.data_dir / "tracker.db") as connection:
        now = datetime.now(UTC).timestamp()
        connection.execute("insert into events (sender_id, type_name, timestamp, data) values ('web-boris', 'user', ?, 'sealed')", (now,))
    erased = purge_conversations(settings, datetime.now(UTC) - timedelta(days=180), dry_run=dry_run)
    assert erased.tracker_events == 2, "only the silent one"
    assert erased.transcript_events > 0
    with sqlite3.connect(settings.data_dir / "tracker.db") as connection:
        assert connection.execute("select count(*) from events").fetchone() == (4 if dry_run else 2,)
