"""The guided path for "我想退保": which question comes next, and what a free answer means. Data: data/knowledge/guided_path.yml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field

from bot.knowledge.checklist import ChecklistTexts
from bot.knowledge.dates import find_dates
from bot.knowledge.insurers import Insurers
from bot.knowledge.patterns import any_of, bare
from bot.knowledge.products import Products
from bot.knowledge.quantities import fold
from bot.knowledge.schema import Record, load_yaml

QuestionId = Literal["insurer", "product", "cooling_off", "reason"]
MOST_QUESTIONS = 4
MOST_OPTIONS = 5
SURELY_OVER_DAYS = 61
"""Days since receipt after which no known contract still gives cooling-off; see cooling_off_clock.MOST_DAYS."""
SKIPPED = "skipped"
"""The value of a question the person does not want to or cannot answer."""


class Option(Record):
    """One button of a question, and the free wordings that mean the same."""

    value: str
    title: str
    words: tuple[str, ...] = ()


class Question(Record):
    """One question of the path."""

    id: QuestionId
    ask: str
    options: tuple[Option, ...] = Field(max_length=MOST_OPTIONS)
    free_text: str


class GuidedPathFile(Record):
    """Schema of guided_path.yml."""

    questions: tuple[Question, ...] = Field(min_length=1, max_length=MOST_QUESTIONS)
    skip_words: tuple[str, ...]
    done: str
    checklist: ChecklistTexts


@dataclass(frozen=True)
class PathAnswer:
    """What a free answer meant: the value for the question, and the day of receipt when a date was given instead."""

    value: str
    received: date | None = None


@dataclass(frozen=True)
class GuidedPath:
    """Asks at most four questions. Build it with `load`."""

    content: GuidedPathFile
    insurers: Insurers
    products: Products

    @classmethod
    def load(cls, directory: Path, insurers: Insurers, products: Products) -> GuidedPath:
        """Read guided_path.yml from `directory`.

        Raises:
            KnowledgeError: the file is unreadable or breaks its schema.
        """
        return cls(load_yaml(directory / "guided_path.yml", GuidedPathFile), insurers, products)

    def read(self, question_id: QuestionId, text: str, today: date) -> PathAnswer | None:
        """What the person's answer to a question means; None when it cannot be told, so that the question is put again with its buttons."""
        folded = fold(text).strip()
        question = self._questions[question_id]
        for option in question.options:
            if folded in (fold(option.title), fold(option.value)):
                return PathAnswer(option.value)
        found = self._read_special(question_id, text, today)
        if found is not None:
            return found
        for option, pattern in self._words[question_id]:
            if pattern.search(folded):
                return PathAnswer(option.value)
        return PathAnswer(SKIPPED) if self._skip.fullmatch(bare(text)) else None

    def _read_special(self, question_id: QuestionId, text: str, today: date) -> PathAnswer | None:
        if question_id == "insurer":
            mention = next(iter(self.insurers.find(text)), None)
            if mention is not None:
                return PathAnswer(mention.insurer.short_name if mention.insurer is not None else mention.phrase)
        if question_id == "product":
            kind = next(iter(self.products.find(text)), None)
            return PathAnswer(kind.id) if kind is not None else None
        if question_id == "cooling_off":
            dates = [mention for mention in find_dates(text, today) if mention.value <= today]
            if dates:
                over = (today - dates[0].value).days >= SURELY_OVER_DAYS
                received = dates[0].value if dates[0].precision == "day" else None
                if over or received is not None:
                    return PathAnswer("outside" if over else "unknown", received)
        return None

    @cached_property
    def _questions(self) -> dict[QuestionId, Question]:
        return {question.id: question for question in self.content.questions}

    @cached_property
    def _words(self) -> dict[QuestionId, tuple[tuple[Option, re.Pattern[str]], ...]]:
        return {
            question.id: tuple((option, any_of(option.words, re.IGNORECASE)) for option in question.options if option.words)
            for question in self.content.questions
        }

    @cached_property
    def _skip(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, self.content.skip_words)))
