"""Puts the ways out of a policy side by side, from the person's own figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import Conversation
from actions.guided_form import Ending, GuidedForm, Memory, UnclearAnswerError
from actions.resources import comparison_terms, library
from actions.speech import Speaker, cited, rasa_buttons, sources_card
from actions.turn import Turn
from actions.words import form_words
from bot.knowledge.compare_options import Figures, compare
from bot.knowledge.errors import KnowledgeError
from bot.knowledge.quantities import find_amounts, find_durations, parse_number

FORM = "comparison"
TOPIC = "compare_options"
TIMES_A_YEAR = {"yearly": 1, "monthly": 12}
NUMBER_BREAK = re.compile(r"[^0-9零一二两三四五六七八九十百千万,.]+")


class ComparisonForm(GuidedForm):
    """The form `comparison_form`: paid so far, cash value, money needed. Amounts are kept as text, exactly."""

    form = FORM

    def fields(self, memory: Memory) -> Sequence[str]:
        """All three."""
        return ["paid", "cash_value", "need"]

    def take(self, name: str, turn: Turn, memory: Memory) -> None:
        """Understand an amount; one that says what it is ("现金价值一万二") belongs there, whatever was asked."""
        name = self._named(turn) or name
        if name == "need" and turn.is_one_of(self.words.answers["no_need"]):
            memory.skipped.append(name)
            return
        value = self._paid_in_all(turn) if name == "paid" else None
        if value is None:
            amounts = find_amounts(turn.text)
            value = amounts[0].value if amounts else parse_number(turn.correction)
        if value is None or value < 0:
            raise UnclearAnswerError
        memory.values[name] = str(value)

    def overhear(self, turn: Turn, memory: Memory, *, correcting: bool) -> list[str]:
        """A correction changes the figure it names, or else the last one given."""
        name = self._named(turn) or next(reversed(memory.values), None)
        if not correcting or name not in memory.values:
            return []
        with suppress(UnclearAnswerError):
            self.take(name, turn, memory)
            return [turn.correction]
        return []

    def _named(self, turn: Turn) -> str | None:
        """The figure a message names."""
        names = ("cash_value", "need", "paid")
        return next((name for name in names if any(word in turn.text for word in self.words.answers[f"{name}_words"])), None)

    def _paid_in_all(self, turn: Turn) -> Decimal | None:
        """The sum of "每年五千，交了四年" or "每月三百，交了五年"; None when the message speaks of no such premium.

        Raises:
            UnclearAnswerError: It does, but does not say how much, or for how many years: a guess would spoil the whole comparison.
        """
        found = next(((word, times) for kind, times in TIMES_A_YEAR.items() for word in self.words.answers[kind] if word in turn.text), None)
        if found is None:
            return None
        word, times = found
        before, _, after = turn.text.partition(word)
        years = [length for length in find_durations(f"{before}，{after}") if length.unit == "year"]
        premium = next((number for number in map(parse_number, NUMBER_BREAK.split(after)) if number), None)
        amounts = find_amounts(after)
        if not years or not (amounts or premium):
            raise UnclearAnswerError(self.words.say("years_missing"))
        return (amounts[0].value if amounts else premium or Decimal()) * times * Decimal(str(years[-1].value))

    def begin(self, turn: Turn, memory: Memory, tracker: Tracker, speaker: Speaker) -> None:
        """The opening message may tell what was paid."""
        super().begin(turn, memory, tracker, speaker)
        with suppress(UnclearAnswerError):
            paid = self._paid_in_all(turn)
            if paid is not None:
                memory.values["paid"] = str(paid)


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
        citations = cited(comparison.citations)
        items = [f"{option.title}：{option.text}" for option in comparison.options]
        table = {"type": "checklist", "title": words.say("title"), "items": items, "ticks": False}
        speaker.say(comparison.intro, card=table, citations=citations, topic=TOPIC)
        card = sources_card(TOPIC, citations)
        buttons = rasa_buttons(library().buttons("policy_loan", "reduced_paid_up", "agent_fee"))
        speaker.say("\n".join(comparison.assumptions), buttons, card, citations=citations, topic=TOPIC)
        return [conversation.event()]
