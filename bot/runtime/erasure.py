"""Forgets conversations in every store that holds part of them: Rasa's tracker, the transcripts, and the draft of a tip-off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.runtime import stores
from bot.runtime.settings import Settings

TRACKER_EVENTS = sa.table("events", sa.column("sender_id"), sa.column("timestamp"))


@dataclass(frozen=True)
class Erased:
    """How much was forgotten: events of the tracker and of the transcripts."""

    tracker_events: int
    transcript_events: int


def erase_conversation(settings: Settings, conversation: str) -> Erased:
    """Forget one conversation.

    Args:
        settings: Where the stores are.
        conversation: The id Rasa knows the person by, or the one the console shows, which is a keyed hash of it.

    Returns:
        What was forgotten; all zero when no store knows the conversation.
    """
    transcripts, desk = stores.transcript_store(settings), stores.intake_desk(settings)
    engine = sa.create_engine(settings.database_url_tracker)
    tracker_events = transcript_events = 0
    with engine.begin() as connection:
        known = connection.scalars(sa.select(TRACKER_EVENTS.c.sender_id).distinct()).all() if sa.inspect(connection).has_table("events") else []
        senders = {sender for sender in known if conversation in {sender, transcripts.conversation_id(sender)}}
        for sender in senders | {conversation}:
            if known:
                tracker_events += connection.execute(sa.delete(TRACKER_EVENTS).where(TRACKER_EVENTS.c.sender_id == sender)).rowcount
            transcript_events += transcripts.erase(sender)
            desk.discard_draft(sender)
    engine.dispose()
    return Erased(tracker_events, transcript_events)


def purge_conversations(settings: Settings, before: datetime, *, dry_run: bool) -> Erased:
    """Forget the conversations in which nothing was said since a moment; a conversation that goes on is kept whole.

    Args:
        settings: Where the stores are.
        before: The moment, with a time zone.
        dry_run: Only count.

    Returns:
        What was, or would be, forgotten.
    """
    transcript_events = stores.transcript_store(settings).purge(before, dry_run)
    engine = sa.create_engine(settings.database_url_tracker)
    events = TRACKER_EVENTS
    silent = sa.select(events.c.sender_id).group_by(events.c.sender_id).having(sa.func.max(events.c.timestamp) < before.timestamp())
    outdated = events.c.sender_id.in_(silent)
    with engine.begin() as connection:
        if not sa.inspect(connection).has_table(events.name):
            tracker_events = 0
        elif dry_run:
            tracker_events = connection.scalar(sa.select(sa.func.count()).select_from(events).where(outdated)) or 0
        else:
            tracker_events = connection.execute(sa.delete(events).where(outdated)).rowcount
    engine.dispose()
    return Erased(tracker_events, transcript_events)
