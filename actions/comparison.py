"""Puts the ways out of a policy side by side, from the person's own figures."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import Conversation
from actions.guided_form import Ending, GuidedForm, Memory, UnclearAnswerError
from actions.resources import comparison_terms, library
from actions.speech import Speaker, rasa_buttons
from actions.turn import Turn
from actions.words import form_words
from bot.knowledge.compare_options import Figures, compare
from bot.knowledge.errors import KnowledgeError
from bot.knowledge.quantities import find_amounts, parse_number

FORM = "comparison"
TOPIC = "compare_options"


class ComparisonForm(GuidedForm):
    """The form `comparison_form`: paid so far, cash value, money needed. Amounts are kept as text, exactly."""

    form = FORM

    def fields(self, memory: Memory) -> Sequence[str]:
        """All three."""
        return ["paid", "cash_value", "need"]

    def take(self, name: str, turn: Turn, memory: Memory) -> None:
        """Understand an amount."""
        if name == "need" and turn.is_one_of(self.words.answers["no_need"]):
            memory.skipped.append(name)
            return
        amounts = find_amounts(turn.text)
        value = amounts[0].value if amounts else parse_number(turn.bare)
        if value is None or value < 0:
            raise UnclearAnswerError
        memory.values[name] = str(value)


class ActionCompareOptions(Action):  # type: ignore[misc]
    """Says what each way leaves in the hand; without a cash value it says why it cannot."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_compare_options"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Compare from what the form gathered."""
        memory, speaker, words = Memory.of(tracker, FORM), Speaker(dispatcher), form_words(FORM)
        if memory.ending != Ending.DONE:
            return []
        conversation = Conversation.of(tracker)
        conversation.topic = TOPIC
        amounts = {name: Decimal(memory.values[name]) for name in ("paid", "cash_value", "need") if name in memory.values}
        inside = conversation.cooling_off == "inside"
        if "paid" not in amounts or ("cash_value" not in amounts and not inside):
            speaker.say(words.say("no_cash_value"))
            speaker.answer(library().answer(TOPIC, conversation.context()))
            return [conversation.event()]
        try:
            comparison = compare(Figures(**amounts, inside_cooling_off=inside), comparison_terms())
        except KnowledgeError as error:
            speaker.error(error)
            return [conversation.event()]
        citations = [citation.as_dict() for citation in library().cite(*comparison.citations)]
        items = [f"{option.title}：{option.text}" for option in comparison.options]
        speaker.say(comparison.intro, card={"type": "checklist", "title": words.say("title"), "items": items, "ticks": False}, citations=citations, topic=TOPIC)
        card = {"type": "answer", "topic": TOPIC, "more": [], "citations": citations}
        buttons = rasa_buttons(library().buttons("policy_loan", "reduced_paid_up", "agent_fee"))
        speaker.say("\n".join(comparison.assumptions), buttons, card, citations=citations, topic=TOPIC)
        return [conversation.event()]
