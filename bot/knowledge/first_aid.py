"""First aid for someone who has already handed things to an agent: what was handed over, and what to do in the next hour, day and week.

Data: data/knowledge/first_aid.yml (how people tell it, the steps, their order). Detection reads clause by clause, because what was asked for,
refused or only feared must not be treated as given: "他让我发身份证，我没发".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field

from bot.knowledge.errors import KnowledgeError
from bot.knowledge.patterns import any_of
from bot.knowledge.quantities import fold
from bot.knowledge.schema import Record, load_yaml
from bot.knowledge.wording import fill

HandoverId = Literal[
    "id_photo", "policy", "bank_card", "password_or_code", "sim_card", "signed_mandate", "paid_fee", "told_to_record_or_lie",
    "threatened", "refund_withheld", "money_moved", "online_loan", "remote_control", "joined",
]  # fmt: skip
Due = Literal["hour", "day", "week"]
DUES: tuple[Due, ...] = ("hour", "day", "week")
LONGEST_TEXT = 4000
"""Characters read; a longer story is cut, so that a pasted book costs no more than a story."""


class StepRecord(Record):
    """One step of first_aid.yml."""

    id: str
    due: Due
    for_: tuple[HandoverId, ...] = Field(alias="for")
    calls: tuple[str, ...]
    text: str


class Event(Record):
    """How people tell that something happened, or was asked of them; `unless` takes a sentence out."""

    happened: tuple[str, ...]
    asked: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    holds_after_if: bool = False


class Detection(Record):
    """How people tell what they handed over; see the comments in first_aid.yml."""

    who: str
    clause_break: str
    objects: dict[HandoverId, tuple[str, ...]]
    done: tuple[str, ...]
    given: tuple[str, ...]
    asked: tuple[str, ...]
    negated: tuple[str, ...]
    hypothetical: tuple[str, ...]
    went_along: tuple[str, ...]
    told_by_agent: tuple[str, ...]
    asks_us: tuple[str, ...]
    events: dict[HandoverId, Event]


class FirstAidFile(Record):
    """Schema of first_aid.yml."""

    handovers: dict[HandoverId, str]
    steps: tuple[StepRecord, ...]
    urgent: tuple[HandoverId, ...]
    citations: dict[HandoverId, tuple[str, ...]]
    texts: dict[str, str]
    detection: Detection


@dataclass(frozen=True)
class Handover:
    """What was told: `given` was handed over or has happened, `asked_for` was only asked, refused or feared.

    `told_by_agent` says that an agent wants something of the person, who does not want our help with it.
    """

    given: frozenset[HandoverId]
    asked_for: frozenset[HandoverId]
    told_by_agent: bool


@dataclass(frozen=True)
class Step:
    """One thing to do, with the numbers to call in full."""

    id: str
    due: Due
    text: str
    calls: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What to do, in order. `citations` are ids for `Library.cite`; `urgent` when minutes count."""

    handovers: tuple[HandoverId, ...]
    urgent: bool
    intro: str
    steps: tuple[Step, ...]
    offer: str
    citations: tuple[str, ...]
    headings: dict[Due, str]

    def due(self, due: Due) -> tuple[Step, ...]:
        """The steps of one time."""
        return tuple(step for step in self.steps if step.due == due)

    @property
    def calls(self) -> tuple[str, ...]:
        """Every number to call, in order of need."""
        return tuple(dict.fromkeys(number for step in self.steps for number in step.calls))

    def messages(self) -> tuple[str, ...]:
        """The plan as messages: the introduction, one message a time with numbered steps, the offer to file a tip-off."""
        numbered = {step.id: number for number, step in enumerate(self.steps, start=1)}
        parts = ["\n".join((self.headings[due], *(f"{numbered[step.id]}. {step.text}" for step in self.due(due)))) for due in DUES if self.due(due)]
        return (self.intro, *parts, self.offer)


@dataclass(frozen=True)
class FirstAid:
    """Detects what was handed over and orders what to do. Build it with `load`."""

    content: FirstAidFile

    @classmethod
    def load(cls, directory: Path) -> FirstAid:
        """Read first_aid.yml from `directory`.

        Raises:
            KnowledgeError: the file is unreadable, breaks its schema, or holds a broken pattern.
        """
        loaded = cls(load_yaml(directory / "first_aid.yml", FirstAidFile))
        try:
            loaded._patterns  # noqa: B018 - compiling now turns a broken pattern into an error at start instead of in a conversation
        except re.error as error:
            raise KnowledgeError("data_invalid", f"first_aid.yml: {error}") from error
        return loaded

    def plan(self, handovers: Iterable[HandoverId]) -> Plan:
        """What to do after these handovers, the most pressing first.

        Raises:
            KnowledgeError: `handover_missing` when nothing was handed over.
        """
        told = tuple(handover for handover in self.content.handovers if handover in set(handovers))
        if not told:
            raise KnowledgeError("handover_missing")
        steps = [step for step in self.content.steps if set(step.for_) & set(told)]
        ordered = tuple(Step(step.id, due_, step.text, step.calls) for due_ in DUES for step in steps if step.due == due_)
        urgent = bool(set(told) & set(self.content.urgent))
        texts = self.content.texts
        return Plan(
            handovers=told,
            urgent=urgent,
            intro=fill(texts["intro_urgent" if urgent else "intro"], {"handovers": self.names(told)}, "first_aid.intro"),
            steps=ordered,
            offer=texts["offer"],
            citations=tuple(dict.fromkeys(name for handover in told for name in self.content.citations[handover])),
            headings={due_: texts[f"due_{due_}"] for due_ in DUES},
        )

    def names(self, handovers: Iterable[HandoverId]) -> str:
        """The handovers in the person's words, joined."""
        wanted = set(handovers)
        return self.content.texts["separator"].join(name for handover, name in self.content.handovers.items() if handover in wanted)

    def warn_before_giving(self, asked_for: Iterable[HandoverId]) -> str:
        """What to say when things were asked for but not given."""
        return fill(self.content.texts["not_given_yet"], {"handovers": self.names(asked_for)}, "first_aid.not_given_yet")

    def detect_handover(self, text: str) -> Handover:
        """What the text tells was handed over or happened, and what was only asked for.

        Args:
            text: what the person wrote, in simplified characters; read up to `LONGEST_TEXT` characters.
        """
        folded = fold(text[:LONGEST_TEXT])
        given: set[HandoverId] = set()
        asked: set[HandoverId] = set()
        pending: set[HandoverId] = set()
        patterns = self._patterns
        for clause in patterns.clause_break.split(folded):
            if not clause:
                continue
            supposed = bool(patterns.hypothetical.search(clause))
            for event, (happened, asked_pattern, unless) in patterns.events.items():
                if unless.search(clause) or (supposed and not self.content.detection.events[event].holds_after_if):
                    continue
                asked_here = bool(asked_pattern.search(clause))
                if happened.search(clause) and (not asked_here or patterns.done.search(clause)):
                    given.add(event)
                elif asked_here:
                    asked.add(event)
            objects = {handover for handover, pattern in patterns.objects.items() if pattern.search(clause)}
            if objects:
                pending = self._judge(clause, objects, given, asked)
            elif pending:
                if patterns.negated.search(clause):
                    asked |= pending
                    pending = set()
                elif patterns.went_along.search(clause) or patterns.given.search(clause):
                    given |= pending
                    pending = set()
        told_by_agent = bool(patterns.told_by_agent.search(folded)) and not patterns.asks_us.search(folded)
        return Handover(frozenset(given), frozenset(asked - given), told_by_agent)

    def _judge(self, clause: str, objects: set[HandoverId], given: set[HandoverId], asked: set[HandoverId]) -> set[HandoverId]:
        """Sort a clause's objects into given and asked for; what stays open is settled by the next clause."""
        patterns = self._patterns
        if patterns.negated.search(clause):
            asked |= objects
            return set()
        if patterns.hypothetical.search(clause):
            asked |= objects
            return objects
        asked_here = bool(patterns.asked.search(clause))
        if patterns.given.search(clause) and (not asked_here or patterns.done.search(clause)):
            given |= objects
            return set()
        if asked_here:
            asked |= objects
        return objects

    @cached_property
    def _patterns(self) -> _Patterns:
        return _Patterns(self.content.detection)


class _Patterns:
    def __init__(self, detection: Detection) -> None:
        who = f"(?:{detection.who})"

        def said(patterns: Iterable[str]) -> re.Pattern[str]:
            return any_of((pattern.replace("<who>", who) for pattern in patterns), re.IGNORECASE)

        self.clause_break = re.compile(detection.clause_break)
        self.objects = {handover: said(words) for handover, words in detection.objects.items()}
        self.given = said(detection.given)
        self.asked = said(detection.asked)
        self.negated = said(detection.negated)
        self.hypothetical = said(detection.hypothetical)
        self.went_along = said(detection.went_along)
        self.done = said(detection.done)
        self.told_by_agent = said(detection.told_by_agent)
        self.asks_us = said(detection.asks_us)
        self.events = {handover: (said(event.happened), said(event.asked), said(event.unless)) for handover, event in detection.events.items()}
