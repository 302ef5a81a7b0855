"""What the person just said, as the actions see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa_sdk import Tracker

from actions.words import common

CONTROL_CHARACTERS = 12  # a longer message is an answer, even when it contains a control word
WORDS_AROUND_SECRETS = 16  # characters; with more, the message says something else that wants an answer
SURE_CORRECTION = 0.8  # below it, words without an opener (不对，…) are an answer, not a correction
SHORTEST_QUESTION = 4  # characters of one that only its last word makes a question; shorter ones say no
PUNCTUATION = "。，！!,.~～、 　…"


@dataclass(frozen=True)
class Turn:
    """One message.

    Attributes:
        text: The message; "" for a button that names an intent.
        intent: What it was classified as.
        confidence: In [0, 1].
        parsed: Rasa's whole parse result, with what our components added (`scam`, `questions`).
        channel: Where it came from.
    """

    text: str
    intent: str
    confidence: float
    parsed: dict[str, Any]
    channel: str

    @classmethod
    def of(cls, tracker: Tracker) -> Turn:
        """The latest message of a conversation."""
        parsed = dict(tracker.latest_message or {})
        text = str(parsed.get("text") or "")
        intent = parsed.get("intent") or {}
        return cls(
            text="" if text.startswith(INTENT_MESSAGE_PREFIX) else text,
            intent=str(intent.get("name") or ""),
            confidence=float(intent.get("confidence") or 0.0),
            parsed=parsed,
            channel=str(tracker.get_latest_input_channel() or "rest"),
        )

    @property
    def pressed(self) -> bool:
        """Whether a button that names an intent was pressed."""
        return not self.text

    @property
    def receipt(self) -> str | None:
        """The receipt that was in the message; its digits are masked in `text`."""
        return (self.parsed.get("metadata") or {}).get("receipt")

    @property
    def only_secrets(self) -> bool:
        """Whether the message was little more than an ID number, a card, a code or a password, all masked by now."""
        masked = (self.parsed.get("metadata") or {}).get("masked")
        around = sum(character.isalpha() for character in self.text)
        return bool(masked) and around <= WORDS_AROUND_SECRETS and not self.asks_something

    @property
    def bare(self) -> str:
        """The text without outer punctuation and spaces."""
        return self.text.strip(PUNCTUATION)

    @property
    def correction(self) -> str:
        """What a correction says, without its opener (不对，…)."""
        bare = self.bare
        openers = sorted([*common().correction_openers, *common().correction_fillers], key=len, reverse=True)
        while opener := next((opener for opener in openers if bare.startswith(opener)), None):
            bare = bare.removeprefix(opener).strip(PUNCTUATION)
        return bare

    def entities(self, kind: str) -> list[dict[str, Any]]:
        """The entities of a kind, in order."""
        return [entity for entity in self.parsed.get("entities") or [] if entity.get("entity") == kind]

    def is_one_of(self, words: tuple[str, ...]) -> bool:
        """Whether the message is one of these words, give or take a particle."""
        bare = self.bare
        return any(bare == word or (bare.startswith(word) and len(bare) <= len(word) + 2) for word in words)

    @property
    def asks_something(self) -> bool:
        """Whether it reads as a question."""
        ends = len(self.bare) >= SHORTEST_QUESTION and self.bare.endswith(common().question_endings)
        return ends or any(mark in self.text for mark in common().question_marks)

    @property
    def corrects(self) -> bool:
        """Whether it takes something back (不对，是……)."""
        sure = self.intent == "correction" and self.confidence >= SURE_CORRECTION
        return sure or any(self.bare.startswith(opener) for opener in common().correction_openers)
