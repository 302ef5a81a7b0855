"""What the assistant remembers of a conversation beside its tasks: kept in the slot `conversation`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet

from actions.turn import Turn
from bot.knowledge.first_aid import HandoverId
from bot.knowledge.topics import AnswerContext

SLOT = "conversation"
TOLD_LIMIT = 20  # messages about an agent kept for a tip-off


@dataclass
class Conversation:
    """Survives from turn to turn.

    Attributes:
        topic: What was answered last; short follow-up questions build on it.
        insurer: The company, as the person named it.
        product: Kind of insurance, see `bot.knowledge.topics.Product`.
        channel: Who sold it, see `bot.knowledge.topics.Channel`.
        cooling_off: `inside` or `outside`, once the clock has been worked out.
        received: The day the contract was received, as YYYY-MM-DD.
        years: Years premiums were paid.
        handed_over: What an agent already has, see data/knowledge/first_aid.yml.
        warned: Whether the warning about what an agent asks for has been given.
        misunderstood: Messages in a row that were not understood.
        declined: Messages in a row that were out of scope.
        told: What the person said about an agent, for a tip-off they may file later.
    """

    topic: str | None = None
    insurer: str | None = None
    product: Any = None
    channel: Any = None
    cooling_off: Any = None
    received: str | None = None
    years: float | None = None
    handed_over: list[HandoverId] = field(default_factory=list)
    warned: bool = False
    misunderstood: int = 0
    declined: int = 0
    told: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, tracker: Tracker) -> Conversation:
        """The memory of a conversation, empty at its start."""
        stored = tracker.get_slot(SLOT)
        return cls(**stored) if isinstance(stored, dict) else cls()

    def notice(self, turn: Turn) -> None:
        """Remember what a message says about the person's policy."""
        for name in ("insurer", "product", "channel", "years"):
            found = turn.entities(name)
            if found:
                setattr(self, name, found[0]["value"])

    def keep_told(self, turn: Turn) -> None:
        """Keep what a message tells about an agent, for a tip-off."""
        self.told = [*self.told, turn.text][-TOLD_LIMIT:]

    def context(self) -> AnswerContext:
        """What is known of the policy, for the knowledge base."""
        return AnswerContext(insurer=self.insurer, product=self.product, cooling_off=self.cooling_off, channel=self.channel, years=self.years)

    def event(self) -> EventType:
        """The event that stores it."""
        return SlotSet(SLOT, asdict(self))
