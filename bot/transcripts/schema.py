"""The tables of the record. Every name starts with `transcript_`, because in production all stores share one PostgreSQL database.

Times are seconds since 1970-01-01 UTC, as Rasa stamps its events: the exact number orders events that arrive out of order.
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Double, Index, Integer, MetaData, SmallInteger, String, Table, Text

metadata = MetaData()
row_id = BigInteger().with_variant(Integer, "sqlite")  # only a column declared INTEGER becomes SQLite's rowid, which the text index needs

conversations = Table(
    "transcript_conversations",
    metadata,
    Column("id", String(64), primary_key=True, comment="keyed hash of Rasa's sender id, which itself is never stored"),
    Column("channel", String(64), nullable=False),
    Column("first_at", Double, nullable=False),
    Column("last_at", Double, nullable=False),
    Column("messages", Integer, nullable=False, comment="messages the person sent"),
    Column("verdict", SmallInteger, nullable=False, comment="rank of the gravest scam verdict"),
    Column("flagged", Boolean, nullable=False),
    Column("flagged_by", String(64)),
    Column("reviewed_through", Double, comment="newest event when it was marked reviewed: a later message makes it unreviewed again"),
    Column("reviewed_by", String(64)),
    Index("transcript_conversations_last_at", "last_at"),
    Index("transcript_conversations_channel", "channel", "last_at"),
)

events = Table(
    "transcript_events",
    metadata,
    Column("id", row_id, primary_key=True, autoincrement=True),
    Column("conversation_id", String(64), nullable=False),
    Column("digest", String(64), nullable=False, unique=True, comment="keyed hash of the event: the same event twice is stored once"),
    Column("at", Double, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("name", String(255), comment="intent, action, slot or loop, as the kind says"),
    Column("topic", String(255), comment="what a message was answered as; a slot event carries it when a follow-up was understood from the context"),
    Column("text", Text, comment="masked"),
    Column("confidence", Double),
    Column("verdict", SmallInteger),
    Column("payload", JSON, nullable=False, comment="masked"),
    Index("transcript_events_conversation", "conversation_id", "kind", "at"),
    Index("transcript_events_name", "name", "kind"),  # in this order: an index that began with the kind would be preferred everywhere, and is useless
    Index("transcript_events_topic", "topic"),
)

tags = Table(
    "transcript_tags",
    metadata,
    Column("conversation_id", String(64), primary_key=True),
    Column("tag", String(64), primary_key=True, index=True),
    Column("actor", String(64), nullable=False),
    Column("at", Double, nullable=False),
)

notes = Table(
    "transcript_notes",
    metadata,
    Column("id", row_id, primary_key=True, autoincrement=True),
    Column("conversation_id", String(64), nullable=False, index=True),
    Column("actor", String(64), nullable=False),
    Column("at", Double, nullable=False),
    Column("text", Text, nullable=False, comment="masked"),
)
