"""The first tables and the text index.

The columns are written out here, not taken from `bot.transcripts.schema`: a migration must build what it built on its first day.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import DBAPIError

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SQLITE_TEXT_INDEX = (
    "CREATE VIRTUAL TABLE transcript_text USING fts5(text, content='transcript_events', content_rowid='id', tokenize='trigram')",
    "CREATE TRIGGER transcript_text_insert AFTER INSERT ON transcript_events WHEN new.text IS NOT NULL BEGIN"
    " INSERT INTO transcript_text(rowid, text) VALUES (new.id, new.text); END",
    "CREATE TRIGGER transcript_text_delete AFTER DELETE ON transcript_events WHEN old.text IS NOT NULL BEGIN"
    " INSERT INTO transcript_text(transcript_text, rowid, text) VALUES ('delete', old.id, old.text); END",
)


def upgrade() -> None:
    """Create everything."""
    op.create_table(
        "transcript_conversations",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("first_at", sa.Double(), nullable=False),
        sa.Column("last_at", sa.Double(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.SmallInteger(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("flagged_by", sa.String(64)),
        sa.Column("reviewed_through", sa.Double()),
        sa.Column("reviewed_by", sa.String(64)),
    )
    op.create_index("transcript_conversations_last_at", "transcript_conversations", ["last_at"])
    op.create_index("transcript_conversations_channel", "transcript_conversations", ["channel", "last_at"])
    op.create_table(
        "transcript_events",
        sa.Column("id", ROW_ID, primary_key=True, autoincrement=True),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("name", sa.String(255)),
        sa.Column("topic", sa.String(255)),
        sa.Column("text", sa.Text()),
        sa.Column("confidence", sa.Double()),
        sa.Column("verdict", sa.SmallInteger()),
        sa.Column("payload", sa.JSON(), nullable=False),
    )
    op.create_index("transcript_events_conversation", "transcript_events", ["conversation_id", "kind", "at"])
    op.create_index("transcript_events_name", "transcript_events", ["name", "kind"])
    op.create_index("transcript_events_topic", "transcript_events", ["topic"])
    op.create_table(
        "transcript_tags",
        sa.Column("conversation_id", sa.String(64), primary_key=True),
        sa.Column("tag", sa.String(64), primary_key=True, index=True),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
    )
    op.create_table(
        "transcript_notes",
        sa.Column("id", ROW_ID, primary_key=True, autoincrement=True),
        sa.Column("conversation_id", sa.String(64), nullable=False, index=True),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
    )
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        for statement in SQLITE_TEXT_INDEX:
            op.execute(statement)
    else:
        try:
            with connection.begin_nested():
                connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
                connection.execute(sa.text("CREATE INDEX transcript_events_text ON transcript_events USING gin (text gin_trgm_ops)"))
        except DBAPIError:
            # Without the right to add the extension, or without the contrib package, searches give the same answers by reading every row.
            pass


def downgrade() -> None:
    """Drop everything."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE transcript_text")
    for table in ("transcript_notes", "transcript_tags", "transcript_events", "transcript_conversations"):
        op.drop_table(table)
