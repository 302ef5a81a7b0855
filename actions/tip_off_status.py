"""Follows a tip-off up by its receipt: how far it is, more facts, withdrawal. No identity is asked, and the receipt is never kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import evidence, held_receipts
from actions.guided_form import Ending, GuidedForm, Memory, UnclearAnswerError
from actions.resources import desk
from actions.speech import Speaker
from actions.turn import Turn
from actions.words import form_words
from bot.intake.errors import IntakeError
from bot.intake.vocabulary import Author, TipOffState
from bot.local_time import local_day

FORM = "status_enquiry"


class StatusEnquiryForm(GuidedForm):
    """The form `status_enquiry_form`. The memory learns what was done, never the receipt."""

    form = FORM

    def fields(self, memory: Memory) -> Sequence[str]:
        """The receipt; then, if it was found, what the person wants to do with it."""
        if memory.values.get("receipt") != "found":
            return ["receipt"]
        return {"supplement": ("receipt", "next", "facts"), "withdraw": ("receipt", "next", "sure")}.get(
            str(memory.values.get("next")), ("receipt", "next")
        )

    def begin(self, turn: Turn, memory: Memory, tracker: Tracker, speaker: Speaker) -> None:
        """A receipt in the opening message is used at once."""
        memory.values["sender"] = tracker.sender_id
        speaker.say(self.words.intro)
        if turn.receipt:
            self._look_up(turn.receipt, turn, memory, speaker)

    def is_narrative(self, name: str) -> bool:
        """More facts are told."""
        return name == "facts"

    def hear(self, name: str, turn: Turn, memory: Memory, speaker: Speaker) -> None:
        """Look the receipt up, or say what to do without it; anything else is an ordinary answer."""
        if name != "receipt":
            super().hear(name, turn, memory, speaker)
        elif any(word in turn.text for word in self.words.answers["lost"]):
            speaker.say(self.words.say("lost"))
            memory.values["receipt"] = "lost"
        elif turn.receipt:
            self._look_up(turn.receipt, turn, memory, speaker)
        else:
            speaker.say(self.words.questions[name].unclear or "")

    def take(self, name: str, turn: Turn, memory: Memory) -> None:
        """Understand what to do next, and do it."""
        answers, sender = self.words.answers, memory.values["sender"]
        if name == "next":
            memory.values["next"] = next((meaning for meaning in ("supplement", "withdraw", "nothing") if turn.is_one_of(answers[meaning])), None)
            if memory.values["next"] is None:
                del memory.values["next"]
                raise UnclearAnswerError
        elif name == "facts":
            self._with_receipt(memory, lambda receipt: desk().add_message(receipt, turn.text, sender))
            memory.values["facts"] = True
        elif turn.is_one_of(answers["sure"]):
            self._with_receipt(memory, lambda receipt: desk().withdraw(receipt, sender))
            memory.values["sure"] = True
        elif turn.is_one_of(answers["not_sure"]):
            memory.values["sure"] = False
        else:
            raise UnclearAnswerError

    def _with_receipt(self, memory: Memory, act: Callable[[str], None]) -> None:
        """Act on the receipt that was shown before.

        Raises:
            UnclearAnswerError: It has to be shown again, or the intake refuses; with the words to say.
        """
        receipt = held_receipts.held(memory.values["sender"])
        if receipt is None:
            del memory.values["receipt"]
            raise UnclearAnswerError(self.words.say("show_again"))
        try:
            act(receipt)
        except IntakeError as error:
            raise UnclearAnswerError(desk().words_for(error)) from error

    def _look_up(self, receipt: str, turn: Turn, memory: Memory, speaker: Speaker) -> None:
        try:
            status = desk().status(receipt, memory.values["sender"])
        except IntakeError as error:
            speaker.say(desk().words_for(error))
            return
        held_receipts.hold(memory.values["sender"], receipt)
        speaker.say(self.words.say("found", state=status.state_name, words=status.words))
        # The last step says what the state says: once is enough.
        earlier = [step for step in status.history if step.words != status.words]
        steps = [self.words.say("history", day=local_day(step.at), words=step.words) for step in earlier]
        from_staff = [message for message in status.messages if message.author is Author.STAFF]
        said = [self.words.say("message", day=local_day(message.at), text=message.text) for message in from_staff]
        lines = [*steps, *said, self.words.say("agency", agency=status.agency_name, hotline=status.hotline)]
        speaker.say("\n".join(lines), quoted=[message.text for message in from_staff])
        if status.state is not TipOffState.WITHDRAWN:
            evidence.offer_upload(status.tip_off_id, memory.values["sender"], turn, speaker)
        memory.values["receipt"] = "found"


class ActionTellStatus(Action):  # type: ignore[misc]
    """Ends the enquiry and forgets the receipt."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_tell_status"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say what was done."""
        memory, speaker = Memory.of(tracker, FORM), Speaker(dispatcher)
        held_receipts.release(tracker.sender_id)
        if memory.ending == Ending.DONE and memory.values.get("receipt") == "found":
            done = "supplemented" if memory.values.get("facts") else "withdrawn" if memory.values.get("sure") else "after"
            speaker.say(form_words(FORM).say(done))
        return [Memory(ending=Ending.DONE).event(FORM)]
