"""Tells how far a tip-off is, to whoever holds its receipt. The receipt is never kept."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.cooling_off_clock import SHANGHAI
from actions.guided_form import Ending, GuidedForm, Memory
from actions.resources import desk
from actions.speech import Speaker
from actions.turn import Turn
from actions.words import form_words
from bot.intake.errors import IntakeError
from bot.intake.vocabulary import Author

FORM = "status_enquiry"


class StatusEnquiryForm(GuidedForm):
    """The form `status_enquiry_form`. What was typed is looked up at once; the memory only learns that it happened."""

    form = FORM

    def fields(self, memory: Memory) -> Sequence[str]:
        """Only the receipt."""
        return ["receipt"]

    def begin(self, turn: Turn, memory: Memory, tracker: Tracker, speaker: Speaker) -> None:
        """A receipt in the opening message is used at once."""
        memory.values["sender"] = tracker.sender_id
        speaker.say(self.words.intro)
        if turn.receipt:
            self._look_up(turn.receipt, memory, speaker)

    def hear(self, name: str, turn: Turn, memory: Memory, speaker: Speaker) -> None:
        """Look the receipt up, or say what to do without it."""
        if any(word in turn.text for word in self.words.answers["lost"]):
            speaker.say(self.words.say("lost"))
            memory.values["receipt"] = "lost"
        elif turn.receipt:
            self._look_up(turn.receipt, memory, speaker)
        else:
            speaker.say(self.words.questions[name].unclear or "")

    def take(self, name: str, turn: Turn, memory: Memory) -> None:
        """Nothing to keep: `hear` does all there is to do."""

    def _look_up(self, receipt: str, memory: Memory, speaker: Speaker) -> None:
        try:
            status = desk().status(receipt, memory.values["sender"])
        except IntakeError as error:
            speaker.say(desk().words_for(error))
            return
        speaker.say(self.words.say("found", state=status.state_name, words=status.words))
        # The last step says what the state says: once is enough.
        earlier = [step for step in status.history if step.words != status.words]
        steps = [self.words.say("history", day=step.at.astimezone(SHANGHAI).date(), words=step.words) for step in earlier]
        said = [
            self.words.say("message", day=message.at.astimezone(SHANGHAI).date(), text=message.text)
            for message in status.messages
            if message.author is Author.STAFF
        ]
        speaker.say("\n".join([*steps, *said, self.words.say("agency", agency=status.agency_name, hotline=status.hotline)]))
        memory.values["receipt"] = "found"


class ActionTellStatus(Action):  # type: ignore[misc]
    """Ends the enquiry; everything was said while the receipt was at hand."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_tell_status"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Forget the enquiry."""
        memory, speaker = Memory.of(tracker, FORM), Speaker(dispatcher)
        if memory.ending == Ending.DONE and memory.values.get("receipt") == "found":
            speaker.say(form_words(FORM).say("after"))
        return [Memory(ending=Ending.DONE).event(FORM)]
