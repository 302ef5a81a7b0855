"""Which body can act on what a person describes, in which order, and what would make it say no.

Data: data/knowledge/which_door.yml and the agencies of city.yml. The seven grounds are those of order 121, art. 16.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from bot.knowledge.city import AgencyId, City
from bot.knowledge.errors import KnowledgeError
from bot.knowledge.patterns import any_of
from bot.knowledge.quantities import fold
from bot.knowledge.schema import Record, load_yaml
from bot.knowledge.wording import fill

LONGEST_TEXT = 4000
"""Characters read of what was told."""
MOST_DOORS = 4


class DoorRecord(Record):
    """One body: what it can do, what to bring, what makes it say no; `grounds` when the seven grounds apply to it."""

    agency: AgencyId | Literal[""]
    can: str
    bring: str
    refuses: tuple[str, ...]
    grounds: bool = False
    cites: tuple[str, ...]


class Situation(Record):
    """Something people describe, the doors for it in order, and how they tell it."""

    name: str
    doors: tuple[str, ...]
    patterns: tuple[str, ...]


class Ground(Record):
    """One of the seven grounds for not accepting a complaint."""

    number: int
    text: str


class WhichDoorFile(Record):
    """Schema of which_door.yml."""

    doors: dict[str, DoorRecord]
    situations: dict[str, Situation]
    grounds: tuple[Ground, ...]
    ground_signs: dict[str, tuple[str, ...]]
    texts: dict[str, str]
    citations: tuple[str, ...]


@dataclass(frozen=True)
class Door:
    """A body to turn to, in words, and what may make it say no."""

    id: str
    text: str
    refusals: tuple[str, ...]


@dataclass(frozen=True)
class Advice:
    """Where to go with what was described; empty `doors` when it cannot be told yet. `citations` are ids for `Library.cite`."""

    situations: tuple[str, ...]
    intro: str
    doors: tuple[Door, ...]
    warnings: tuple[str, ...]
    citations: tuple[str, ...]

    def messages(self) -> tuple[str, ...]:
        """The advice as messages: the doors in order, then what could make them say no."""
        doors = "\n".join((self.intro, *(line for door in self.doors for line in (door.text, *door.refusals))))
        return (doors, *(("\n".join(self.warnings),) if self.warnings else ()))


@dataclass(frozen=True)
class WhichDoor:
    """Finds the right body. Build it with `load`."""

    content: WhichDoorFile
    city: City

    @classmethod
    def load(cls, directory: Path) -> WhichDoor:
        """Read which_door.yml and city.yml from `directory`.

        Raises:
            KnowledgeError: a file is unreadable, breaks its schema, holds a broken pattern or names an unknown door.
        """
        loaded = cls(load_yaml(directory / "which_door.yml", WhichDoorFile), City.load(directory))
        unknown = {door for situation in loaded.content.situations.values() for door in situation.doors} - set(loaded.content.doors)
        if unknown:
            raise KnowledgeError("data_invalid", f"which_door.yml: unknown doors {sorted(unknown)}")
        try:
            loaded._situations, loaded._signs  # noqa: B018 - compiling now turns a broken pattern into an error at start
        except re.error as error:
            raise KnowledgeError("data_invalid", f"which_door.yml: {error}") from error
        return loaded

    def situations_in(self, text: str) -> tuple[str, ...]:
        """What the text describes, in the order of the data (the gravest first)."""
        folded = fold(text[:LONGEST_TEXT])
        return tuple(name for name, pattern in self._situations.items() if pattern.search(folded))

    def advise(self, situations: Iterable[str], told: str = "") -> Advice:
        """Where to go with these situations.

        Args:
            situations: ids from `situations_in`, or known from elsewhere.
            told: what the person told, for signs that a ground of refusal may apply.
        """
        described = tuple(name for name in self.content.situations if name in set(situations))
        texts = self.content.texts
        if not described:
            return Advice((), texts["unknown"], (), (), ())
        order = dict.fromkeys(
            door for rank in range(MOST_DOORS) for name in described for door in self.content.situations[name].doors[rank : rank + 1]
        )
        chosen = tuple(order)[:MOST_DOORS]
        doors = tuple(self._door(number, door_id) for number, door_id in enumerate(chosen, start=1))
        warnings: list[str] = []
        if any(self.content.doors[door_id].grounds for door_id in chosen):
            grounds = texts["semicolon"].join(fill(texts["ground"], ground.model_dump(), "which_door.ground") for ground in self.content.grounds)
            warnings.append(fill(texts["grounds"], {"grounds": grounds}, "which_door.grounds"))
            warnings += [fill(texts["sign"], ground.model_dump(), "which_door.sign") for ground in self._grounds_in(told)]
        names = texts["separator"].join(self.content.situations[name].name for name in described)
        cited = dict.fromkeys([*(name for door_id in chosen for name in self.content.doors[door_id].cites), *self.content.citations])
        return Advice(described, fill(texts["intro"], {"situations": names}, "which_door.intro"), doors, tuple(warnings), tuple(cited))

    def _door(self, number: int, door_id: str) -> Door:
        record = self.content.doors[door_id]
        values: dict[str, object] = {}
        if record.agency:
            agency = self.city.agencies[record.agency]
            values = {"name": agency.name, "phone": agency.phone}
        can = fill(record.can, values, door_id)
        text = fill(self.content.texts["door"], {"number": number, "can": can, "bring": record.bring}, "which_door.door")
        refusals = tuple(fill(self.content.texts["may_refuse"], {"refusals": refusal}, "which_door.may_refuse") for refusal in record.refuses)
        return Door(door_id, text, refusals)

    def _grounds_in(self, told: str) -> tuple[Ground, ...]:
        folded = fold(told[:LONGEST_TEXT])
        return tuple(ground for ground in self.content.grounds if (sign := self._signs.get(str(ground.number))) and sign.search(folded))

    @cached_property
    def _situations(self) -> dict[str, re.Pattern[str]]:
        return {name: any_of(situation.patterns) for name, situation in self.content.situations.items()}

    @cached_property
    def _signs(self) -> dict[str, re.Pattern[str]]:
        return {number: any_of(patterns) for number, patterns in self.content.ground_signs.items()}
