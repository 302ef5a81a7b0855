"""The answers as data: one record a topic, with variants for what is known about the person's policy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from bot.knowledge.schema import Record, load_yaml_list

Product = Literal["life", "participating", "universal", "unit_linked", "long_health", "short_health", "auto", "compulsory_auto", "group"]
CoolingOff = Literal["inside", "outside"]
Channel = Literal["bank", "agent", "phone", "online"]

LONGEST_ANSWER = 300
"""Characters before "more"; longer answers are not read to the end on a phone."""
LONGEST_DETAIL = 80
"""Characters of one line of details."""
MOST_BUTTONS = 3


@dataclass(frozen=True)
class AnswerContext:
    """What is known about the person's policy; None is not known.

    Args:
        insurer: name or alias of the company, as the person gave it.
        product: kind of insurance.
        cooling_off: whether the policy is still inside its cooling-off period.
        channel: who sold it.
        years: years premiums were paid.
    """

    insurer: str | None = None
    product: Product | None = None
    cooling_off: CoolingOff | None = None
    channel: Channel | None = None
    years: float | None = None


class Condition(Record):
    """When a variant applies: all given fields must hold; of a list, any value."""

    product: tuple[Product, ...] = ()
    cooling_off: tuple[CoolingOff, ...] = ()
    channel: tuple[Channel, ...] = ()
    years_below: float | None = None
    years_at_least: float | None = None

    def matches(self, context: AnswerContext) -> int:
        """How many conditions hold, or 0 when one does not or nothing is asked."""
        held = 0
        for wanted, actual in ((self.product, context.product), (self.cooling_off, context.cooling_off), (self.channel, context.channel)):
            if wanted and actual not in wanted:
                return 0
            held += bool(wanted)
        for limit, holds in ((self.years_below, _below), (self.years_at_least, _at_least)):
            if limit is not None and (context.years is None or not holds(context.years, limit)):
                return 0
            held += limit is not None
        return held


def _below(years: float, limit: float) -> bool:
    return years < limit


def _at_least(years: float, limit: float) -> bool:
    return years >= limit


class Variant(Record):
    """An answer for a certain kind of policy; what it does not give is taken from the topic."""

    when: Condition
    answer: str = Field(max_length=LONGEST_ANSWER)
    details: tuple[str, ...] | None = None
    citations: tuple[str, ...] | None = None
    buttons: tuple[str, ...] | None = Field(default=None, max_length=MOST_BUTTONS)


class Topic(Record):
    """One topic of the answers, or one out-of-scope reply. `legal: false` is for replies that state no rule and cite none."""

    topic: str
    answer: str = Field(max_length=LONGEST_ANSWER)
    details: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    citations: tuple[str, ...]
    buttons: tuple[str, ...] = Field(max_length=MOST_BUTTONS)
    related: tuple[str, ...] = ()
    names_insurer: bool = False
    legal: bool = True

    def variant_for(self, context: AnswerContext) -> Variant | None:
        """The variant most of whose conditions hold; the first of equals."""
        best, held = None, 0
        for variant in self.variants:
            matched = variant.when.matches(context)
            if matched > held:
                best, held = variant, matched
        return best


def load_topics(directory: Path) -> Iterable[Topic]:
    """Every topic of `directory`/*.yml, in order of files.

    Raises:
        KnowledgeError: a file is unreadable or breaks its schema.
    """
    for path in sorted(directory.glob("*.yml")):
        yield from load_yaml_list(path, Topic)
