"""Takes a tip-off: one story fills the form, only what is missing is asked, and nothing is stored before the person has seen it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import evidence
from actions.conversation import Conversation
from actions.guided_form import Ending, GuidedForm, Memory, UnclearAnswerError
from actions.resources import desk
from actions.speech import Speaker
from actions.turn import CONTROL_CHARACTERS, Turn
from actions.words import Question, common, form_words
from bot.intake.draft import Reporter, TipOffDraft
from bot.intake.errors import IntakeError
from bot.intake.receipt import spaced
from bot.intake.routing import Decision, route
from bot.privacy.personal_data import PersonalDataKind, find_personal_data, plain_digits

FORM = "tip_off"
WHO_FIELDS = ("suspect_name", "company", "wechat", "qq", "phone", "bank_account", "account_name")
SHORTEST_STORY = 4  # characters; less says nothing that could be looked into
SHORTEST_REMARK = 7  # characters; a longer message that does not answer the question belongs to the story
SUMMARY_STORY = 120  # characters of the story shown before it is submitted
CONTACT_KINDS = (PersonalDataKind.PHONE, PersonalDataKind.LANDLINE)


def draft_of(memory: Memory) -> TipOffDraft:
    """The draft in a task's memory, empty at the start."""
    return TipOffDraft.model_validate(memory.values.get("draft") or {})


def decision_on(draft: TipOffDraft) -> Decision:
    """Where a draft would go if it were submitted now."""
    return route(desk().catalog, draft.fields.behaviours, draft.fields.region_code, draft.narrative)


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
        return [*names, "contact", "consent", "confirm"]

    def is_narrative(self, name: str) -> bool:
        """The story, and who did it, are told."""
        return name in {"story", "who"}

    def begin(self, turn: Turn, memory: Memory, tracker: Tracker, speaker: Speaker) -> None:
        """Use what the person already told about an agent in this conversation."""
        memory.values["key"] = uuid.uuid4().hex
        told = Conversation.of(tracker).told
        speaker.say(self.words.intro)
        if told:
            self._tell("\n".join(told), memory)
            memory.values["story"] = True
            speaker.say(self.words.say("story_used"))
            self._warn_when_urgent(memory, speaker)

    def take(self, name: str, turn: Turn, memory: Memory) -> None:
        """Understand an answer."""
        getattr(self, f"_take_{name}")(turn, memory)

    def hear(self, name: str, turn: Turn, memory: Memory, speaker: Speaker) -> None:
        """As in the base; then say what cannot wait: danger, and that the deed happened elsewhere."""
        before = draft_of(memory).fields
        if name == "contact" and self._fits(name, turn, memory):
            # Nothing else is read out of this answer: the person's own number must never become the suspect's.
            self.take(name, turn, memory)
        elif not self.is_narrative(name) and len(turn.bare) >= SHORTEST_REMARK and not turn.asks_something and not self._fits(name, turn, memory):
            self._tell(turn.text, memory)
            speaker.say(self.words.say("noted"))
        else:
            super().hear(name, turn, memory, speaker)
        after = draft_of(memory).fields
        if after.behaviours != before.behaviours:
            self._warn_when_urgent(memory, speaker)
        if after.region_code and after.region_code != before.region_code and not desk().catalog.is_home_region(after.region_code):
            speaker.say(self.words.say("outside", home=desk().catalog.regions.home.name))

    def skip(self, name: str, turn: Turn, memory: Memory, speaker: Speaker) -> None:
        """Nothing is submitted without a story and a clear yes; "没有" to money means that none was paid."""
        if name == "story":
            speaker.say(self.words.say("story_needed"))
        elif name == "confirm" or name == "money" and turn.is_one_of(self.words.answers["nothing_paid"]):
            self.hear(name, turn, memory, speaker)
        else:
            super().skip(name, turn, memory, speaker)

    def overhear(self, turn: Turn, memory: Memory, *, correcting: bool) -> list[str]:
        """Read fields out of any answer; a correction may replace what was known."""
        if not turn.text:
            return []
        if any(words in turn.text for words in self.words.answers["own_number"]) and self._fits("contact", turn, memory):
            self.take("contact", turn, memory)
            return [turn.correction]
        draft = draft_of(memory)
        found = desk().extract(turn.text).fields.found()
        if correcting and "amount_paid" not in found:
            # "不对，是1800块" does not say what the money was for: it corrects what was paid.
            paid = desk().extract(self.words.say("paid_context", text=turn.correction)).fields.amount_paid
            found |= {} if paid is None else {"amount_paid": paid}
        changed = _learn(draft, found, correcting=correcting)
        memory.values["draft"] = draft.model_dump(mode="json")
        if "amount_paid" in changed:
            memory.values["money"] = "paid"
        labels, shown = self.words.labels, self._shown(draft, memory)
        return [self.words.say("line", label=labels[name], value=shown[name]) for name in changed if name in labels]

    def question(self, name: str, memory: Memory) -> Question:
        """Fill in what the questions on consent, place and confirmation say."""
        question = super().question(name, memory)
        draft = draft_of(memory)
        catalog = desk().catalog
        if name == "consent":
            decision = decision_on(draft)
            agencies = "、".join(catalog.agency_name(agency) for agency in (decision.lead_agency, *decision.co_agencies))
            ask = f"{catalog.agencies[decision.lead_agency].words}\n{catalog.words.consent_transfer.format(agencies=agencies)}"
            return question.model_copy(update={"ask": ask})
        if name == "home_or_away":
            return question.model_copy(update={"ask": question.ask.format(place=draft.fields.place, home=catalog.regions.home.name)})
        if name == "confirm":
            return question.model_copy(update={"ask": question.ask.format(summary=self._summary(draft, memory))})
        return question

    def quoted(self, name: str, memory: Memory) -> Sequence[str]:
        """The summary and the place are the person's words."""
        draft = draft_of(memory)
        return [self._summary(draft, memory)] if name == "confirm" else [draft.fields.place or ""]

    def _summary(self, draft: TipOffDraft, memory: Memory) -> str:
        shown = self._shown(draft, memory)
        return "\n".join(self.words.say("line", label=label, value=shown[name]) for name, label in self.words.labels.items() if shown.get(name))

    def _shown(self, draft: TipOffDraft, memory: Memory) -> dict[str, Any]:
        """What is known, by field, as the person reads it."""
        words, catalog = self.words, desk().catalog
        known: dict[str, Any] = {"narrative": _shortened(draft.narrative), **draft.fields.found()}
        known["gave_documents"] = "、".join(catalog.behaviours.documents[name].name for name in draft.fields.gave_documents)
        known["fee_rate"] = f"{draft.fields.fee_rate:.0%}" if draft.fields.fee_rate is not None else ""
        known["amount_paid"] = f"{draft.fields.amount_paid:g}" if draft.fields.amount_paid else ""
        if memory.values.get("money") == "nothing":
            known["amount_paid"] = words.say("nothing_paid")
        known["contact"] = draft.reporter.phone if draft.reporter else words.say("anonymous")
        return known

    def _tell(self, story: str, memory: Memory) -> None:
        draft = draft_of(memory)
        draft.narrative = f"{draft.narrative}\n{story}".strip()
        _learn(draft, desk().extract(draft.narrative).fields.found(), correcting=False)
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
        self.overhear(turn, memory, correcting=True)
        if draft_of(memory).fields.place is None:
            raise UnclearAnswerError
        memory.values["place"] = True

    def _take_home_or_away(self, turn: Turn, memory: Memory) -> None:
        draft = draft_of(memory)
        if turn.is_one_of(self.words.answers["home"]):
            # The home city's name in front settles which of the namesakes is meant.
            settled = desk().extract(f"{desk().catalog.regions.home.name}{draft.fields.place}").fields
            draft.fields.place, draft.fields.region_code = settled.place, settled.region_code
        elif not turn.is_one_of(self.words.answers["away"]):
            self.overhear(turn, memory, correcting=True)
            if draft_of(memory).fields.region_code is None:
                raise UnclearAnswerError
            return
        memory.values["draft"] = draft.model_dump(mode="json")
        memory.values["home_or_away"] = True

    def _take_money(self, turn: Turn, memory: Memory) -> None:
        if _says(turn, self.words.answers["nothing_paid"]):
            memory.values["money"] = "nothing"
            return
        found = desk().extract(form_words(FORM).say("paid_context", text=turn.text)).fields.amount_paid
        if found is None:
            raise UnclearAnswerError
        draft = draft_of(memory)
        draft.fields.amount_paid = found
        memory.values |= {"draft": draft.model_dump(mode="json"), "money": "paid"}

    def _take_contact(self, turn: Turn, memory: Memory) -> None:
        phones = [finding for finding in find_personal_data(turn.text) if finding.kind in CONTACT_KINDS]
        draft = draft_of(memory)
        if phones:
            phone = plain_digits(turn.text[phones[0].start : phones[0].end])
            draft.reporter = Reporter(phone=phone)
        elif _says(turn, self.words.answers["anonymous"]):
            draft.reporter = None
        else:
            raise UnclearAnswerError
        memory.values |= {"draft": draft.model_dump(mode="json"), "contact": True}

    def _take_consent(self, turn: Turn, memory: Memory) -> None:
        refused = turn.intent == "deny" and turn.pressed or turn.is_one_of(self.words.answers["refuse"])
        agreed = turn.intent == "affirm" and turn.pressed or turn.is_one_of(self.words.answers["agree"])
        if not refused and not agreed:
            raise UnclearAnswerError
        draft = draft_of(memory)
        draft.consent_transfer = not refused
        draft.consent_identity = not refused and draft.reporter is not None
        memory.values |= {"draft": draft.model_dump(mode="json"), "consent": True}

    def _take_confirm(self, turn: Turn, memory: Memory) -> None:
        if turn.intent == "affirm" and turn.pressed or turn.is_one_of(self.words.answers["submit"]):
            draft = draft_of(memory)
            draft.channel = turn.channel
            memory.values |= {"draft": draft.model_dump(mode="json"), "confirm": True}
        elif not self.overhear(turn, memory, correcting=True):
            raise UnclearAnswerError


def _says(turn: Turn, words: Sequence[str]) -> bool:
    """Whether a short answer holds one of these words ("我没交钱"), or any answer begins with one."""
    short = len(turn.bare) <= CONTROL_CHARACTERS
    return any(turn.bare.startswith(word) or short and len(word) > 1 and word in turn.bare for word in words)


def _learn(draft: TipOffDraft, found: dict[str, Any], *, correcting: bool) -> list[str]:
    """Fill in fields; what was known stays, or is replaced by a correction, and lists grow. Returns the names of those that changed."""
    changed = []
    for name, new in found.items():
        old = getattr(draft.fields, name)
        value = sorted({*old, *new}) if isinstance(old, list) and isinstance(new, list) else new
        if value != old and (correcting or not old or isinstance(old, list)):
            setattr(draft.fields, name, value)
            changed.append(name)
    return changed


def _shortened(text: str) -> str:
    return text if len(text) <= SUMMARY_STORY else f"{text[:SUMMARY_STORY]}…"


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
        speaker.say(form_words(FORM).say("submitted"), card=card, quoted=[spaced(receipt.number)])
        evidence.offer_upload(receipt.tip_off_id, tracker.sender_id, Turn.of(tracker), speaker)
        conversation = Conversation.of(tracker)
        conversation.told = []
        return [Memory(ending=Ending.DONE).event(FORM), conversation.event()]
