"""From what a message was classified as to what the assistant answers: shared by the actions, the two-question splitter and `guard eval topics`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from bot.nlu import thresholds

FALLBACK_INTENT = "nlu_fallback"
SCAM_INTENT = "scam_talk"
REFUSAL_INTENT = "refuse_illegal_help"
OUT_OF_SCOPE_PREFIX = "oos_"

TASK_TOPICS: Mapping[str, str] = {
    "start_surrender_path": "surrender_procedure",
    "start_cooling_off_clock": "cooling_off_length",
    "start_comparison": "compare_options",
    "start_complaint_letter": "complain_insurer",
    "start_tip_off": "report_how",
    "check_message": "agent_what",
    "human_handoff": "bot_identity",
}
"""Intents that start a task, and the topic that the task answers."""

CONVERSATION_INTENTS = frozenset(
    {
        "greet", "goodbye", "thank", "affirm", "deny", "menu", "repeat", "cancel", "skip", "go_back", "feedback_useful", "feedback_useless",
        "follow_up", "correction", "tip_off_status",
    }
)  # fmt: skip
"""Intents that steer the conversation and answer no topic."""


class Outcome(StrEnum):
    """Kinds of answer that are not a topic, as `guard eval topics` names them."""

    OUT_OF_SCOPE = "OOS"
    REFUSED = "REFUSE"
    CONVERSATION = "CONVERSATION"
    NOT_UNDERSTOOD = "FALLBACK"
    SCAM = "SCAM"


def outcome_of(intent: str) -> str:
    """Return the topic id or the `Outcome` that an intent is answered with."""
    if intent.startswith(OUT_OF_SCOPE_PREFIX):
        return Outcome.OUT_OF_SCOPE
    if intent in CONVERSATION_INTENTS:
        return Outcome.CONVERSATION
    special = {REFUSAL_INTENT: Outcome.REFUSED, FALLBACK_INTENT: Outcome.NOT_UNDERSTOOD, SCAM_INTENT: Outcome.SCAM}
    return special.get(intent) or TASK_TOPICS.get(intent, intent)


def is_topic(outcome: str) -> bool:
    """Tell whether an outcome is a topic of the knowledge base."""
    return outcome not in set(Outcome)


def rank_outcomes(intents: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    """Add up the confidence of intents with the same outcome and return (outcome, confidence), most likely first."""
    total: dict[str, float] = {}
    for intent, confidence in intents:
        outcome = outcome_of(intent)
        total[outcome] = total.get(outcome, 0.0) + confidence
    return sorted(total.items(), key=lambda item: -item[1])


def decide(ranking: Sequence[tuple[str, float]]) -> str:
    """Return the intent to act on: the most likely one of the most likely outcome, or `nlu_fallback` when that is too uncertain.

    Unlawful help is refused long before it is the most likely reading: a needless refusal names the lawful way, a needless help cannot be undone.

    Args:
        ranking: (intent, calibrated confidence), most likely first.
    """
    outcomes = rank_outcomes(ranking)
    if not outcomes:
        return FALLBACK_INTENT
    if dict(outcomes).get(Outcome.REFUSED, 0.0) >= thresholds.REFUSAL:
        return REFUSAL_INTENT
    best, confidence = outcomes[0]
    runner_up = outcomes[1][1] if len(outcomes) > 1 else 0.0
    unclear = confidence < thresholds.CLEAR and confidence - runner_up < thresholds.FALLBACK_MARGIN
    if confidence < thresholds.FALLBACK or unclear:
        return FALLBACK_INTENT
    return next(intent for intent, _ in ranking if outcome_of(intent) == best)


def topics_of(parsed: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Return what a parsed message is answered with, then the other candidates, most likely first.

    Args:
        parsed: Rasa's parse result (`tracker.latest_message`): `intent` and `intent_ranking`.
    """
    intent = parsed.get("intent") or {}
    chosen = outcome_of(str(intent.get("name") or FALLBACK_INTENT))
    trained = (item for item in parsed.get("intent_ranking") or () if item["name"] not in {FALLBACK_INTENT, SCAM_INTENT})
    confidences = dict(rank_outcomes((item["name"], float(item["confidence"])) for item in trained))
    answered = [chosen]
    if chosen != Outcome.SCAM:
        # Two questions in one message are both answered, whatever the message as a whole was taken for.
        answered += [question["topic"] for question in parsed.get("questions") or ()]
    own = float(intent.get("confidence") or 0.0)
    return [(outcome, confidences.get(outcome, own)) for outcome in dict.fromkeys([*answered, *confidences])]
