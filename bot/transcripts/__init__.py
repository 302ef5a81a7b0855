"""The searchable record of conversations: what people said, what the assistant understood, and what it did. Knows no Rasa, only event dicts."""

from bot.transcripts.database import connect, upgrade
from bot.transcripts.errors import TranscriptError
from bot.transcripts.model import Conversation, Page, TranscriptFilter, Turn, Verdict, Who
from bot.transcripts.store import TranscriptStore
from bot.transcripts.story import to_test_story

__all__ = [
    "Conversation",
    "Page",
    "TranscriptError",
    "TranscriptFilter",
    "TranscriptStore",
    "Turn",
    "Verdict",
    "Who",
    "connect",
    "to_test_story",
    "upgrade",
]
