"""A question in the middle of a task: answered, and the task goes on."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType

from actions import answering, judging
from actions.conversation import Conversation
from actions.resources import follow_ups, library
from actions.speech import Speaker
from actions.turn import Turn
from bot.nlu.resolution import FALLBACK_INTENT, SCAM_INTENT

QUESTION_CONFIDENCE = 0.5  # below it a question-like message is taken as an answer
LONGEST_QUESTION = 60  # characters; a longer message answers or tells
LONGEST_QUESTION_IN_A_STORY = 20  # characters, while a story is being told: "身份证给他了咋整" belongs to the story
CHAT_INTENTS = frozenset({"menu", "greet", "thank", "human_handoff"})


def is_one(turn: Turn, *, narrative: bool) -> bool:
    """Whether a message asks something else than the task asked for.

    Args:
        turn: The message.
        narrative: Whether the task is listening to a story.
    """
    if turn.pressed:
        return turn.intent in library().topics or turn.intent in CHAT_INTENTS
    if turn.intent == SCAM_INTENT:
        return not narrative
    if turn.intent in {FALLBACK_INTENT, ""} or turn.confidence < QUESTION_CONFIDENCE:
        return False
    limit = LONGEST_QUESTION_IN_A_STORY if narrative else LONGEST_QUESTION
    is_question = turn.intent in library().topics and turn.asks_something
    return len(turn.text) <= limit and (is_question or turn.intent in {"menu", "human_handoff"})


def follow_up(turn: Turn, topic: str, tracker: Tracker, speaker: Speaker) -> None:
    """Answer a short question that only makes sense within the task.

    Args:
        turn: The message, for which `follow_ups().aspect` is known.
        topic: What the task is about.
        tracker: Its conversation.
        speaker: Says the answer.
    """
    asked = follow_ups().resolve(turn.text, topic) or topic
    speaker.answer(library().answer(asked, Conversation.of(tracker).context()))


def answer(turn: Turn, tracker: Tracker, speaker: Speaker) -> list[EventType]:
    """Answer it.

    Returns:
        Events for other slots than the task's.
    """
    if turn.intent == SCAM_INTENT:
        return judging.judge(turn, tracker, speaker)
    if turn.intent in CHAT_INTENTS:
        speaker.phrase(f"conversation.{turn.intent}" if turn.intent != "human_handoff" else "handoff.offered")
        return []
    return answering.answer(turn, tracker, speaker)
