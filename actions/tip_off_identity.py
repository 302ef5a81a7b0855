"""Whether a tip-off is a report or a complaint, and what a complaint needs of the person: their demand, name, phone and address.

A report needs nothing of this (order 121, art. 28). A complaint does (art. 10), with a consent of its own before anything is asked (PIPL
art. 29), and whoever leaves a part out is kept as a reporter. Nothing here is read for the suspect's fields.
"""

from __future__ import annotations

from actions.guided_form import Memory, UnclearAnswerError
from actions.resources import desk
from actions.speech import Speaker
from actions.tip_off_draft import COMPLAINTS, FORM, IDENTITY, complains, draft_of, keep
from actions.tip_off_reading import reading
from actions.turn import PUNCTUATION, Turn
from actions.words import form_words
from bot.intake.draft import Reporter
from bot.intake.kind_classifier import classify_kind
from bot.intake.vocabulary import TipOffKind
from bot.privacy.personal_data import PersonalDataKind, find_personal_data, plain_digits

CONTACT_KINDS = (PersonalDataKind.PHONE, PersonalDataKind.LANDLINE)
OWN_QUESTIONS = ("reporter_name", "reporter_phone", "reporter_address")  # bot/runtime/private_answers.py hides what is answered to these
COMPLAINT_QUESTIONS = ("identity_consent", "demand", *OWN_QUESTIONS)
SHORTEST_DEMAND = 2  # characters
SHORTEST_ADDRESS = 4  # characters; less finds nobody
LONGEST_CHOICE = 20  # characters; a longer message about the choice tells more of the story


def offers_choice(memory: Memory) -> bool:
    """Whether what was told sounds like a person's own dispute, so that they have to choose; nobody else is asked."""
    draft = draft_of(memory)
    return "kind" in memory.values or classify_kind(desk().catalog, draft.narrative, draft.fields.behaviours) in COMPLAINTS


def choose(kind: TipOffKind, memory: Memory) -> None:
    """Take the person's choice."""
    draft = draft_of(memory)
    if kind in COMPLAINTS:
        draft.kind = kind
        keep(draft, memory)
        memory.values["kind"] = kind.value
    elif complains(memory):
        back_to_report(memory)
        draft = draft_of(memory)
        draft.kind = kind
        keep(draft, memory)
    else:
        draft.kind = kind
        keep(draft, memory)
        memory.values["kind"] = kind.value


def back_to_report(memory: Memory) -> None:
    """Forget who the person is; only a phone they gave stays, as the contact of a report. That they wished to complain stays on record."""
    draft = draft_of(memory)
    phone = draft.reporter.phone if draft.reporter else None
    draft.reporter = Reporter(phone=phone) if phone else None
    draft.consent_identity, draft.demand = False, None
    keep(draft, memory)
    for name in COMPLAINT_QUESTIONS:
        memory.values.pop(name, None)
    memory.asked = [name for name in memory.asked if name not in COMPLAINT_QUESTIONS]
    memory.values["kind"] = TipOffKind.REPORT.value
    if phone:
        memory.values["contact"] = True


def skip(name: str, memory: Memory, speaker: Speaker) -> None:
    """Leave a question of a complaint open: without the answer it is a report."""
    if name == "kind":
        choose(TipOffKind.REPORT, memory)
    else:
        back_to_report(memory)
    speaker.say(form_words(FORM).say("back_to_report"))


def take(name: str, turn: Turn, memory: Memory) -> None:
    """Understand the answer to one of these questions.

    Raises:
        UnclearAnswerError: It does not fit.
    """
    if name == "kind":
        _take_kind(turn, memory)
    elif name == "identity_consent":
        _take_consent(turn, memory)
    elif name == "demand":
        if len(turn.bare) < SHORTEST_DEMAND:
            raise UnclearAnswerError
        draft = draft_of(memory)
        draft.demand = turn.text.strip()
        keep(draft, memory)
        memory.values[name] = True
    else:
        found = _own_data(name.removeprefix("reporter_"), turn.bare)
        if name.removeprefix("reporter_") not in found:
            raise UnclearAnswerError
        learn_own(found, memory)


def learn_own(found: dict[str, str], memory: Memory) -> None:
    """Keep what the person said about themselves.

    Args:
        found: Any of `name`, `phone`, `address`.
        memory: Changed in place.
    """
    draft = draft_of(memory)
    draft.reporter = (draft.reporter or Reporter()).model_copy(update=found)
    keep(draft, memory)
    memory.values |= {f"reporter_{name}": True for name in found}


def phone_in(text: str) -> str | None:
    """The first phone number in a text, digits only."""
    phones = [finding for finding in find_personal_data(text) if finding.kind in CONTACT_KINDS]
    return plain_digits(text[phones[0].start : phones[0].end]) if phones else None


def name_in(text: str) -> str | None:
    """The name in an answer to who the person is; a form of address (李女士) is none."""
    told = next((match for match in reading().own_name.finditer(text) if not reading().not_a_name.search(match["name"])), None)
    return told["name"] if told else None


def address_in(text: str) -> str | None:
    """An address that is told as one (我住在…)."""
    told = reading().own_address.search(text)
    return told["address"].strip(PUNCTUATION) if told else None


def _own_data(wanted: str, text: str) -> dict[str, str]:
    """What an answer says about the person: what was asked for, and what they added unasked."""
    found = {"phone": phone_in(text), "address": address_in(text)}
    if wanted == "name":
        found["name"] = name_in(text)
        rest = text.partition(found["name"] or "\n")[2].strip(PUNCTUATION)
        for finding in reversed(find_personal_data(rest)):
            rest = rest[: finding.start] + rest[finding.end :]
        if found["address"] is None and desk().extract(rest).fields.place is not None:
            found["address"] = rest.strip(PUNCTUATION)
    elif wanted == "address" and found["address"] is None and sum(sign.isalpha() for sign in text) >= SHORTEST_ADDRESS:
        found["address"] = text
    return {name: value for name in IDENTITY if (value := found.get(name))}


def _take_kind(turn: Turn, memory: Memory) -> None:
    answers = form_words(FORM).answers
    if len(turn.bare) > LONGEST_CHOICE:
        raise UnclearAnswerError
    for kind in ("both", "not_complaint", "complaint", "report"):
        if any(words in turn.bare for words in answers[f"kind_{kind}"]):
            choose(TipOffKind.REPORT if kind == "not_complaint" else TipOffKind(kind), memory)
            return
    raise UnclearAnswerError


def _take_consent(turn: Turn, memory: Memory) -> None:
    draft = draft_of(memory)
    draft.consent_identity = agreed(turn)
    keep(draft, memory)
    if draft.consent_identity:
        memory.values["identity_consent"] = True
    else:
        back_to_report(memory)


def agreed(turn: Turn) -> bool:
    """Whether a question for consent was answered with yes; False for a clear no.

    Raises:
        UnclearAnswerError: Neither; silence and doubt are no consent.
    """
    answers = form_words(FORM).answers
    if turn.intent == "deny" and turn.pressed or turn.is_one_of(answers["refuse"]):
        return False
    if turn.intent == "affirm" and turn.pressed or turn.is_one_of(answers["agree"]):
        return True
    raise UnclearAnswerError
