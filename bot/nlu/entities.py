"""Finds in a message what the answers and forms need to know: company, kind of insurance, place, money, shares, dates, years, what was handed over.

Receipts are not among them: the channel takes a receipt out of the text before anything is stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from opencc_pyo3 import OpenCC

from bot.knowledge.dates import find_dates
from bot.knowledge.first_aid import FirstAid
from bot.knowledge.insurers import Insurers
from bot.knowledge.products import Products
from bot.knowledge.quantities import find_amounts, find_durations, find_rates
from bot.knowledge.regions import Regions

MAX_CHARACTERS = 4000
"""Characters read of one message."""

MAX_ENTITIES = 60
"""A message with more is a list or noise; a tracker must not grow with it."""

_PAID_FOR = re.compile(r"(?:交|缴|存|供|续)(?:了|过|满|够|的|费|钱)?(?:快|都|已经|整整|有)?$")
"""What stands before a number of years when it says how long premiums were paid."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One finding.

    Attributes:
        kind: Entity name as in `domain.yml`.
        value: What it means, as JSON.
        start: Where it begins in the raw text.
        end: Where it ends, exclusive.
        details: More about it, such as the `candidates` of a name that several companies or places share.
    """

    kind: str
    value: str | float
    start: int
    end: int
    details: dict[str, Any] = field(default_factory=dict)


class EntityFinder:
    """Applies the recognisers of the knowledge package.

    Args:
        knowledge: `data/knowledge`.
    """

    def __init__(self, knowledge: Path) -> None:
        self._insurers = Insurers.load(knowledge)
        self._products = Products.load(knowledge)
        self._regions = Regions.load(knowledge)
        self._first_aid = FirstAid.load(knowledge)
        self._simplifier = OpenCC("t2s")

    def find(self, raw: str, today: date) -> tuple[Entity, ...]:
        """Return what a message names, in order of place.

        Args:
            raw: The message as typed; read up to `MAX_CHARACTERS`.
            today: The calendar day where the person is, for "昨天" and dates without a year.
        """
        text = raw[:MAX_CHARACTERS]
        simplified = self._simplifier.convert(text)
        # Some traditional phrases become longer or shorter; then offsets would lie, and the text is read as it is.
        text = simplified if len(simplified) == len(text) else text
        found = [*self._names(text), *self._numbers(text, today), *self._documents(text)]
        return tuple(sorted(found, key=lambda entity: (entity.start, entity.end))[:MAX_ENTITIES])

    def _names(self, text: str) -> Iterator[Entity]:
        for insurer in self._insurers.find(text):
            names = [candidate.short_name for candidate in insurer.candidates]
            yield Entity("insurer", names[0] if len(names) == 1 else insurer.phrase, insurer.start, insurer.end, {"candidates": names})
        for product in self._products.find(text):
            yield Entity("product", product.id, product.start, product.end)
        for channel in self._products.find_channels(text):
            yield Entity("channel", channel.id, channel.start, channel.end)
        for region in self._regions.find(text):
            codes = [candidate.adcode for candidate in region.candidates]
            yield Entity("region", codes[0] if len(codes) == 1 else region.phrase, region.start, region.end, {"candidates": codes})

    def _numbers(self, text: str, today: date) -> Iterator[Entity]:
        for amount in find_amounts(text):
            yield Entity("amount", float(amount.value), amount.start, amount.end)
        for rate in find_rates(text):
            yield Entity("fee_rate", rate.value, rate.start, rate.end)
        for day in find_dates(text, today):
            yield Entity("date", day.value.isoformat(), day.start, day.end, {"precision": day.precision})
        for duration in find_durations(text):
            if duration.unit == "year" and _PAID_FOR.search(text[: duration.start]):
                yield Entity("years", duration.value, duration.start, duration.end)

    def _documents(self, text: str) -> Iterator[Entity]:
        for handover in sorted(self._first_aid.detect_handover(text).given):
            pattern = self._handover_words.get(handover)
            where = pattern.search(text) if pattern else None
            # What happened without a thing being named (a threat, a lie asked for) is told by the whole message.
            start, end = where.span() if where else (0, len(text))
            yield Entity("document", handover, start, end)

    @cached_property
    def _handover_words(self) -> dict[str, re.Pattern[str]]:
        objects = self._first_aid.content.detection.objects
        return {handover: re.compile("|".join(f"(?:{words})" for words in patterns), re.IGNORECASE) for handover, patterns in objects.items()}
