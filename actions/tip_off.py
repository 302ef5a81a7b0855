"""Takes a tip-off: one story fills the form, only what is missing is asked, and nothing is stored before the person has seen it."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Sequence
from dataclasses import replace

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import digression, evidence, held_receipts, tip_off_identity
from actions.conversation import Conversation
from actions.guided_form import Ending, GuidedForm, Memory, UnclearAnswerError
from actions.resources import desk
from actions.speech import Speaker
from actions.tip_off_draft import FORM, agencies_of, complains, decision_on, draft_of, keep, learn, lines
from actions.tip_off_edits import edit
from actions.tip_off_identity import COMPLAINT_QUESTIONS, OWN_QUESTIONS, agreed, back_to_report, offers_choice, phone_in
from actions.tip_off_reading import reading
from actions.turn import CONTROL_CHARACTERS, PUNCTUATION, Turn
from actions.words import Question, common, form_words
from bot.intake.draft import Reporter, TipOffDraft
from bot.intake.errors import IntakeError
from bot.intake.receipt import spaced
from bot.nlu.resolution import SCAM_INTENT

WHO_FIELDS = ("suspect_name", "company", "wechat", "qq", "phone", "bank_account", "account_name")
SHORTEST_STORY = 4  # characters; less says nothing that could be looked into
SHORTEST_REMARK = 7  # characters; a longer message that does not answer the question belongs to the story
TOLD = frozenset({"story", "who", "demand"})  # answered in free words of any length
NOTHING_OVERHEARD = frozenset({"kind", "contact", "again", *COMPLAINT_QUESTIONS})  # what is answered here is about the person
STORY_FACTS = 2  # facts in a first message that make it a story; a name or a place alone only says what the tip-off is about


class TipOffForm(GuidedForm):
    """The form `tip_off_form`. The draft lives in `memory.values["draft"]`."""

    form = FORM

    def fields(self, memory: Memory) -> Sequence[str]:
        """Everything but the story, consent and confirmation is asked only when the story did not tell it."""
        known = draft_of(memory).fields
        names = ["story"]
        if not any(getattr(known, name) for name in WHO_FIELDS):
            names.append("who")
        if known.place is None:
            names.append("place")
        elif known.region_code is None and "place" not in memory.skipped:
            names.append("home_or_away")
        if known.amount_paid is None:
            names.append("money")
        if offers_choice(memory):
            names.append("kind")
        names += COMPLAINT_QUESTIONS if complains(memory) else ("contact",)
        names.append("consent")
        if memory.answered("consent") and _told_before(memory):
            names.append("again")
        return [*names, "confirm"]

    def is_narrative(self, name: str) -> bool:
        """The story, who did it, and what the person demands are told; what is said to the summary belongs to the story too."""
        return name in TOLD or name == "confirm"

    def begin(self, turn: Turn, memory: Memory, tracker: Tracker, speaker: Speaker) -> None:
        """Use what the person already told about an agent in this conversation."""
        memory.values["key"] = uuid.uuid4().hex
        told = Conversation.of(tracker).told
        # "我要举报，有个…": who opens with the story is not asked for it again.
        if not turn.pressed and turn.text not in told:
            facts = desk().extract(turn.text).fields.found().keys() - {"behaviours", "region_code"}
            told = [*told, turn.text] if len(facts) >= STORY_FACTS else told
        speaker.say(self.words.intro)
        if told:
            self._tell("\n".join(told), memory)
            memory.values["story"] = True
            speaker.say(self.words.say("story_used"))
            self._warn_when_urgent(memory, speaker)

    def take(self, name: str, turn: Turn, memory: Memory) -> None:
        """Understand an answer."""
        if name == "kind" or name in COMPLAINT_QUESTIONS:
            tip_off_identity.take(name, turn, memory)
        else:
            getattr(self, f"_take_{name}")(turn, memory)

    def _hear(self, requested: str, turn: Turn, memory: Memory, tracker: Tracker, speaker: Speaker) -> list[EventType]:
        """As in the base, but changes in free words come first; then what cannot wait: danger, and that the deed happened elsewhere."""
        before = draft_of(memory).fields
        events: list[EventType] = []
        if requested == "again" and turn.is_one_of(self.words.answers["again_yes"]):
            memory.ending = Ending.SWITCHED
            return [FollowupAction("status_enquiry_form")]
        if changes := self._edit(requested, turn, memory):
            told = "；".join(changes)
            speaker.say(common().say("corrected", changes=told), quoted=[told])
        else:
            events = super()._hear(requested, turn, memory, tracker, speaker)
        after = draft_of(memory).fields
        if after.behaviours != before.behaviours:
            self._warn_when_urgent(memory, speaker)
        if after.region_code and after.region_code != before.region_code and not desk().catalog.is_home_region(after.region_code):
            speaker.say(self.words.say("outside", home=desk().catalog.regions.home.name))
        return events

    def _edit(self, requested: str, turn: Turn, memory: Memory) -> list[str]:
        """Change what the message says is to be changed; an answer to the open question is none."""
        if turn.pressed or requested in TOLD or super()._is_choice(requested, turn, memory):
            return []
        answers = requested != "confirm" and not reading().change.search(turn.text) and self._fits(requested, turn, memory)
        asks = digression.is_one(turn, narrative=False) and turn.asks_something
        return [] if answers or requested == "confirm" and self._submits(turn) or asks else edit(turn.text, requested, memory)

    def _is_choice(self, name: str, turn: Turn, memory: Memory) -> bool:
        """Also "投诉" in any short words: elsewhere it would start another task."""
        return super()._is_choice(name, turn, memory) or name == "kind" and not turn.asks_something and self._fits(name, turn, memory)

    def hear(self, name: str, turn: Turn, memory: Memory, speaker: Speaker) -> None:
        """As in the base, but nothing is read for the suspect out of what the person says about themselves."""
        fits = self._fits(name, turn, memory)
        complained = complains(memory)
        if name in NOTHING_OVERHEARD and fits:
            self.take(name, turn, memory)
        elif not fits and name not in TOLD and name not in OWN_QUESTIONS and not turn.asks_something and self._tells(turn):
            self._tell(turn.text, memory)
            speaker.say(self.words.say("noted"))
        else:
            super().hear(name, turn, memory, speaker)
        if complained and not complains(memory):
            speaker.say(self.words.say("back_to_report"))

    def digresses(self, name: str, turn: Turn) -> bool:
        """As in the base, but who sounds like an agent while saying who, where or how much is answering."""
        answers = turn.intent == SCAM_INTENT and "\n" not in turn.text and self._holds_a_field(turn)
        return not answers and super().digresses(name, turn)

    def _tells(self, turn: Turn) -> bool:
        """Whether what does not answer the question belongs to the story: it is long enough, or holds a field ("叫刘老师")."""
        return len(turn.bare) >= SHORTEST_REMARK or self._holds_a_field(turn)

    @staticmethod
    def _holds_a_field(turn: Turn) -> bool:
        return bool(set(desk().extract(turn.text).fields.found()) - {"behaviours"})

    def _submits(self, turn: Turn) -> bool:
        """Whether a message is a yes to the summary, once or twice over ("对，交吧")."""
        parts = [replace(turn, text=part) for part in re.split(f"[{PUNCTUATION}]", turn.bare) if part]
        return bool(parts) and all(part.is_one_of(self.words.answers["submit"]) for part in parts)

    def skip(self, name: str, turn: Turn, memory: Memory, speaker: Speaker) -> None:
        """Nothing is submitted without a story and a clear yes; "没有" to money means that none was paid."""
        if name == "story":
            speaker.say(self.words.say("story_needed"))
        elif name == "kind" or name in COMPLAINT_QUESTIONS:
            tip_off_identity.skip(name, memory, speaker)
        elif name in {"confirm", "again"} or name == "money" and turn.is_one_of(self.words.answers["nothing_paid"]):
            self.hear(name, turn, memory, speaker)
        elif name == "consent" and complains(memory):
            back_to_report(memory)
            super().skip(name, turn, memory, speaker)
            speaker.say(self.words.say("back_to_report"))
        else:
            super().skip(name, turn, memory, speaker)

    def overhear(self, turn: Turn, memory: Memory, *, correcting: bool) -> list[str]:
        """Read fields out of any answer; only a change in so many words replaces what is known."""
        if not turn.text:
            return []
        if correcting:
            return edit(turn.text, "", memory)
        draft = draft_of(memory)
        learn(draft, desk().extract(turn.text).fields.found(), memory, correcting=False)
        keep(draft, memory)
        return []

    def question(self, name: str, memory: Memory) -> Question:
        """Fill in what the questions on consent, place and confirmation say."""
        question = super().question(name, memory)
        draft = draft_of(memory)
        catalog = desk().catalog
        if name == "consent":
            lead = catalog.agencies[decision_on(draft).lead_agency]
            return question.model_copy(update={"ask": f"{lead.words}\n{catalog.words.consent_transfer.format(agencies=agencies_of(draft))}"})
        if name == "identity_consent":
            return question.model_copy(update={"ask": catalog.words.consent_identity.format(agencies=agencies_of(draft))})
        if name == "home_or_away":
            return question.model_copy(update={"ask": question.ask.format(place=draft.fields.place, home=catalog.regions.home.name)})
        if name == "confirm":
            return question.model_copy(update={"ask": question.ask.format(summary="\n".join(lines(draft, memory)))})
        return question

    def quoted(self, name: str, memory: Memory) -> Sequence[str]:
        """The summary and the place are the person's words."""
        draft = draft_of(memory)
        return ["\n".join(lines(draft, memory))] if name == "confirm" else [draft.fields.place or ""]

    def _tell(self, story: str, memory: Memory) -> None:
        draft = draft_of(memory)
        draft.narrative = f"{draft.narrative}\n{story}".strip()
        learn(draft, desk().extract(draft.narrative).fields.found(), memory, correcting=False)
        if draft.fields.amount_paid is None and any(words in story for words in self.words.answers["told_nothing_paid"]):
            memory.values["money"] = "nothing"
        memory.values["draft"] = draft.model_dump(mode="json")

    def _warn_when_urgent(self, memory: Memory, speaker: Speaker) -> None:
        if not memory.values.get("warned") and decision_on(draft_of(memory)).urgent:
            memory.values["warned"] = True
            speaker.say(desk().catalog.words.urgent_now)

    def _take_story(self, turn: Turn, memory: Memory) -> None:
        if len(turn.bare) < SHORTEST_STORY:
            raise UnclearAnswerError
        self._tell(turn.text, memory)
        memory.values["story"] = True

    def _take_who(self, turn: Turn, memory: Memory) -> None:
        # Even when no name or number is recognised, the words belong to the story.
        self._tell(turn.text, memory)
        memory.values["who"] = True

    def _take_place(self, turn: Turn, memory: Memory) -> None:
        if self._learn(turn.text, memory).fields.place is None:
            raise UnclearAnswerError
        memory.values["place"] = True

    def _take_home_or_away(self, turn: Turn, memory: Memory) -> None:
        draft = draft_of(memory)
        if turn.is_one_of(self.words.answers["home"]):
            # The home city's name in front settles which of the namesakes is meant.
            settled = desk().extract(f"{desk().catalog.regions.home.name}{draft.fields.place}").fields
            draft.fields.place, draft.fields.region_code = settled.place, settled.region_code
        elif not turn.is_one_of(self.words.answers["away"]):
            if self._learn(turn.text, memory).fields.region_code is None:
                raise UnclearAnswerError
            return
        keep(draft, memory)
        memory.values["home_or_away"] = True

    def _learn(self, text: str, memory: Memory) -> TipOffDraft:
        """Fields out of an answer that settles what was unclear."""
        draft = draft_of(memory)
        learn(draft, desk().extract(text).fields.found(), memory, correcting=True)
        keep(draft, memory)
        return draft

    def _take_money(self, turn: Turn, memory: Memory) -> None:
        if _says(turn, self.words.answers["nothing_paid"]):
            memory.values["money"] = "nothing"
            return
        found = desk().extract(form_words(FORM).say("paid_context", text=turn.text)).fields.amount_paid
        if found is None:
            raise UnclearAnswerError
        draft = draft_of(memory)
        draft.fields.amount_paid = found
        keep(draft, memory)
        memory.values["money"] = "paid"

    def _take_contact(self, turn: Turn, memory: Memory) -> None:
        draft, phone = draft_of(memory), phone_in(turn.text)
        if phone is None and not _says(turn, self.words.answers["anonymous"]):
            raise UnclearAnswerError
        draft.reporter = Reporter(phone=phone) if phone else None
        keep(draft, memory)
        memory.values["contact"] = True

    def _take_consent(self, turn: Turn, memory: Memory) -> None:
        draft = draft_of(memory)
        draft.consent_transfer = agreed(turn)
        keep(draft, memory)
        memory.values["consent"] = True
        if not draft.consent_transfer and complains(memory):
            back_to_report(memory)  # nobody can settle a dispute that they are not told of

    def _take_again(self, turn: Turn, memory: Memory) -> None:
        if not turn.is_one_of(self.words.answers["again_no"]):
            raise UnclearAnswerError
        memory.values["again"] = True

    def _take_confirm(self, turn: Turn, memory: Memory) -> None:
        if not (turn.intent == "affirm" and turn.pressed or self._submits(turn)):
            raise UnclearAnswerError
        draft = draft_of(memory)
        draft.channel = turn.channel
        keep(draft, memory)
        memory.values["confirm"] = True


def _says(turn: Turn, words: Sequence[str]) -> bool:
    """Whether a short answer holds one of these words ("我没交钱"), or any answer begins with one."""
    short = len(turn.bare) <= CONTROL_CHARACTERS
    return any(turn.bare.startswith(word) or short and len(word) > 1 and word in turn.bare for word in words)


def _told_before(memory: Memory) -> bool:
    """Whether earlier tip-offs are about the same people or the same script; nobody learns which, or how many."""
    draft = draft_of(memory)
    try:
        return desk().possible_duplicates(draft.fields, draft.narrative) > 0
    except IntakeError:
        return False  # the question spares work, it is not worth losing a tip-off for


class ActionSubmitTipOff(Action):  # type: ignore[misc]
    """Stores the tip-off and gives the receipt. A retry with the same draft gets the same receipt."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_submit_tip_off"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Submit what the form gathered, if the person confirmed it."""
        memory, speaker = Memory.of(tracker, FORM), Speaker(dispatcher)
        if memory.ending != Ending.DONE:
            return []
        try:
            receipt = await asyncio.to_thread(desk().submit, draft_of(memory), memory.values["key"], tracker.sender_id)
        except IntakeError as error:
            # The draft stays in the form's memory, one step before the end.
            memory.values.pop("confirm", None)
            memory.ending = Ending.CANCELLED
            speaker.say(desk().words_for(error))
            speaker.say(form_words(FORM).say("submit_failed"), [{"title": common().names[FORM], "payload": "/start_tip_off"}])
            return [memory.event(FORM)]
        card = {"type": "receipt", "receipt": receipt.number, "words": receipt.words}
        held_receipts.hold(tracker.sender_id, receipt.number, told_here=True)
        speaker.say(form_words(FORM).say("submitted"), card=card, quoted=[spaced(receipt.number)])
        evidence.offer_upload(receipt.tip_off_id, tracker.sender_id, Turn.of(tracker), speaker)
        speaker.say(form_words(FORM).say("what_next"), [{"title": form_words(FORM).say("papers"), "payload": "/tip_off_status"}])
        conversation = Conversation.of(tracker)
        conversation.told = []
        return [Memory(ending=Ending.DONE).event(FORM), conversation.event()]
