"""What the actions share in one process: loaded on first use, kept for good."""

from __future__ import annotations

from functools import cache

from bot.intake.desk import IntakeDesk
from bot.knowledge.compare_options import ComparisonTerms
from bot.knowledge.complaint_letter import LetterFile
from bot.knowledge.first_aid import FirstAid
from bot.knowledge.follow_ups import FollowUps
from bot.knowledge.guided_path import GuidedPath
from bot.knowledge.library import Library
from bot.knowledge.reply_guard import ReplyGuard
from bot.knowledge.which_door import WhichDoor
from bot.runtime import stores
from bot.runtime.settings import PROJECT_ROOT, Settings
from bot.scam.data import StageData, load_signals, load_yaml

SCAM_DIR = PROJECT_ROOT / "data" / "scam"
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
def reply_guard() -> ReplyGuard:
    """The check every reply passes.

    Raises:
        KnowledgeError: Its rules are unreadable or break their schema.
    """
    return ReplyGuard.load(KNOWLEDGE_DIR)


@cache
def first_aid() -> FirstAid:
    """What to do after handing something over.

    Raises:
        KnowledgeError: Its file is unreadable or breaks its schema.
    """
    return FirstAid.load(KNOWLEDGE_DIR)


@cache
def follow_ups() -> FollowUps:
    """How short questions continue a topic.

    Raises:
        KnowledgeError: Its file is unreadable or breaks its schema.
    """
    return FollowUps.load(KNOWLEDGE_DIR)


@cache
def guided_path() -> GuidedPath:
    """The questions of the guided path and the texts of the checklist.

    Raises:
        KnowledgeError: Its file is unreadable or breaks its schema.
    """
    return GuidedPath.load(KNOWLEDGE_DIR, library().insurers, library().products)


@cache
def letter_terms() -> LetterFile:
    """The form of the complaint letter.

    Raises:
        KnowledgeError: Its file is unreadable or breaks its schema.
    """
    return LetterFile.load(KNOWLEDGE_DIR)


@cache
def which_door() -> WhichDoor:
    """Which body can act on what.

    Raises:
        KnowledgeError: Its file is unreadable or breaks its schema.
    """
    return WhichDoor.load(KNOWLEDGE_DIR)


@cache
def comparison_terms() -> ComparisonTerms:
    """The assumptions and words of the comparison.

    Raises:
        KnowledgeError: Its file is unreadable or breaks its schema.
    """
    return ComparisonTerms.load(KNOWLEDGE_DIR)


@cache
def stage_names() -> dict[str, str]:
    """Names of the trick's stages, by id."""
    return {stage.id: stage.name for stage in load_yaml(SCAM_DIR / "stages.yml", StageData).stages}


@cache
def signal_names() -> dict[str, str]:
    """Names of the scam signals, by id."""
    return {signal: record.name_zh for signal, record in load_signals(SCAM_DIR).items()}


@cache
def desk() -> IntakeDesk:
    """The tip-off store."""
    return stores.intake_desk(settings())
