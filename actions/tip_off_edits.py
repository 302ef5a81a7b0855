"""Changes of a tip-off in free words: "微信号改成…", "名字不对，是…", "把公司去掉", "我想留个电话…".

Whose name, phone or address is meant is settled before anything is changed: the person's own must never become the suspect's.
"""

from __future__ import annotations

from typing import Any

from actions.guided_form import Memory
from actions.resources import desk
from actions.tip_off_draft import FORM, complains, draft_of, keep, learn, lines
from actions.tip_off_identity import OWN_QUESTIONS, address_in, back_to_report, choose, learn_own, name_in, phone_in
from actions.tip_off_reading import NamedField, Pattern, reading
from actions.turn import PUNCTUATION
from actions.words import form_words
from bot.intake.draft import Reporter
from bot.intake.vocabulary import TipOffKind

LONGEST_EDIT = 60  # characters; a longer message tells something


def edit(text: str, question: str, memory: Memory) -> list[str]:
    """Change what a message says is to be changed.

    Args:
        text: The message.
        question: The open question; while the summary is shown ("confirm") a bare "公司叫…" is a change too.
        memory: Changed in place.

    Returns:
        The changed fields as lines of the summary; empty when the message changes nothing.
    """
    told = text.strip(PUNCTUATION)
    patterns = reading()
    if not told or len(told) > LONGEST_EDIT:
        return []
    kind = next((TipOffKind(name) for name, pattern in patterns.kinds.items() if pattern.search(told)), None)
    if kind is not None:
        choose(kind, memory)
        return [form_words(FORM).say("line", label=form_words(FORM).labels["kind"], value=desk().catalog.words.kinds[kind])]
    removes = bool(patterns.remove.search(told)) and not patterns.kept.search(told)
    changes = bool(patterns.change.search(told))
    at_summary = question == "confirm"
    if not removes and not changes and (not at_summary or patterns.adding.search(told)):
        return []
    theirs = bool(patterns.theirs.search(told))
    if not theirs and (patterns.own.search(told) or question in OWN_QUESTIONS or _only_own(told, memory)):
        return _own(told, memory, removes=removes)
    return _of_the_suspect(told, memory, theirs=theirs, removes=removes)


def _of_the_suspect(told: str, memory: Memory, *, theirs: bool, removes: bool) -> list[str]:
    patterns = reading()
    named = [name for name, field in patterns.fields.items() if field.names.search(told)]
    if removes and named[:1] == ["suspect_name"] and not theirs:
        return [form_words(FORM).say("nameless")]  # "别写名字" is said for fear of one's own
    if removes:
        return _remove(named[0], memory) if named else []
    return _change(told, named, memory)


def _only_own(told: str, memory: Memory) -> bool:
    """Whether the field that is named is known of the person and not of the suspect; of the suspect there is a place, no address."""
    draft, identity = draft_of(memory), reading().identity
    known = draft.reporter or Reporter()
    fields = draft.fields
    pairs = {"name": (known.name, fields.suspect_name), "phone": (known.phone, fields.phone), "address": (known.address, None)}
    return any(identity[name].search(told) and mine and not theirs for name, (mine, theirs) in pairs.items()) or bool(
        complains(memory) and identity["demand"].search(told)
    )


def _own(told: str, memory: Memory, *, removes: bool) -> list[str]:
    patterns = reading()
    named = next((name for name, pattern in patterns.identity.items() if pattern.search(told)), None)
    phone = phone_in(told)
    if complains(memory):
        return _remove_own(memory) if removes and named else _change_own(told, named, phone, memory)
    if phone is None and not (removes and named == "phone"):
        return []
    draft = draft_of(memory)
    draft.reporter = Reporter(phone=phone) if phone else None
    keep(draft, memory)
    memory.values["contact"] = True
    return lines(draft, memory, ["contact"])


def _remove_own(memory: Memory) -> list[str]:
    back_to_report(memory)
    return [form_words(FORM).say("back_to_report").rstrip(PUNCTUATION)]


def _change_own(told: str, named: str | None, phone: str | None, memory: Memory) -> list[str]:
    if named == "demand":
        draft = draft_of(memory)
        draft.demand = _value(told, reading().identity["demand"])
        keep(draft, memory)
        return lines(draft, memory, ["demand"])
    called = _value(reading().wrong.sub("", told), reading().identity["name"]) if named == "name" else ""
    found = {"phone": phone, "address": address_in(told), "name": name_in(called)}
    learn_own({name: value for name, value in found.items() if value}, memory)
    return lines(draft_of(memory), memory, [f"reporter_{name}" for name, value in found.items() if value])


def _remove(name: str, memory: Memory) -> list[str]:
    draft = draft_of(memory)
    setattr(draft.fields, name, [] if name == "gave_documents" else None)
    keep(draft, memory)
    # It stands in the story too, and must not come back from there.
    memory.values["removed"] = sorted({*memory.values.get("removed", ()), name})
    return [form_words(FORM).say("removed", label=form_words(FORM).labels[name])]


def _change(told: str, named: list[str], memory: Memory) -> list[str]:
    patterns, words = reading(), form_words(FORM)
    if any(said in told for said in words.answers["told_nothing_paid"]):
        draft = draft_of(memory)
        draft.fields.amount_paid = None
        keep(draft, memory)
        memory.values["money"] = "nothing"
        return _amended(["amount_paid"], memory)
    if "gave_documents" in named and patterns.not_given.search(told):
        return _not_given(told, memory)
    meant = patterns.wrong.sub("", told)
    found: dict[str, Any] = {}
    for name in named:
        if (value := _read(name, patterns.fields[name], meant)) is not None:
            found = {name: value}
            break
    found = found or desk().extract(meant).fields.found()
    if "amount_paid" not in found and (not found or set(found) <= {"behaviours"}):
        # "不对，是1800块" does not say what the money was for: it corrects what was paid.
        paid = desk().extract(words.say("paid_context", text=_value(meant, None))).fields.amount_paid
        found |= {} if paid is None else {"amount_paid": paid}
    draft = draft_of(memory)
    changed = learn(draft, found, memory, correcting=True)
    keep(draft, memory)
    if "amount_paid" in changed:
        memory.values["money"] = "paid"
    return _amended([name for name in changed if name != "behaviours"], memory)


def _not_given(told: str, memory: Memory) -> list[str]:
    draft, documents = draft_of(memory), desk().catalog.behaviours.documents
    draft.fields.gave_documents = [name for name in draft.fields.gave_documents if documents[name].name not in told]
    keep(draft, memory)
    return _amended(["gave_documents"], memory) or [told]


def _amended(changed: list[str], memory: Memory) -> list[str]:
    """The changed lines. The story tells of the change too, or it would contradict the fields."""
    draft = draft_of(memory)
    told = lines(draft, memory, changed)
    if told:
        draft.narrative = form_words(FORM).say("amended", story=draft.narrative, text="；".join(told))
        keep(draft, memory)
        memory.values["removed"] = [name for name in memory.values.get("removed", ()) if name not in changed]
    return told


def _read(name: str, field: NamedField, meant: str) -> Any:
    """The value of a field in a change, or None."""
    value = _value(meant, field.names)
    found = getattr(desk().extract(field.context.format(value=value)).fields, name) if value else None
    if not found and field.literal is not None and field.literal.fullmatch(value):
        found = value
    return found or getattr(desk().extract(meant).fields, name) or None


def _value(told: str, names: Pattern | None) -> str:
    """What follows a field's name, without the words that only say that a value comes."""
    named = names.search(told) if names else None
    rest = told[named.end() :] if named else told
    return reading().meant.sub("", rest.strip(PUNCTUATION)).strip(PUNCTUATION)
