"""Works out the last day of the cooling-off period with the person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.conversation import Conversation
from actions.guided_form import Ending, GuidedForm, Memory, UnclearAnswerError
from actions.resources import library
from actions.speech import Speaker, cited, rasa_buttons
from actions.turn import Turn
from actions.words import form_words
from bot.knowledge.cooling_off_clock import FEWEST_DAYS, MOST_DAYS, cooling_off, describe
from bot.knowledge.dates import find_dates
from bot.knowledge.errors import KnowledgeError
from bot.knowledge.quantities import find_durations, parse_number
from bot.local_time import today

FORM = "cooling_off_clock"
TOPIC = "cooling_off_length"

# "11.20" is a day only as the answer to this question; elsewhere it is an amount.
_BARE_MONTH_AND_DAY = re.compile(r"^(1[0-2]|0?[1-9])[./-](3[01]|[12]\d|0?[1-9])$")


class CoolingOffClockForm(GuidedForm):
    """The form `cooling_off_clock_form`: when the contract was received, and how many days it gives."""

    form = FORM

    def fields(self, memory: Memory) -> Sequence[str]:
        """Without a date there is nothing to count from."""
        if memory.values.get("received") == "not_received" or "received" in memory.skipped:
            return ["received"]
        return ["received", "days"]

    def begin(self, turn: Turn, memory: Memory, tracker: Tracker, speaker: Speaker) -> None:
        """A day told before is not asked for again, and can be corrected."""
        super().begin(turn, memory, tracker, speaker)
        received = Conversation.of(tracker).received
        if received and "received" not in memory.values:
            memory.values["received"] = received
            day = date.fromisoformat(received)
            speaker.say(self.words.say("received_known", month=day.month, day=day.day))

    def take(self, name: str, turn: Turn, memory: Memory) -> None:
        """Understand a date or a number of days."""
        if name == "received" and turn.is_one_of(self.words.answers["not_received"]):
            memory.values["received"] = "not_received"
        elif name == "received":
            self._take_received(turn, memory)
        else:
            self._take_days(turn, memory)

    def overhear(self, turn: Turn, memory: Memory, *, correcting: bool) -> list[str]:
        """A message may give both at once ("上周五签的，犹豫期十五天")."""
        changed = []
        for name in ("received", "days"):
            if name in memory.values and not correcting:
                continue
            before = memory.values.get(name)
            try:
                self._take_received(turn, memory) if name == "received" else self._take_days(turn, memory, bare=False)
            except UnclearAnswerError:
                continue
            if memory.values[name] != before:
                changed.append(str(memory.values[name]))
        return changed

    def _take_received(self, turn: Turn, memory: Memory) -> None:
        if any(word in turn.text for word in self.words.answers["lunar"]):
            raise UnclearAnswerError(self.words.say("lunar"))
        found = find_dates(_BARE_MONTH_AND_DAY.sub(r"\1月\2日", turn.bare), today())
        if not found or found[0].precision != "day":
            raise UnclearAnswerError
        if found[0].value > today():
            raise UnclearAnswerError(library().phrase("errors.date_in_future"))
        memory.values["received"] = found[0].value.isoformat()

    def _take_days(self, turn: Turn, memory: Memory, *, bare: bool = True) -> None:
        lengths = [length.value for length in find_durations(turn.text) if length.unit == "day"]
        number = lengths[0] if lengths else parse_number(turn.bare) if bare else None
        if number is None:
            raise UnclearAnswerError
        if not FEWEST_DAYS <= number <= MOST_DAYS:
            raise UnclearAnswerError(library().phrase("errors.days_out_of_range"))
        memory.values["days"] = int(number)


class ActionTellCoolingOff(Action):  # type: ignore[misc]
    """Tells the last day, or what is missing to work it out."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_tell_cooling_off"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Answer from what the form gathered."""
        memory, speaker, words = Memory.of(tracker, FORM), Speaker(dispatcher), form_words(FORM)
        if memory.ending != Ending.DONE:
            return []
        conversation = Conversation.of(tracker)
        conversation.topic = TOPIC
        received = memory.values.get("received")
        if received is None or received == "not_received":
            speaker.say(words.say("date_unknown" if received is None else "not_received"), _next_steps())
            return [conversation.event()]
        conversation.received = received
        days = [memory.values["days"]] if "days" in memory.values else [int(number) for number in words.answers["usual_days"]]
        if len(days) > 1:
            speaker.say(words.say("days_unknown"))
        try:
            clocks = [cooling_off(date.fromisoformat(received), number, today()) for number in days]
        except KnowledgeError as error:
            speaker.error(error)
            return [conversation.event()]
        cite = cited(["contract_cooling_off"])
        for clock in clocks:
            speaker.say("\n".join(describe(library(), clock, start_assumed=True)), citations=cite, topic=TOPIC)
        over = {clock.state == "over" for clock in clocks}
        # With unknown days some of the usual ones may be over and others not: then haste helps, and nothing is known of the policy.
        conversation.cooling_off = ("outside" if over == {True} else "inside") if len(over) == 1 else None
        answer = library().answer("after_cooling_off" if over == {True} else "cooling_off_how", conversation.context())
        # The clock has just run: its own button would lead in a circle.
        speaker.answer(replace(answer, buttons=tuple(button for button in answer.buttons if button.payload != "/start_cooling_off_clock")))
        return [conversation.event()]


def _next_steps() -> list[dict[str, str]]:
    return rasa_buttons(library().buttons("insurer_hotline", "cooling_off_length"))
