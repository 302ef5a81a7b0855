"""A tip-off while it is being told: the draft in the form's memory, what may be learned into it, and how it is read back."""

from __future__ import annotations

from typing import Any

from actions.guided_form import Memory
from actions.resources import desk
from actions.words import form_words
from bot.intake.draft import TipOffDraft
from bot.intake.routing import Decision, route
from bot.intake.vocabulary import TipOffKind

FORM = "tip_off"
SUMMARY_STORY = 120  # characters of the story shown before it is submitted
COMPLAINTS = frozenset({TipOffKind.COMPLAINT, TipOffKind.BOTH})
IDENTITY = ("name", "phone", "address")  # what a complaint needs of the person (order 121, art. 10)


def draft_of(memory: Memory) -> TipOffDraft:
    """The draft in a task's memory, empty at the start."""
    return TipOffDraft.model_validate(memory.values.get("draft") or {})


def keep(draft: TipOffDraft, memory: Memory) -> None:
    """Put the draft back into the memory."""
    memory.values["draft"] = draft.model_dump(mode="json")


def decision_on(draft: TipOffDraft) -> Decision:
    """Where a draft would go if it were submitted now."""
    return route(desk().catalog, draft.fields.behaviours, draft.fields.region_code, draft.narrative)


def agencies_of(draft: TipOffDraft) -> str:
    """The names of everybody it would be passed on to."""
    decision = decision_on(draft)
    return "、".join(desk().catalog.agency_name(agency) for agency in (decision.lead_agency, *decision.co_agencies))


def complains(memory: Memory) -> bool:
    """Whether the person chose to complain, which takes their identity, and has not gone back on it."""
    return memory.values.get("kind") in COMPLAINTS


def learn(draft: TipOffDraft, found: dict[str, Any], memory: Memory, *, correcting: bool) -> list[str]:
    """Fill in fields; what was known stays, or is replaced by a correction, and lists grow.

    What the person took out stays out until they name it again.

    Returns:
        The names of the fields that changed.
    """
    changed = []
    for name, new in found.items():
        if not correcting and name in memory.values.get("removed", ()):
            continue
        old = getattr(draft.fields, name)
        value = sorted({*old, *new}) if isinstance(old, list) and isinstance(new, list) else new
        if value != old and (correcting or not old or isinstance(old, list)):
            setattr(draft.fields, name, value)
            changed.append(name)
    return changed


def shown(draft: TipOffDraft, memory: Memory) -> dict[str, str]:
    """What is known, by field, as the person reads it. Their own identity is in it: it is for their eyes only."""
    words, catalog = form_words(FORM), desk().catalog
    known: dict[str, Any] = {"narrative": _shortened(draft.narrative), **draft.fields.found()}
    known["gave_documents"] = "、".join(catalog.behaviours.documents[name].name for name in draft.fields.gave_documents)
    known["fee_rate"] = f"{draft.fields.fee_rate:.0%}" if draft.fields.fee_rate is not None else ""
    known["amount_paid"] = f"{draft.fields.amount_paid:g}" if draft.fields.amount_paid else ""
    if memory.values.get("money") == "nothing":
        known["amount_paid"] = words.say("nothing_paid")
    if complains(memory):
        known["kind"] = catalog.words.kinds[TipOffKind(memory.values["kind"])]
        known["demand"] = draft.demand
        known |= {f"reporter_{name}": getattr(draft.reporter, name, None) for name in IDENTITY}
    else:
        known["contact"] = draft.reporter.phone if draft.reporter and draft.reporter.phone else words.say("anonymous")
    return known


def lines(draft: TipOffDraft, memory: Memory, names: list[str] | None = None) -> list[str]:
    """What is known, one labelled line each; of these fields only, if any are given."""
    words, known = form_words(FORM), shown(draft, memory)
    wanted = [name for name in words.labels if known.get(name) and (names is None or name in names)]
    return [words.say("line", label=words.labels[name], value=known[name]) for name in wanted]


def _shortened(text: str) -> str:
    return text if len(text) <= SUMMARY_STORY else f"{text[:SUMMARY_STORY]}…"
