"""A task that asks one thing at a time and can be left, corrected and come back to at any point.

Each task is a Rasa form whose validation action is a subclass of `GuidedForm`. Rasa keeps the loop; what is asked next, what was understood
and what is a digression is decided here, in one call a turn. The form's one slot holds the task's `Memory`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT, FormValidationAction
from rasa_sdk.types import DomainDict

from actions import digression
from actions.resources import follow_ups
from actions.speech import Speaker
from actions.turn import CONTROL_CHARACTERS, Turn
from actions.words import FormWords, Question, common, form_words
from bot.nlu.resolution import TASK_TOPICS

SWITCH_CONFIDENCE = 0.6  # below it, words that sound like another task are taken as an answer
CONTROL_CONFIDENCE = 0.75  # from it, short words in any wording (算了不弄了) steer the task; lower, they may be an answer
PATIENCE = 2  # unclear answers in a row to one question before the ways out of it are named
START_FORMS = {
    "start_tip_off": "tip_off",
    "start_surrender_path": "surrender_path",
    "start_cooling_off_clock": "cooling_off_clock",
    "start_comparison": "comparison",
    "start_complaint_letter": "complaint_letter",
    "tip_off_status": "status_enquiry",
}

FORM_TOPICS = {form: TASK_TOPICS.get(intent, "report_time") for intent, form in START_FORMS.items()}  # what short questions in a task are about


class Ending(StrEnum):
    """How a task ended."""

    DONE = "done"
    CANCELLED = "cancelled"
    SWITCHED = "switched"


class UnclearAnswerError(Exception):
    """The answer does not fit the question.

    Args:
        words: What to say instead of the question's own `unclear`, if anything.
    """

    def __init__(self, words: str | None = None) -> None:
        super().__init__(words or "unclear")
        self.words = words


@dataclass
class Memory:
    """What a task knows. Kept as a dict in the form's slot, so it survives hours and restarts.

    Attributes:
        values: Answers by field.
        asked: Fields asked for, in order.
        skipped: Fields the person does not want to answer.
        unclear: Answers in a row that did not fit the open question.
        ending: How the task ended; None while it runs.
    """

    values: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    unclear: int = 0
    ending: Ending | None = None

    @classmethod
    def of(cls, tracker: Tracker, form: str) -> Memory:
        """The task's memory in this conversation, empty when it never ran."""
        stored = tracker.get_slot(form)
        return cls(**stored) if isinstance(stored, dict) else cls()

    def answered(self, name: str) -> bool:
        """Whether a field needs no more asking."""
        return name in self.values or name in self.skipped

    def event(self, form: str) -> EventType:
        """The event that stores it."""
        return SlotSet(form, asdict(self))


class GuidedForm(FormValidationAction, ABC):  # type: ignore[misc]
    """Base of all guided tasks. Subclasses name their form and fields and understand answers."""

    form: ClassVar[str] = ""

    def name(self) -> str:
        """The action's name in the domain."""
        return f"validate_{self.form}_form"

    @property
    def words(self) -> FormWords:
        """The task's words."""
        return form_words(self.form)

    @abstractmethod
    def fields(self, memory: Memory) -> Sequence[str]:
        """The fields that matter, in the order they are asked for, given what is known."""

    @abstractmethod
    def take(self, name: str, turn: Turn, memory: Memory) -> None:
        """Understand the answer to a question and store it in `memory.values`.

        Raises:
            UnclearAnswerError: It does not fit.
        """

    def overhear(self, turn: Turn, memory: Memory, *, correcting: bool) -> list[str]:
        """Pick up what a message says about any field without having been asked.

        Args:
            turn: The message.
            memory: Changed in place.
            correcting: Whether known values may be replaced.

        Returns:
            What was changed, in the person's words, for the confirmation of a correction.
        """
        return []

    def begin(self, turn: Turn, memory: Memory, tracker: Tracker, speaker: Speaker) -> None:
        """Say the introduction and use what was already said."""
        speaker.say(self.words.intro)
        self.overhear(turn, memory, correcting=False)

    def question(self, name: str, memory: Memory) -> Question:
        """The question for a field."""
        return self.words.questions[name]

    def ask(self, name: str, memory: Memory, speaker: Speaker) -> None:
        """Ask for a field."""
        question = self.question(name, memory)
        speaker.say(question.ask, [choice.as_button() for choice in question.choices], quoted=self.quoted(name, memory))

    def quoted(self, name: str, memory: Memory) -> Sequence[str]:
        """Parts of a question that repeat the person's own words."""
        return ()

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Take one turn: understand the message, then ask the next question or end the loop."""
        turn = Turn.of(tracker)
        speaker = Speaker(dispatcher)
        memory = Memory.of(tracker, self.form)
        requested = tracker.get_slot(REQUESTED_SLOT)
        events: list[EventType] = []
        if requested is None:
            memory = self._enter(turn, memory, tracker, speaker)
        else:
            events = self._hear(requested, turn, memory, tracker, speaker)
        upcoming = None if memory.ending else next((name for name in self.fields(memory) if not memory.answered(name)), None)
        if upcoming is None and memory.ending is None:
            memory.ending = Ending.DONE
        if upcoming is not None:
            if upcoming not in memory.asked:
                memory.asked.append(upcoming)
                memory.unclear = 0
            self.ask(upcoming, memory, speaker)
        return [*events, memory.event(self.form), SlotSet(REQUESTED_SLOT, upcoming)]

    def _enter(self, turn: Turn, memory: Memory, tracker: Tracker, speaker: Speaker) -> Memory:
        if memory.ending in {Ending.CANCELLED, Ending.SWITCHED} and memory.values:
            memory.ending = None
            speaker.say(common().say("welcome_back"))
            return memory
        memory = Memory()
        self.begin(turn, memory, tracker, speaker)
        return memory

    def _hear(self, requested: str, turn: Turn, memory: Memory, tracker: Tracker, speaker: Speaker) -> list[EventType]:
        """Understand a message while `requested` is open; returns events for other slots."""
        if self._obeys(requested, turn, memory, tracker, speaker):
            return []
        if self._is_choice(requested, turn, memory):
            # Our own button's words may sound like another task; pressed here they are the answer.
            self.hear(requested, turn, memory, speaker)
            return []
        other = START_FORMS.get(turn.intent)
        if other and other != self.form and turn.confidence >= SWITCH_CONFIDENCE and (turn.pressed or len(turn.bare) <= CONTROL_CHARACTERS):
            memory.ending = Ending.SWITCHED
            return [FollowupAction(f"{other}_form")]
        if self.digresses(requested, turn):
            events = digression.answer(turn, tracker, speaker.aside())
            speaker.say(common().say("resumed"))
            return events
        changes = self.overhear(turn, memory, correcting=True) if turn.corrects else []
        if changes:
            told = "、".join(changes)
            speaker.say(common().say("corrected", changes=told), quoted=[told])
        elif follow_ups().aspect(turn.text) and not self._fits(requested, turn, memory):
            digression.follow_up(turn, FORM_TOPICS[self.form], tracker, speaker.aside())
            speaker.say(common().say("resumed"))
        else:
            self.hear(requested, turn, memory, speaker)
        return []

    def _fits(self, name: str, turn: Turn, memory: Memory) -> bool:
        """Whether a message can be understood as the answer; changes nothing."""
        try:
            self.take(name, turn, deepcopy(memory))
        except UnclearAnswerError:
            return False
        return True

    def _is_choice(self, name: str, turn: Turn, memory: Memory) -> bool:
        """Whether the message is what one of the question's own buttons sends."""
        return turn.text in {choice.as_button()["payload"] for choice in self.question(name, memory).choices}

    def hear(self, name: str, turn: Turn, memory: Memory, speaker: Speaker) -> None:
        """Understand an answer and whatever else the message says; say so when it does not fit."""
        try:
            self.take(name, turn, memory)
        except UnclearAnswerError as unclear:
            words = unclear.words or self.question(name, memory).unclear
            if words:
                speaker.say(words)
            memory.unclear += 1
            if memory.unclear >= PATIENCE:
                speaker.say(common().say("hint"))
        else:
            self.overhear(turn, memory, correcting=False)

    def digresses(self, name: str, turn: Turn) -> bool:
        """Whether a message asks something else than the open question."""
        return digression.is_one(turn, narrative=self.is_narrative(name))

    def is_narrative(self, name: str) -> bool:
        """Whether a field is answered with a story, in which questions are part of the answer."""
        return False

    def _obeys(self, requested: str, turn: Turn, memory: Memory, tracker: Tracker, speaker: Speaker) -> bool:
        """Carry out control words; returns whether the message was one."""
        words = common()
        short = len(turn.bare) <= CONTROL_CHARACTERS
        sure = turn.pressed or short and turn.confidence >= CONTROL_CONFIDENCE and not self._is_choice(requested, turn, memory)
        if turn.intent == "cancel" and sure or short and turn.is_one_of(words.cancel_words):
            memory.ending = Ending.CANCELLED
            speaker.say(words.say("cancelled", name=words.names[self.form]))
        elif short and turn.is_one_of(words.start_over_words):
            memory.values, memory.asked, memory.skipped = {}, [], []
            speaker.say(words.say("start_over"))
            self.begin(turn, memory, tracker, speaker)
        elif turn.intent == "go_back" and sure or short and turn.is_one_of(words.back_words):
            self._go_back(requested, memory, speaker)
        elif turn.intent == "skip" and sure or short and turn.is_one_of(words.skip_words):
            self.skip(requested, turn, memory, speaker)
        elif turn.intent == "repeat" and sure or short and turn.is_one_of(words.repeat_words):
            pass  # the question is asked again anyway
        else:
            return False
        return True

    def skip(self, name: str, turn: Turn, memory: Memory, speaker: Speaker) -> None:
        """Leave a field open. Forms whose field must be answered override this."""
        memory.skipped.append(name)

    def _go_back(self, requested: str, memory: Memory, speaker: Speaker) -> None:
        memory.asked = [name for name in memory.asked if name != requested]
        if not memory.asked:
            speaker.say(common().say("nothing_before"))
            return
        previous = memory.asked.pop()
        memory.values.pop(previous, None)
        memory.skipped = [name for name in memory.skipped if name != previous]
        speaker.say(common().say("went_back"))
