"""What a reader of the record asks for and gets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Who(StrEnum):
    """Who a turn belongs to."""

    PERSON = "person"
    ASSISTANT = "assistant"
    SYSTEM = "system"  # what happened before anyone said anything, such as the start of a session


class Verdict(StrEnum):
    """What the scam guard made of a message, in rising gravity."""

    NONE = "none"
    SUSPICIOUS = "suspicious"
    EVIDENT = "evident"

    @property
    def rank(self) -> int:
        """The gravity as a number that sorts; it is what the tables hold."""
        return list(Verdict).index(self)

    @classmethod
    def of_rank(cls, rank: int) -> Verdict:
        """Turn a stored number back into a verdict."""
        return list(cls)[rank]


@dataclass(frozen=True)
class Candidate:
    """An intent the classifier considered. `confidence` is in [0, 1]."""

    intent: str
    confidence: float


@dataclass(frozen=True)
class Entity:
    """Something recognised in a message; the value is masked, `start` and `end` are its characters in the turn's text where known."""

    name: str
    value: Any
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class Signal:
    """A sign of agent-surrender talk and the masked words that gave it away, with their characters in the turn's text where known."""

    name: str
    phrase: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class ScamFinding:
    """The scam guard's view of one message. `score` is in [0, 1] or unknown."""

    verdict: Verdict
    score: float | None = None
    stage: str | None = None
    signals: tuple[Signal, ...] = ()


@dataclass(frozen=True)
class SlotChange:
    """A slot that got a value; `value` is masked JSON, None when it was emptied."""

    name: str
    value: Any


@dataclass(frozen=True)
class Step:
    """One thing the assistant did, in order: `kind` is `action`, `slot`, `loop` or `restart`."""

    kind: str
    name: str | None
    value: Any = None


@dataclass(frozen=True)
class Turn:
    """One message, with what the assistant understood and did about it. All text is masked.

    `command` is what a pressed button sent instead of words; `text` then is the button's title.
    """

    at: datetime
    who: Who
    text: str
    intent: str | None = None
    topic: str | None = None
    confidence: float | None = None
    candidates: tuple[Candidate, ...] = ()
    entities: tuple[Entity, ...] = ()
    scam: ScamFinding | None = None
    buttons: tuple[str, ...] = ()
    command: str | None = None
    steps: tuple[Step, ...] = ()

    @property
    def slots(self) -> tuple[SlotChange, ...]:
        """The slots that changed after this message, in order."""
        return tuple(SlotChange(step.name or "", step.value) for step in self.steps if step.kind == "slot")

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions run after this message, in order."""
        return tuple(step.name or "" for step in self.steps if step.kind == "action")


@dataclass(frozen=True)
class Note:
    """What a member of staff wrote beside a conversation."""

    at: datetime
    actor: str
    text: str


@dataclass(frozen=True)
class Summary:
    """One line of a list of conversations. `excerpt` is the first message, or the one a search found."""

    id: str
    channel: str
    first_at: datetime
    last_at: datetime
    messages: int
    verdict: Verdict
    flagged: bool
    flagged_by: str | None
    reviewed: bool
    reviewed_by: str | None
    excerpt: str = ""
    intents: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conversation:
    """A whole conversation with its turns in the order they happened."""

    summary: Summary
    turns: tuple[Turn, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class TranscriptFilter:
    """Which conversations to list. None and empty text mean "any".

    Args:
        text: Words that must all occur in the conversation, separated by spaces.
        intent: An intent at least one message had.
        topic: A topic at least one message was answered as.
        verdict: The gravest verdict of the conversation.
        channel: Where it was held.
        since: Last message at or after.
        until: Last message before.
        reviewed: Whether everything in it has been reviewed.
        flagged: Whether staff put it aside.
        tag: A tag it carries.
        page: Counted from 1.
    """

    text: str = ""
    intent: str | None = None
    topic: str | None = None
    verdict: Verdict | None = None
    channel: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    reviewed: bool | None = None
    flagged: bool | None = None
    tag: str | None = None
    page: int = 1


@dataclass(frozen=True)
class Page:
    """A page of conversations, newest first. `total` is exact up to `limits.MAX_COUNTED`; `more_than_total` says it was cut there."""

    rows: tuple[Summary, ...]
    number: int
    total: int
    more_than_total: bool
    has_next: bool


@dataclass(frozen=True)
class Choices:
    """What occurs in the record, to fill a search form."""

    intents: tuple[str, ...]
    topics: tuple[str, ...]
    channels: tuple[str, ...]
    tags: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Tally:
    """Figures over conversations since a time.

    Attributes:
        conversations: How many were held or went on.
        messages: How many messages people sent.
        by_verdict: Conversations by their gravest verdict.
        by_topic: Messages by topic, most first.
        by_channel: Conversations by channel, most first.
    """

    conversations: int
    messages: int
    by_verdict: tuple[tuple[Verdict, int], ...]
    by_topic: tuple[tuple[str, int], ...]
    by_channel: tuple[tuple[str, int], ...]
