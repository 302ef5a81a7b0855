"""Lists of conversations: which match, and what one line says about each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select

from bot.transcripts import limits
from bot.transcripts.assembly import moment
from bot.transcripts.model import Choices, Page, Summary, Tally, TranscriptFilter, Verdict
from bot.transcripts.schema import conversations, events, tags
from bot.transcripts.search import contains


def search(connection: Connection, wanted: TranscriptFilter) -> Page:
    """Find one page of conversations, newest first.

    Args:
        connection: To the record's database.
        wanted: What to find.

    Returns:
        The page; the count stops at `limits.MAX_COUNTED`, because nobody reads further and counting a million rows is slow.
    """
    words = tuple(wanted.text.split())[: limits.MAX_SEARCH_WORDS]
    conditions = _conditions(connection.dialect.name, wanted, words)
    number = max(1, wanted.page)
    found = (
        select(conversations)
        .where(*conditions)
        .order_by(conversations.c.last_at.desc(), conversations.c.id)
        .offset((number - 1) * limits.PAGE_SIZE)
        .limit(limits.PAGE_SIZE + 1)
    )
    rows = list(connection.execute(found).mappings())
    some = select(conversations.c.id).where(*conditions).limit(limits.MAX_COUNTED + 1).subquery()
    total = int(connection.execute(select(func.count()).select_from(some)).scalar_one())
    return Page(
        rows=summaries(connection, rows[: limits.PAGE_SIZE], words),
        number=number,
        total=min(total, limits.MAX_COUNTED),
        more_than_total=total > limits.MAX_COUNTED,
        has_next=len(rows) > limits.PAGE_SIZE,
    )


def _conditions(dialect: str, wanted: TranscriptFilter, words: Sequence[str]) -> list[ColumnElement[bool]]:
    table = conversations.c

    def some_event(*condition: ColumnElement[bool]) -> ColumnElement[bool]:
        return table.id.in_(select(events.c.conversation_id).where(*condition))

    conditions = [some_event(contains(dialect, word)) for word in words]
    if wanted.intent:
        conditions.append(some_event(events.c.kind == "user", events.c.name == wanted.intent))
    if wanted.topic:
        conditions.append(some_event(events.c.topic == wanted.topic))
    if wanted.verdict is not None:
        conditions.append(table.verdict == wanted.verdict.rank)
    if wanted.channel:
        conditions.append(table.channel == wanted.channel)
    if wanted.since is not None:
        conditions.append(table.last_at >= wanted.since.timestamp())
    if wanted.until is not None:
        conditions.append(table.last_at < wanted.until.timestamp())
    if wanted.reviewed is not None:
        conditions.append(_reviewed() if wanted.reviewed else ~_reviewed())
    if wanted.flagged is not None:
        conditions.append(table.flagged.is_(wanted.flagged))
    if wanted.tag:
        conditions.append(table.id.in_(select(tags.c.conversation_id).where(tags.c.tag == wanted.tag)))
    return conditions


def _reviewed() -> ColumnElement[bool]:
    return func.coalesce(conversations.c.reviewed_through, 0) >= conversations.c.last_at


def summaries(connection: Connection, rows: Sequence[RowMapping], words: Sequence[str]) -> tuple[Summary, ...]:
    """Describe conversations in one line each.

    Args:
        connection: To the record's database.
        rows: Rows of `transcript_conversations`.
        words: What was searched for; the excerpt then shows the first of them instead of the conversation's beginning.

    Returns:
        The lines, in the order of the rows.
    """
    ids = [row["id"] for row in rows]
    excerpts = _excerpts(connection, ids, words)
    intents: dict[str, list[str]] = defaultdict(list)
    spoken = (
        select(events.c.conversation_id, events.c.name, func.min(events.c.at).label("first"))
        .where(events.c.conversation_id.in_(ids), events.c.kind == "user", events.c.name.is_not(None))
        .group_by(events.c.conversation_id, events.c.name)
        .order_by("first")
    )
    for conversation_id, intent, _ in connection.execute(spoken):
        intents[conversation_id].append(intent)
    labels: dict[str, list[str]] = defaultdict(list)
    tagged = select(tags.c.conversation_id, tags.c.tag).where(tags.c.conversation_id.in_(ids)).order_by(tags.c.tag)
    for conversation_id, tag in connection.execute(tagged):
        labels[conversation_id].append(tag)
    return tuple(
        Summary(
            id=row["id"],
            channel=row["channel"],
            first_at=moment(row["first_at"]),
            last_at=moment(row["last_at"]),
            messages=row["messages"],
            verdict=Verdict.of_rank(row["verdict"]),
            flagged=row["flagged"],
            flagged_by=row["flagged_by"],
            reviewed=(row["reviewed_through"] or 0) >= row["last_at"],
            reviewed_by=row["reviewed_by"],
            excerpt=excerpts.get(row["id"], ""),
            intents=tuple(intents[row["id"]]),
            tags=tuple(labels[row["id"]]),
        )
        for row in rows
    )


def _excerpts(connection: Connection, ids: list[str], words: Sequence[str]) -> dict[str, str]:
    interesting: list[ColumnElement[bool]] = [contains(connection.dialect.name, words[0])] if words else [events.c.kind == "user"]
    order = func.row_number().over(partition_by=events.c.conversation_id, order_by=(events.c.at, events.c.id)).label("place")
    ranked = select(events.c.conversation_id, events.c.text, order).where(events.c.conversation_id.in_(ids), *interesting).subquery()
    found = connection.execute(select(ranked.c.conversation_id, ranked.c.text).where(ranked.c.place == 1))
    return {conversation_id: _around(text or "", words) for conversation_id, text in found}


def _around(text: str, words: Sequence[str]) -> str:
    """Cut a text to a line that shows the first searched word."""
    line = " ".join(text.split())
    place = line.casefold().find(words[0].casefold()) if words else 0
    start = max(0, place - limits.EXCERPT_CHARS // 3)
    cut = line[start : start + limits.EXCERPT_CHARS]
    return ("…" if start else "") + cut + ("…" if start + len(cut) < len(line) else "")


def choices(connection: Connection) -> Choices:
    """Read which values occur.

    Args:
        connection: To the record's database.

    Returns:
        Each list sorted.
    """

    def distinct(column: Any, *condition: ColumnElement[bool]) -> tuple[str, ...]:
        # DISTINCT reads every row of a table of millions for its sixty values; this goes from one value to the next by the column's index.
        seen = select(func.min(column).label("value")).where(*condition).cte("seen", recursive=True)
        following = select(func.min(column)).where(column > seen.c.value, *condition).scalar_subquery()
        seen = seen.union_all(select(following).where(seen.c.value.is_not(None)))
        return tuple(value for value in connection.execute(select(seen.c.value)).scalars() if value)

    return Choices(
        intents=distinct(events.c.name, events.c.kind == "user"),
        topics=distinct(events.c.topic),
        channels=distinct(conversations.c.channel),
        tags=distinct(tags.c.tag),
    )


def tally(connection: Connection, since: datetime) -> Tally:
    """Count conversations and messages.

    Args:
        connection: To the record's database.
        since: An aware time.

    Returns:
        The figures.
    """
    recent = conversations.c.last_at >= since.timestamp()
    asked = (events.c.at >= since.timestamp()) & (events.c.kind == "user")
    number = func.count()

    def grouped(column: Any, condition: ColumnElement[bool]) -> list[tuple[Any, int]]:
        found = connection.execute(select(column, number).where(condition).group_by(column).order_by(number.desc(), column))
        return [(value, count) for value, count in found if value is not None]

    return Tally(
        conversations=int(connection.execute(select(number).select_from(conversations).where(recent)).scalar_one()),
        messages=int(connection.execute(select(number).select_from(events).where(asked)).scalar_one()),
        by_verdict=tuple((Verdict.of_rank(rank), count) for rank, count in grouped(conversations.c.verdict, recent)),
        by_topic=tuple(grouped(events.c.topic, asked)),
        by_channel=tuple(grouped(conversations.c.channel, recent)),
    )
