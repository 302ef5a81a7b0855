"""What the actions share in one process: loaded on first use, kept for good."""

from __future__ import annotations

from functools import cache

from bot.intake import IntakeDesk
from bot.knowledge import City, FirstAid, Insurers, Library, Regions, ReplyGuard
from bot.runtime import stores
from bot.runtime.settings import PROJECT_ROOT, Settings

KNOWLEDGE_DIR = PROJECT_ROOT / "data" / "knowledge"


@cache
def settings() -> Settings:
    """The installation's settings."""
    return Settings.load()


@cache
def library() -> Library:
    """Answers and wording.

    Raises:
        KnowledgeError: A data file is unreadable or breaks its schema.
    """
    return Library.load(KNOWLEDGE_DIR)


@cache
def desk() -> IntakeDesk:
    """The tip-off store."""
    return stores.intake_desk(settings())
