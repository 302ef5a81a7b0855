"""Checks all knowledge together: schemas, references between files, numbers to call, and every text through the reply guard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.knowledge.compare_options import ComparisonTerms
from bot.knowledge.complaint_letter import LetterFile
from bot.knowledge.errors import KnowledgeError
from bot.knowledge.first_aid import FirstAid
from bot.knowledge.follow_ups import FollowUps
from bot.knowledge.guided_path import GuidedPath
from bot.knowledge.library import Library
from bot.knowledge.reply_guard import ReplyGuard
from bot.knowledge.topics import LONGEST_DETAIL
from bot.knowledge.which_door import WhichDoor

_NUMBER_TO_CALL = re.compile(r"(?<![\d.,〔-])(?:1(?:10|1[1-9]|2[0-2])|1[02]\d{3}|96\d{3}|95\d{3,4})(?![\d.,%年条号元个天日字名人份家])")
"""Short numbers a person would dial: 110 to 122, 10xxx, 12xxx, 96xxx, 95xxx."""


@dataclass(frozen=True)
class Everything:
    """Every loaded part of the knowledge."""

    library: Library
    first_aid: FirstAid
    follow_ups: FollowUps
    guided_path: GuidedPath
    comparison: ComparisonTerms
    letter: LetterFile
    which_door: WhichDoor
    reply_guard: ReplyGuard

    @classmethod
    def load(cls, directory: Path) -> Everything:
        """Read the whole of `directory`.

        Raises:
            KnowledgeError: a file is unreadable or breaks its schema.
        """
        library = Library.load(directory)
        return cls(
            library,
            FirstAid.load(directory),
            FollowUps.load(directory),
            GuidedPath.load(directory, library.insurers, library.products),
            ComparisonTerms.load(directory),
            LetterFile.load(directory),
            WhichDoor.load(directory),
            ReplyGuard.load(directory),
        )


@dataclass(frozen=True)
class Told:
    """A text a person may be shown, where it comes from, and the ids of the sources shown with it."""

    origin: str
    text: str
    citations: tuple[str, ...] = ()


def find_problems(directory: Path) -> list[str]:
    """Everything wrong with the knowledge in `directory`, one line each; empty when it may be used."""
    try:
        everything = Everything.load(directory)
    except KnowledgeError as error:
        return [str(error)]
    checks: tuple[Callable[[Everything], Iterable[str]], ...] = (_unknown_citations, _unknown_topics, _unknown_numbers, _unsafe_texts, _long_lines)
    return [problem for check in checks for problem in check(everything)]


def all_texts(everything: Everything) -> Iterator[Told]:
    """Every text the knowledge can put before a person, placeholders unfilled."""
    for topic in everything.library.topics.values():
        yield Told(topic.topic, topic.answer, topic.citations)
        for line in topic.details:
            yield Told(f"{topic.topic}.details", line, topic.citations)
        for variant in topic.variants:
            citations = topic.citations if variant.citations is None else variant.citations
            for text in (variant.answer, *(variant.details or ())):
                yield Told(f"{topic.topic}.variants", text, citations)
    for key, spoken in everything.library.wording.spoken.items():
        yield Told(f"wording.{key}", spoken.text)
    for insurer in everything.library.insurers.all:
        yield Told(f"insurers.{insurer.short_name}", everything.library.hotline_line(insurer))
    yield from _task_texts(everything)


def _task_texts(everything: Everything) -> Iterator[Told]:
    first_aid, path, door = everything.first_aid.content, everything.guided_path.content, everything.which_door.content
    for step in first_aid.steps:
        yield Told(f"first_aid.{step.id}", step.text, tuple(name for handover in step.for_ for name in first_aid.citations[handover]))
    for key, text in first_aid.texts.items():
        yield Told(f"first_aid.{key}", text)
    for question in path.questions:
        yield Told(f"guided_path.{question.id}", f"{question.ask}\n{question.free_text}")
    for section in path.checklist.sections:
        for line in section.lines:
            yield Told(f"checklist.{section.title}", line.text, line.cites)
    for key, text in everything.comparison.texts.items():
        yield Told(f"comparison.{key}", text, everything.comparison.citations)
    for text in (*everything.letter.limits, *everything.letter.notes):
        yield Told("complaint_letter", text, everything.letter.citations)
    for door_id, record in door.doors.items():
        for text in (record.can, record.bring, *record.refuses):
            yield Told(f"which_door.{door_id}", text, record.cites)
    for ground in door.grounds:
        yield Told(f"which_door.ground_{ground.number}", ground.text, door.citations)


def _unknown_citations(everything: Everything) -> Iterator[str]:
    used = {citation: told.origin for told in all_texts(everything) for citation in told.citations}
    used |= dict.fromkeys(everything.comparison.cooling_off_citations, "comparison")
    for citation, origin in used.items():
        if citation not in everything.library.citations:
            yield f"{origin}: no citation {citation} in laws.yml"


def _unknown_topics(everything: Everything) -> Iterator[str]:
    for name, aspect in everything.follow_ups.content.aspects.items():
        for topic in {*aspect.after, *aspect.after.values(), aspect.otherwise} - {""}:
            if not any(known == topic or (topic[-1] == "*" and known.startswith(topic[:-1])) for known in everything.library.topics):
                yield f"follow_ups.{name}: no topic {topic}"
    for name, kind in everything.library.products.content.products.items():
        if kind.topic not in everything.library.topics:
            yield f"products.{name}: no topic {kind.topic}"


def _unknown_numbers(everything: Everything) -> Iterator[str]:
    known = everything.reply_guard.public_numbers
    for told in all_texts(everything):
        for match in _NUMBER_TO_CALL.finditer(told.text):
            if match[0] not in known:
                yield f"{told.origin}: {match[0]} is neither a hotline of city.yml nor an insurer's"
    for step in everything.first_aid.content.steps:
        for number in step.calls:
            if number not in known:
                yield f"first_aid.{step.id}: {number} is not a hotline of city.yml"


def _unsafe_texts(everything: Everything) -> Iterator[str]:
    for told in all_texts(everything):
        for violation in everything.reply_guard.check(told.text, told.citations, told.origin):
            yield f"{told.origin}: {violation.rule}: {violation.phrase}"


def _long_lines(everything: Everything) -> Iterator[str]:
    for topic in everything.library.topics.values():
        for line in topic.details:
            if len(line) > LONGEST_DETAIL:
                yield f"{topic.topic}: a line of details has {len(line)} characters, {LONGEST_DETAIL} at most"
