"""Rasa's SQL tracker store with the conversation encrypted at rest, and safe when the database is full or gone.

What people tell the assistant names suspects, sums and sometimes themselves, so each event's data is sealed with the installation's keys.
The stock store also asks the database twice a turn for what it has just read, and does everything on the event loop; this one
remembers how many events are stored and works in a thread.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import SQLAlchemyError

from bot.intake.receipt import find_receipt, mask_receipts
from bot.privacy.field_encryption import FieldCipher
from bot.privacy.keyring import Keyring
from bot.runtime.private_answers import without_identity
from bot.runtime.settings import Settings

logger = logging.getLogger(__name__)

RECENT_TRACKERS = 500  # conversations kept in memory for the time a database is gone; about 20 kB each
SQLITE_BUSY_TIMEOUT = 5000  # milliseconds


@dataclass
class _Conversation:
    """The events of a conversation's present session, and how many of them the database has."""

    events: list[dict[str, Any]]
    stored: int


class EncryptedTrackerStore(SQLTrackerStore):  # type: ignore[misc]
    """Named in `endpoints.yml`; takes the database as a whole URL.

    Args:
        domain: The model's domain.
        host: SQLAlchemy URL. (Rasa passes the endpoint's `url` under this name.)
        event_broker: Where new events are streamed to.
    """

    def __init__(self, domain: Domain | None = None, host: str | None = None, event_broker: EventBroker | None = None, **_: Any) -> None:
        # SQLAlchemy 2 refuses the stock default `query=None`.
        super().__init__(domain=domain, host=host, event_broker=event_broker, query={})
        self.engine.hide_parameters = True  # a failed statement is logged without its values
        self._cipher = FieldCipher(Keyring.load_or_create(Settings.load().keyring_path))
        self._recent: OrderedDict[str, _Conversation] = OrderedDict()
        if self.engine.dialect.name == "sqlite":
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            self.engine.dispose()

    def _seal(self, sender_id: str, data: dict[str, Any]) -> str:
        return self._cipher.seal("events", "data", sender_id, json.dumps(data, ensure_ascii=False))

    def _open(self, sender_id: str, token: str) -> dict[str, Any]:
        return dict(json.loads(self._cipher.open("events", "data", sender_id, token)))

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        recent = self._recent.get(sender_id)
        try:
            events = await asyncio.to_thread(self._read, sender_id, fetch_events_from_all_sessions)
            found = _Conversation(events, stored=len(events))
        except SQLAlchemyError as error:
            # Going on from memory keeps a half-filled tip-off alive until the database is back.
            if recent is None:
                raise
            logger.error("The conversation store cannot be read, going on from memory: %s", type(error).__name__)
            found = recent
        if recent and recent.stored < len(recent.events) and not fetch_events_from_all_sessions:
            found = recent  # the last save failed
        if not found.events or not self.domain:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, found.events, self.domain.slots)
        tracker.stored_events = found.stored
        return tracker

    def _read(self, sender_id: str, all_sessions: bool) -> list[dict[str, Any]]:
        with self.session_scope() as session:
            rows = self._event_query(session, sender_id, fetch_events_from_all_sessions=all_sessions).all()
            return [self._open(sender_id, row.data) for row in rows]

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store and stream what is new in the tracker.

        Args:
            tracker: A conversation.

        Raises:
            SQLAlchemyError: The database is full, read-only or gone. The conversation stays in memory and is stored with its next turn.
        """
        sender_id = tracker.sender_id
        stored: int | None = getattr(tracker, "stored_events", None)
        if stored is None:  # a tracker that did not come from here; new conversations do not
            stored = await asyncio.to_thread(self._count, sender_id)
        conversation = _Conversation([_without_receipt(event.as_dict()) for event in tracker.events], stored)
        self._remember(sender_id, conversation)
        new = conversation.events[stored:]
        if any(_shown_once(event) for event in conversation.events[:stored]):
            # It was shown once; the answer to a lost delivery could still be repeated until the person said something else.
            conversation.events[:stored] = [_without_shown_once(event) for event in conversation.events[:stored]]
            await asyncio.to_thread(self._mask_what_was_shown_once, sender_id)
        if self.event_broker is not None:
            for event in without_identity(conversation.events, stored):
                self.event_broker.publish({"sender_id": sender_id, **event})
        await asyncio.to_thread(self._write, sender_id, new)
        conversation.stored = tracker.stored_events = len(conversation.events)

    def _count(self, sender_id: str) -> int:
        with self.session_scope() as session:
            return int(self._event_query(session, sender_id, fetch_events_from_all_sessions=False).count())

    def _write(self, sender_id: str, events: list[dict[str, Any]]) -> None:
        if not events:
            return
        rows = [
            {
                "sender_id": sender_id,
                "type_name": event["event"],
                "timestamp": event.get("timestamp"),
                "intent_name": event.get("parse_data", {}).get("intent", {}).get("name"),
                "action_name": event.get("name"),
                "data": self._seal(sender_id, event),
            }
            for event in events
        ]
        with self.session_scope() as session:
            session.execute(sa.insert(self.SQLEvent), rows)
            session.commit()

    def _mask_what_was_shown_once(self, sender_id: str) -> None:
        with self.session_scope() as session:
            for row in session.query(self.SQLEvent).filter_by(sender_id=sender_id, type_name="bot"):
                event = self._open(sender_id, row.data)
                if _shown_once(event):
                    row.data = self._seal(sender_id, _without_shown_once(event))
            session.commit()

    def _remember(self, sender_id: str, conversation: _Conversation) -> None:
        self._recent[sender_id] = conversation
        self._recent.move_to_end(sender_id)
        while len(self._recent) > RECENT_TRACKERS:
            self._recent.popitem(last=False)


def _without_receipt(event: dict[str, Any]) -> dict[str, Any]:
    """Drop the receipt that a person typed: it was for one look-up, and whoever reads the store must not be able to use it."""
    if (event.get("metadata") or {}).get("receipt"):
        event["metadata"] = {**event["metadata"], "receipt": None}
        if event.get("parse_data"):
            event["parse_data"] = {**event["parse_data"], "metadata": event["metadata"]}
    return event


def _shown_once(event: dict[str, Any]) -> bool:
    """Whether an utterance holds what is not kept: a receipt, or a paper with one or with what was told (a card with the key `once`)."""
    custom = (event.get("data") or {}).get("custom") or {}
    return event["event"] == "bot" and ("once" in custom or custom.get("type") == "receipt" and find_receipt(custom["receipt"]) is not None)


def _without_shown_once(event: dict[str, Any]) -> dict[str, Any]:
    if not _shown_once(event):
        return event
    custom = event["data"]["custom"]
    if "once" in custom:  # its words say, in place of the paper, how to get it again
        kept = {"type": custom["type"], "name": custom["name"], "text": custom["once"]}
    else:
        kept = {key: mask_receipts(value) if isinstance(value, str) else value for key, value in custom.items()}
    return {**event, "data": {**event["data"], "custom": kept}}


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Let readers and the writer work side by side, and wait for a lock instead of failing."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_TIMEOUT}")
    cursor.close()
