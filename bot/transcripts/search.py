"""Finding words in masked text: one function, whatever the database has for it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, text

from bot.transcripts.limits import TRIGRAM_CHARS
from bot.transcripts.schema import events


def contains(dialect: str, words: str) -> ColumnElement[bool]:
    """Say that an event's text contains some words, in any case.

    SQLite answers from its trigram index when the words are long enough for one; PostgreSQL's ILIKE uses the pg_trgm index where there is one.

    Args:
        dialect: `sqlite` or `postgresql`.
        words: What to look for, taken literally.

    Returns:
        A condition on `transcript_events`.
    """
    words = words.replace("\x00", "")  # PostgreSQL refuses NUL in text
    if dialect == "sqlite" and len(words) >= TRIGRAM_CHARS:
        phrase = '"' + words.replace('"', '""') + '"'  # quoted, so that FTS5's query operators stay plain words
        matching = text("SELECT rowid AS id FROM transcript_text WHERE transcript_text MATCH :phrase").bindparams(phrase=phrase)
        return events.c.id.in_(matching.columns(events.c.id))
    return events.c.text.icontains(words, autoescape=True)
