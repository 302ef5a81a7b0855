"""Conversations are encrypted at rest, survive a broken database, and never keep a receipt."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import SQLAlchemyError

from bot.intake.receipt import derive_receipt
from bot.runtime.tracker_store import EncryptedTrackerStore

DOMAIN = Domain.from_yaml("version: '3.1'\nslots:\n  mood:\n    type: any\n    mappings: [{type: custom}]\n")
SECRET = "我在梨树县给他转了两千块"
RECEIPT = derive_receipt(b"k" * 32, "some key", 0)


class Recorder:
    """An event broker that remembers."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def publish(self, event: dict[str, Any]) -> None:
        self.events.append(event)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GUARD_DATA_DIR", str(tmp_path))
    return tmp_path / "tracker.db"


def open_store(database: Path, broker: Any = None) -> EncryptedTrackerStore:
    return EncryptedTrackerStore(DOMAIN, f"sqlite:///{database}", broker)


def said(text: str, **metadata: Any) -> UserUttered:
    return UserUttered(text, intent={"name": "greet", "confidence": 1.0}, metadata=metadata or None)


def new_tracker(*events: Any) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("someone", [SessionStarted(timestamp=1.0), *events], slots=DOMAIN.slots)


async def test_a_conversation_comes_back_as_it_was(database: Path) -> None:
    store = open_store(database)
    await store.save(new_tracker(said(SECRET), SlotSet("mood", {"a": 1}), BotUttered("好的", {"buttons": [{"title": "是", "payload": "/affirm"}]})))
    again = await open_store(database).retrieve("someone")
    assert again is not None
    assert again.latest_message.text == SECRET
    assert again.get_slot("mood") == {"a": 1}


async def test_nothing_a_person_said_is_readable_in_the_file(database: Path) -> None:
    store = open_store(database)
    await store.save(new_tracker(said(SECRET), BotUttered("您说的是梨树县")))
    store.engine.dispose()
    content = b"".join(path.read_bytes() for path in database.parent.glob("tracker.db*"))
    assert "梨树县".encode() not in content
    assert b"\\u68a8" not in content


async def test_only_what_is_new_is_stored(database: Path) -> None:
    store = open_store(database)
    await store.save(new_tracker(said("一")))
    tracker = await store.retrieve("someone")
    assert tracker is not None
    tracker.update(said("二"), DOMAIN)
    await store.save(tracker)
    await store.save(tracker)
    with sqlite3.connect(database) as connection:
        assert connection.execute("select count(*) from events").fetchone() == (3,)


async def test_a_new_session_starts_empty_and_the_old_one_stays_on_record(database: Path) -> None:
    store = open_store(database)
    await store.save(new_tracker(said("昨天的话")))
    tracker = await store.retrieve("someone")
    assert tracker is not None
    for event in (SessionStarted(), said("今天的话")):
        tracker.update(event, DOMAIN)
    await store.save(tracker)
    present, full = await store.retrieve("someone"), await store.retrieve_full_tracker("someone")
    assert present is not None
    assert full is not None
    assert [event.text for event in present.events if isinstance(event, UserUttered)] == ["今天的话"]
    assert [event.text for event in full.events if isinstance(event, UserUttered)] == ["昨天的话", "今天的话"]


async def test_a_turn_that_could_not_be_stored_is_kept_and_stored_with_the_next(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(database)
    await store.save(new_tracker(said("一")))
    tracker = await store.retrieve("someone")
    assert tracker is not None
    tracker.update(said("二"), DOMAIN)
    write = store._write

    def full(*_: Any) -> None:
        raise SQLAlchemyError("database or disk is full")

    monkeypatch.setattr(store, "_write", full)
    with pytest.raises(SQLAlchemyError):
        await store.save(tracker)
    monkeypatch.setattr(store, "_write", write)
    tracker = await store.retrieve("someone")
    assert tracker is not None
    assert tracker.latest_message.text == "二"
    tracker.update(said("三"), DOMAIN)
    await store.save(tracker)
    again = await open_store(database).retrieve("someone")
    assert again is not None
    assert [event.text for event in again.events if isinstance(event, UserUttered)] == ["一", "二", "三"]


async def test_a_conversation_goes_on_while_the_database_cannot_be_read(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(database)
    await store.save(new_tracker(said("一")))

    def gone(*_: Any) -> None:
        raise SQLAlchemyError("no connection")

    monkeypatch.setattr(store, "_read", gone)
    tracker = await store.retrieve("someone")
    assert tracker is not None
    assert tracker.latest_message.text == "一"
    with pytest.raises(SQLAlchemyError):
        await store.retrieve("a stranger")


async def test_a_typed_receipt_is_neither_stored_nor_streamed(database: Path) -> None:
    broker = Recorder()
    store = open_store(database, broker)
    await store.save(new_tracker(said("查进度 ****", receipt=RECEIPT)))
    again = await open_store(database).retrieve("someone")
    assert again is not None
    assert RECEIPT not in str([event.as_dict() for event in again.events])
    assert RECEIPT not in str(broker.events)


async def test_a_shown_receipt_is_masked_once_the_person_goes_on(database: Path) -> None:
    store = open_store(database)
    spaced = f"{RECEIPT[:4]} {RECEIPT[4:8]} {RECEIPT[8:12]} {RECEIPT[12:]}"
    card = {"custom": {"type": "receipt", "receipt": RECEIPT, "words": f"您的回执号是：{spaced}"}}
    await store.save(new_tracker(said("提交"), BotUttered(None, card)))
    first = await open_store(database).retrieve("someone")
    assert first is not None
    assert RECEIPT in str([event.as_dict() for event in first.events]), "a repeated delivery must still get its receipt"
    tracker = await store.retrieve("someone")
    assert tracker is not None
    tracker.update(said("谢谢"), DOMAIN)
    await store.save(tracker)
    later = await open_store(database).retrieve_full_tracker("someone")
    assert later is not None
    told = str([event.as_dict() for event in later.events])
    assert RECEIPT not in told
    assert spaced not in told


async def test_a_paper_is_gone_once_the_person_goes_on(database: Path) -> None:
    store = open_store(database)
    card = {"type": "document", "name": "回执单.pdf", "base64": "JVBERi0=", "media_type": "a/pdf", "text": RECEIPT, "once": "再报一遍回执号"}
    await store.save(new_tracker(said("下载"), BotUttered(None, {"custom": card})))
    tracker = await store.retrieve("someone")
    assert tracker is not None
    assert "JVBERi0=" in str([event.as_dict() for event in tracker.events]), "a repeated delivery must still get its paper"
    tracker.update(said("谢谢"), DOMAIN)
    await store.save(tracker)
    later = await open_store(database).retrieve_full_tracker("someone")
    assert later is not None
    shown = [event.data["custom"] for event in later.events if isinstance(event, BotUttered)]
    assert shown == [{"type": "document", "name": "回执单.pdf", "text": "再报一遍回执号"}]


async def test_what_is_streamed_names_nobody_who_complains(database: Path) -> None:
    broker = Recorder()
    reporter = {"values": {"draft": {"reporter": {"name": "李桂芝"}}}}
    summary = BotUttered("您的姓名：李桂芝")
    await open_store(database, broker).save(
        new_tracker(SlotSet("requested_slot", "reporter_name"), said("我叫李桂芝"), SlotSet("tip_off", reporter), summary)
    )
    assert len(broker.events) == 5
    assert "李桂芝" not in str(broker.events)
    again = await open_store(database).retrieve("someone")
    assert again is not None
    assert again.latest_message.text == "我叫李桂芝", "the conversation itself goes on with what was said"


async def test_new_events_are_streamed_once(database: Path) -> None:
    broker = Recorder()
    store = open_store(database, broker)
    await store.save(new_tracker(said("一")))
    tracker = await store.retrieve("someone")
    assert tracker is not None
    tracker.update(said("二"), DOMAIN)
    await store.save(tracker)
    assert [event["text"] for event in broker.events if event["event"] == "user"] == ["一", "二"]
    assert {event["sender_id"] for event in broker.events} == {"someone"}
