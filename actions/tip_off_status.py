"""Follows a tip-off up by its receipt: how far it is, more facts, withdrawal. No identity is asked, and the receipt is never kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import evidence, held_receipts, papers
from actions.guided_form import Ending, GuidedForm, Memory, UnclearAnswerError
from actions.resources import desk
from actions.speech import Speaker
from actions.tip_off_draft import FORM as TIP_OFF
from actions.tip_off_draft import draft_of
from actions.turn import Turn
from actions.words import Choice, Question, form_words
from bot.intake.errors import IntakeError
from bot.intake.vocabulary import Author, TipOffState
from bot.local_time import local_day
from bot.privacy.personal_data import PersonalDataKind, find_personal_data

FORM = "status_enquiry"
WISHES = ("withdraw", "form", "slip", "supplement", "nothing")  # in this order: "不用补充了" is none of the first three
LONGEST_WISH = 16  # characters; a longer message tells something


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
        """A receipt in the opening message, or shown in this conversation just now, is used at once; so is what the person came for."""
        sender = tracker.sender_id
        memory.values["sender"] = sender
        if (wanted := self._wanted(turn)) in {"supplement", "withdraw"}:
            memory.values["wanted"] = wanted
        draft = Memory.of(tracker, TIP_OFF)
        if draft.ending == Ending.SWITCHED and (story := draft_of(draft).narrative):
            memory.values["told"] = story
        receipt = turn.receipt or held_receipts.held(sender)
        if receipt is None or "told" in memory.values and turn.receipt is None:
            speaker.say(self.words.intro)
            if any(finding.kind is PersonalDataKind.LONG_NUMBER for finding in find_personal_data(turn.text)):
                speaker.say(self.words.questions["receipt"].unclear or "")
        else:
            self._look_up(receipt, turn, memory, speaker)

    def question(self, name: str, memory: Memory) -> Question:
        """What was just told for another tip-off can be put to this one."""
        question = super().question(name, memory)
        if name == "facts" and "told" in memory.values:
            return question.model_copy(update={"choices": (Choice(title=self.words.say("as_told")), *question.choices)})
        return question

    def is_narrative(self, name: str) -> bool:
        """More facts are told."""
        return name == "facts"

    def _wanted(self, turn: Turn) -> str | None:
        """What a message wants done, if it says so in few words."""
        short = len(turn.bare) <= LONGEST_WISH
        return next((meaning for meaning in WISHES if short and any(words in turn.bare for words in self.words.answers[meaning])), None)

    def _obeys(self, requested: str, turn: Turn, memory: Memory, tracker: Tracker, speaker: Speaker) -> bool:
        """As in the base, but "不举报了" takes the tip-off back here; it does not end the enquiry."""
        wish = self._wanted(turn) if requested == "next" and not turn.pressed else None
        return wish is None and super()._obeys(requested, turn, memory, tracker, speaker)

    def _is_choice(self, name: str, turn: Turn, memory: Memory) -> bool:
        """Also a wish in the person's own words: elsewhere it would start another task."""
        return super()._is_choice(name, turn, memory) or name == "next" and self._wanted(turn) is not None

    def hear(self, name: str, turn: Turn, memory: Memory, speaker: Speaker) -> None:
        """Look the receipt up, or say what to do without it; hand out papers; anything else is an ordinary answer."""
        wish = self._wanted(turn) if name == "next" else None
        if wish in {"form", "slip"}:
            self._give(wish, memory, speaker)
        elif name != "receipt":
            super().hear(name, turn, memory, speaker)
        elif any(word in turn.text for word in self.words.answers["lost"]):
            speaker.say(self.words.say("lost"))
            memory.values["receipt"] = "lost"
        elif turn.receipt:
            self._look_up(turn.receipt, turn, memory, speaker)
        elif turn.is_one_of(self.words.answers["nothing"]):
            memory.values["receipt"] = "not_shown"
            speaker.say(self.words.say("after"))
        else:
            speaker.say(self.words.questions[name].unclear or "")

    def take(self, name: str, turn: Turn, memory: Memory) -> None:
        """Understand what to do next, and do it."""
        answers, sender = self.words.answers, memory.values["sender"]
        if name == "next":
            self._take_next(turn, memory)
        elif name == "facts":
            text = memory.values["told"] if turn.text == self.words.say("as_told") else turn.text
            self._with_receipt(memory, lambda receipt: desk().add_message(receipt, text, sender))
            memory.values["facts"] = True
        elif turn.is_one_of(answers["sure"]):
            self._with_receipt(memory, lambda receipt: desk().withdraw(receipt, sender))
            memory.values["sure"] = True
        elif turn.is_one_of(answers["not_sure"]):
            memory.values["sure"] = False
        else:
            raise UnclearAnswerError

    def _take_next(self, turn: Turn, memory: Memory) -> None:
        wish = self._wanted(turn)
        if wish is None and len(turn.bare) > LONGEST_WISH and not turn.asks_something:
            # Whoever goes on telling here tells more about this tip-off.
            self._with_receipt(memory, lambda receipt: desk().add_message(receipt, turn.text, memory.values["sender"]))
            memory.values |= {"next": "supplement", "facts": True}
        elif wish is None:
            raise UnclearAnswerError
        else:
            memory.values["next"] = wish

    def _give(self, wish: str, memory: Memory, speaker: Speaker) -> None:
        sender = memory.values["sender"]
        receipt = held_receipts.held(sender)
        if receipt is None:
            del memory.values["receipt"]
            speaker.say(self.words.say("show_again"))
            return
        give = papers.give_forms if wish == "form" else papers.give_slip
        give(sender, receipt, self.words, speaker)

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
        if held_receipts.held(memory.values["sender"]) != receipt:
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
        if wanted := memory.values.pop("wanted", None):
            memory.values["next"] = wanted


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
            if done == "supplemented" and "told" in memory.values:
                return [Memory(ending=Ending.DONE).event(FORM), Memory(ending=Ending.DONE).event(TIP_OFF)]
        return [Memory(ending=Ending.DONE).event(FORM)]
