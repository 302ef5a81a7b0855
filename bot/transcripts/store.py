"""Keeping, reviewing and forgetting conversations."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, case, delete, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.transcripts import limits, listing
from bot.transcripts.assembly import moment, turns_of
from bot.transcripts.database import writing
from bot.transcripts.errors import TranscriptError
from bot.transcripts.model import Choices, Conversation, Note, Page, Tally, TranscriptFilter
from bot.transcripts.projection import Row, clean_text, project, pseudonym
from bot.transcripts.schema import conversations, events, notes, tags

DELETE_BATCH = 500  # conversations forgotten in one statement


class TranscriptStore:
    """The record of conversations in one database.

    Args:
        engine: From `bot.transcripts.connect`, after `bot.transcripts.upgrade`.
        index_key: The keyring's index key (32 bytes); sender ids and event fingerprints are kept only as hashes under it.
    """

    def __init__(self, engine: Engine, index_key: bytes) -> None:
        self._engine = engine
        self._key = index_key
        self._insert: Any = sqlite.insert if engine.dialect.name == "sqlite" else postgresql.insert

    def record(self, event: Mapping[str, Any]) -> bool:
        """Keep one event.

        Args:
            event: As Rasa's `EventBroker.publish` gets it, `sender_id` included.

        Returns:
            Whether it was new. The same event again changes nothing; events may arrive in any order.

        Raises:
            TranscriptError: The event has no sender, kind or time (`malformed_event`).
        """
        return self.record_all([event]) == 1

    def record_all(self, batch: Iterable[Mapping[str, Any]]) -> int:
        """Keep several events in one transaction: all or none.

        Args:
            batch: Events as for `record`.

        Returns:
            How many were new.

        Raises:
            TranscriptError: One of them has no sender, kind or time; none is kept.
        """
        rows = [row for row in (project(event, self._key) for event in batch) if row is not None]
        if not rows:
            return 0
        with writing(self._engine) as connection:
            return sum(self._keep(connection, row) for row in rows)

    def _keep(self, connection: Connection, row: Row) -> bool:
        channel = row.pop("channel")
        kept = self._insert(events).values(row).on_conflict_do_nothing(index_elements=["digest"]).returning(events.c.id)
        if connection.execute(kept).first() is None:
            return False
        fresh = {
            "id": row["conversation_id"],
            "channel": channel,
            "first_at": row["at"],
            "last_at": row["at"],
            "messages": int(row["kind"] == "user"),
            "verdict": row["verdict"] or 0,
            "flagged": False,
        }
        statement = self._insert(conversations).values(fresh)
        new, old = statement.excluded, conversations.c
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["id"],
                set_={
                    "channel": case((old.channel == "", new.channel), else_=old.channel),
                    "first_at": case((new.first_at < old.first_at, new.first_at), else_=old.first_at),
                    "last_at": case((new.last_at > old.last_at, new.last_at), else_=old.last_at),
                    "messages": old.messages + new.messages,
                    "verdict": case((new.verdict > old.verdict, new.verdict), else_=old.verdict),
                },
            )
        )
        return True

    def search(self, wanted: TranscriptFilter) -> Page:
        """List conversations, newest first.

        Args:
            wanted: What to list; `page` counts from 1.

        Returns:
            One page; past the last page it is empty.
        """
        with self._engine.connect() as connection:
            return listing.search(connection, wanted)

    def choices(self) -> Choices:
        """Say which intents, topics, channels and tags occur, to fill a search form."""
        with self._engine.connect() as connection:
            return listing.choices(connection)

    def tally(self, since: datetime) -> Tally:
        """Count conversations and messages since a time."""
        with self._engine.connect() as connection:
            return listing.tally(connection, since)

    def conversation(self, conversation_id: str) -> Conversation:
        """Read one conversation.

        Args:
            conversation_id: From a `Summary`.

        Returns:
            All its turns, oldest first, and staff's notes.

        Raises:
            TranscriptError: There is none (`unknown_conversation`), for example because it was erased.
        """
        with self._engine.connect() as connection:
            row = connection.execute(select(conversations).where(conversations.c.id == conversation_id)).mappings().first()
            if row is None:
                raise TranscriptError("unknown_conversation")
            happened = select(events).where(events.c.conversation_id == conversation_id).order_by(events.c.at, events.c.id)
            turns = turns_of(connection.execute(happened).mappings())
            written = select(notes).where(notes.c.conversation_id == conversation_id).order_by(notes.c.at, notes.c.id)
            remarks = tuple(Note(moment(note["at"]), note["actor"], note["text"]) for note in connection.execute(written).mappings())
            return Conversation(listing.summaries(connection, [row], ())[0], turns, remarks)

    def conversation_id(self, sender_id: str) -> str:
        """Name the conversation of a sender, without asking whether there is one."""
        return pseudonym(self._key, sender_id)

    def mark_reviewed(self, conversation_id: str, actor: str) -> None:
        """Mark everything said so far as reviewed; a later message makes the conversation unreviewed again.

        Args:
            conversation_id: From a `Summary`.
            actor: Who reviewed it.

        Raises:
            TranscriptError: There is no such conversation (`unknown_conversation`).
        """
        self._change(conversation_id, reviewed_through=conversations.c.last_at, reviewed_by=actor)

    def mark_unreviewed(self, conversation_id: str) -> None:
        """Take the mark back.

        Raises:
            TranscriptError: There is no such conversation (`unknown_conversation`).
        """
        self._change(conversation_id, reviewed_through=None, reviewed_by=None)

    def flag(self, conversation_id: str, actor: str, flagged: bool = True) -> None:
        """Put a conversation aside for a second look, or take it back.

        Args:
            conversation_id: From a `Summary`.
            actor: Who does it.
            flagged: False takes the flag away.

        Raises:
            TranscriptError: There is no such conversation (`unknown_conversation`).
        """
        self._change(conversation_id, flagged=flagged, flagged_by=actor if flagged else None)

    def _change(self, conversation_id: str, **values: Any) -> None:
        with writing(self._engine) as connection:
            if connection.execute(update(conversations).where(conversations.c.id == conversation_id).values(**values)).rowcount == 0:
                raise TranscriptError("unknown_conversation")

    def tag(self, conversation_id: str, tag: str, actor: str) -> None:
        """Put a tag on a conversation; the same tag twice is one.

        Args:
            conversation_id: From a `Summary`.
            tag: 1 to `limits.MAX_TAG_CHARS` characters.
            actor: Who does it.

        Raises:
            TranscriptError: The tag is empty or too long (`bad_tag`), or there is no such conversation (`unknown_conversation`).
        """
        tag = clean_text(tag).strip()
        if not tag or len(tag) > limits.MAX_TAG_CHARS:
            raise TranscriptError("bad_tag")
        with writing(self._engine) as connection:
            _require(connection, conversation_id)
            values = {"conversation_id": conversation_id, "tag": tag, "actor": actor, "at": time.time()}
            connection.execute(self._insert(tags).values(values).on_conflict_do_nothing(index_elements=["conversation_id", "tag"]))

    def untag(self, conversation_id: str, tag: str) -> None:
        """Take a tag away; a tag that is not there changes nothing."""
        with writing(self._engine) as connection:
            connection.execute(delete(tags).where(tags.c.conversation_id == conversation_id, tags.c.tag == tag))

    def note(self, conversation_id: str, remark: str, actor: str) -> None:
        """Write a note beside a conversation. It is masked like everything else.

        Args:
            conversation_id: From a `Summary`.
            remark: 1 to `limits.MAX_NOTE_CHARS` characters.
            actor: Who writes it.

        Raises:
            TranscriptError: The note is empty or too long (`bad_note`), or there is no such conversation (`unknown_conversation`).
        """
        remark = clean_text(remark).strip()
        if not remark or len(remark) > limits.MAX_NOTE_CHARS:
            raise TranscriptError("bad_note")
        with writing(self._engine) as connection:
            _require(connection, conversation_id)
            connection.execute(insert(notes).values(conversation_id=conversation_id, actor=actor, at=time.time(), text=remark))

    def erase(self, sender_id: str) -> int:
        """Forget everything about a person, as they may ask.

        Args:
            sender_id: Rasa's sender id.

        Returns:
            How many events were forgotten.
        """
        with writing(self._engine) as connection:
            forgotten = connection.execute(delete(events).where(events.c.conversation_id == self.conversation_id(sender_id))).rowcount
            _forget(connection, [self.conversation_id(sender_id)])
        self._scrub()
        return int(forgotten)

    def purge(self, before: datetime, dry_run: bool = False) -> int:
        """Forget what is older than the retention period: every message before a moment, and conversations nothing is left of.

        Args:
            before: An aware datetime; events before it go.
            dry_run: Only count.

        Returns:
            How many events went, or would go.
        """
        old = events.c.at < before.timestamp()
        with writing(self._engine) as connection:
            if dry_run:
                return int(connection.execute(select(func.count()).select_from(events).where(old)).scalar_one())
            touched = list(connection.execute(select(events.c.conversation_id).where(old).distinct()).scalars())
            forgotten = connection.execute(delete(events).where(old)).rowcount
            for start in range(0, len(touched), DELETE_BATCH):
                batch = touched[start : start + DELETE_BATCH]
                kept = _resummarise(connection, batch)
                _forget(connection, [conversation for conversation in batch if conversation not in kept])
        if forgotten:
            self._scrub()
        return int(forgotten)

    def _scrub(self) -> None:
        """Forgotten words would otherwise live on in the text index's old segments and in the write-ahead log."""
        if self._engine.dialect.name != "sqlite":
            return
        with writing(self._engine) as connection:
            connection.execute(text("INSERT INTO transcript_text(transcript_text) VALUES ('optimize')"))
        with self._engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


def _require(connection: Connection, conversation_id: str) -> None:
    if connection.execute(select(conversations.c.id).where(conversations.c.id == conversation_id)).first() is None:
        raise TranscriptError("unknown_conversation")


def _forget(connection: Connection, ids: list[str]) -> None:
    connection.execute(delete(tags).where(tags.c.conversation_id.in_(ids)))
    connection.execute(delete(notes).where(notes.c.conversation_id.in_(ids)))
    connection.execute(delete(conversations).where(conversations.c.id.in_(ids)))


def _resummarise(connection: Connection, ids: list[str]) -> set[str]:
    """Bring the summaries of conversations that lost their beginning up to date; return those that still have events."""
    facts = connection.execute(
        select(
            events.c.conversation_id,
            func.min(events.c.at).label("first_at"),
            func.sum(case((events.c.kind == "user", 1), else_=0)).label("messages"),
            func.coalesce(func.max(events.c.verdict), 0).label("verdict"),
        )
        .where(events.c.conversation_id.in_(ids))
        .group_by(events.c.conversation_id)
    ).mappings()
    left: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in facts:
        left[row["conversation_id"]] = {"first_at": row["first_at"], "messages": row["messages"], "verdict": row["verdict"]}
    for conversation_id, values in left.items():
        connection.execute(update(conversations).where(conversations.c.id == conversation_id).values(**values))
    return set(left)
