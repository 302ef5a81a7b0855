"""Tells a person whether a message sounds like an agent, which words show it, and what to do: with the lawful way in the same breath."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from rasa_sdk import Tracker
from rasa_sdk.events import EventType

from actions import first_aid
from actions.conversation import Conversation
from actions.resources import library, signal_names, stage_names
from actions.speech import Speaker, rasa_buttons
from actions.turn import Turn
from actions.words import DIALOGUE_DIR
from bot.knowledge.schema import Record, load_yaml

TOPIC = "agent_what"  # what short questions after a verdict are about
MOST_SIGNALS = 8  # reasons shown; more are not read


class JudgingWords(Record):
    """Schema of data/dialogue/judging.yml; `quoted` is for words of an agent told by someone else, `advice` keyed as in data/scam/stages.yml."""

    ask_for_message: str
    intro: dict[Literal["evident", "suspicious", "quoted", "none"], str]
    none_advice: str
    offer: str
    advice: dict[str, str]
    buttons: tuple[str, ...]


@cache
def words() -> JudgingWords:
    """The words.

    Raises:
        KnowledgeError: The file is unreadable or breaks its schema.
    """
    return load_yaml(DIALOGUE_DIR / "judging.yml", JudgingWords)


def judge(turn: Turn, tracker: Tracker, speaker: Speaker) -> list[EventType]:
    """Judge a message by what the scam guard left on it; ask for one when there is none.

    Args:
        turn: The message.
        tracker: Its conversation.
        speaker: Says the verdict.

    Returns:
        The events that store what was learnt.
    """
    conversation = Conversation.of(tracker)
    conversation.notice(turn)
    scam: dict[str, Any] | None = turn.parsed.get("scam")
    if turn.pressed or not scam or (turn.intent == "check_message" and scam["verdict"] == "none"):
        speaker.say(words().ask_for_message)
        return [conversation.event()]
    verdict = scam["verdict"]
    said = words()
    advice = [said.advice[key] for key in scam.get("advice") or ()] or [said.none_advice]
    card = {
        "type": "verdict",
        "verdict": verdict,
        "score": round(float(scam["score"]), 3),
        "stage": stage_names().get(scam["stage"], ""),
        "raw": turn.text,
        "signals": _shown(scam["signals"]),
        "advice": advice,
    }
    speaker.say(said.intro["quoted" if verdict == "none" and scam["signals"] else verdict], card=card)
    if verdict != "none":
        conversation.keep_told(turn)
        conversation.warned = True
        if first_aid.give(conversation, turn, speaker):
            return [conversation.event()]
        conversation.topic = TOPIC
        offered = rasa_buttons(library().buttons(*said.buttons))
        speaker.say(said.offer, offered)
    return [conversation.event()]


def _shown(signals: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One phrase a signal, the longest, in order of place: a person needs each reason once."""
    longest: dict[str, dict[str, Any]] = {}
    for signal in signals:
        known = longest.get(signal["signal"])
        if known is None or signal["end"] - signal["start"] > known["end"] - known["start"]:
            longest[signal["signal"]] = signal
    ordered = sorted(longest.values(), key=lambda signal: (signal.get("turn", 0), signal["start"]))
    return [{**signal, "name": signal_names()[signal["signal"]]} for signal in ordered[:MOST_SIGNALS]]
