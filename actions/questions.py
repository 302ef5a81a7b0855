"""The actions behind single messages: questions, greetings and the like, and what was not understood."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import answering, judging
from actions.conversation import Conversation
from actions.resources import library
from actions.speech import Speaker
from actions.turn import Turn
from bot.nlu.resolution import is_topic, topics_of

SUGGESTIONS = 3  # topics offered when a message was not understood
SURE_CONFIDENCE = 0.5  # below it, words that sound like a greeting or a thank-you ("三千") are not answered as one
PATIENCE = 2  # messages in a row that may be misunderstood before a person is offered


def refuse_secrets(turn: Turn, speaker: Speaker) -> bool:
    """Say that a number sent on its own is not needed; returns whether that answers the message."""
    if turn.only_secrets:
        speaker.phrase("privacy.not_needed")
    return turn.only_secrets


class ActionAnswer(Action):  # type: ignore[misc]
    """Answers a question from the knowledge base, or says who can when it is not ours."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Answer the latest message."""
        turn, speaker = Turn.of(tracker), Speaker(dispatcher)
        return [] if refuse_secrets(turn, speaker) else answering.answer(turn, tracker, speaker)


class ActionJudgeMessage(Action):  # type: ignore[misc]
    """Says whether a message sounds like an agent, and why."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_judge_message"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Judge the latest message, or ask for it."""
        return judging.judge(Turn.of(tracker), tracker, Speaker(dispatcher))


class ActionConverse(Action):  # type: ignore[misc]
    """Greetings, thanks, the menu, repetition, feedback."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_converse"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Reply to the latest message."""
        turn, speaker = Turn.of(tracker), Speaker(dispatcher)
        if refuse_secrets(turn, speaker):
            return []
        if not turn.pressed and turn.confidence < SURE_CONFIDENCE:
            return _not_understood(turn, tracker, speaker)
        if turn.intent == "repeat":
            said_before = last_reply(tracker)
            for message in said_before:
                data = message.get("data") or {}
                speaker.say(message.get("text") or "", data.get("buttons") or (), data.get("custom"))
            if said_before:
                return []
        speaker.phrase(REPLIES[turn.intent])
        return []


REPLIES = {
    "greet": "conversation.greet",
    "goodbye": "conversation.goodbye",
    "thank": "conversation.thank",
    "affirm": "conversation.affirm_idle",
    "deny": "conversation.deny_idle",
    "menu": "conversation.menu",
    "repeat": "conversation.nothing_to_repeat",
    "cancel": "conversation.nothing_to_cancel",
    "skip": "conversation.nothing_to_skip",
    "go_back": "conversation.cannot_go_back",
    "human_handoff": "handoff.offered",
    "feedback_useful": "conversation.feedback_useful",
    "feedback_useless": "conversation.feedback_useless",
}


def last_reply(tracker: Tracker) -> list[dict[str, Any]]:
    """The bot's messages of the turn before the latest message, in order."""
    events = list(tracker.events)
    latest = max((index for index, event in enumerate(events) if event.get("event") == "user"), default=0)
    before = takewhile(lambda event: event.get("event") != "user", reversed(events[:latest]))
    return [event for event in before if event.get("event") == "bot"][::-1]


class ActionFallback(Action):  # type: ignore[misc]
    """Says that it did not understand, and offers the likeliest topics and a person."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_fallback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Offer suggestions."""
        turn, speaker = Turn.of(tracker), Speaker(dispatcher)
        events = [] if refuse_secrets(turn, speaker) else _not_understood(turn, tracker, speaker)
        # Rasa also comes here when no rule fits what has happened; without this it would come again and again, and the conversation be stuck.
        return [*events, FollowupAction("action_listen")]


def _not_understood(turn: Turn, tracker: Tracker, speaker: Speaker) -> list[EventType]:
    """Try the context; else offer the likeliest topics, and a person when it happens again."""
    conversation = Conversation.of(tracker)
    if answering.follow_up_or_first_aid(conversation, turn, speaker):
        return [conversation.event()]
    conversation.misunderstood += 1
    candidates = [topic for topic, _ in topics_of(turn.parsed) if is_topic(topic) and topic in library().topics][:SUGGESTIONS]
    if conversation.misunderstood > PATIENCE:
        speaker.phrase("fallback.again")
    elif candidates:
        speaker.phrase("fallback.suggestions", buttons=(*candidates, "human_handoff"))
    else:
        speaker.phrase("fallback.none")
    return [conversation.event()]
