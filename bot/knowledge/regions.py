"""Which place is meant: ours, somewhere else, or a name that several cities share and that must be asked back.

Data: data/knowledge/city.yml (our city), regions.csv (provinces, prefectures and neighbouring counties elsewhere), region_mentions.yml.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import ahocorasick_rs
from pydantic import Field

from bot.knowledge.city import City
from bot.knowledge.quantities import fold
from bot.knowledge.schema import Record, load_csv, load_yaml

Level = Literal["province", "prefecture", "county"]
_DEPTH: dict[Level, int] = {"province": 0, "prefecture": 1, "county": 2}


class Elsewhere(Record):
    """A row of regions.csv: a place that is not one of our districts."""

    adcode: str = Field(pattern=r"^\d{6}$")
    name: str
    short: str
    level: Level
    within: str


class MentionRules(Record):
    """region_mentions.yml; see the comments there."""

    not_a_place_before: tuple[str, ...]
    everyday: tuple[str, ...]


@dataclass(frozen=True)
class Region:
    """A place. `local` is true inside the served city; `full_name` starts with the province."""

    adcode: str
    name: str
    full_name: str
    level: Level
    local: bool

    def contains(self, other: Region) -> bool:
        """Whether `other` lies in this place (by administrative code)."""
        digits = {"province": 2, "prefecture": 4, "county": 6}[self.level]
        return other.adcode[:digits] == self.adcode[:digits]


@dataclass(frozen=True)
class RegionMention:
    """A place named in a text. More than one candidate means the name is shared: ask which one is meant."""

    start: int
    end: int
    phrase: str
    candidates: tuple[Region, ...]

    @property
    def region(self) -> Region | None:
        """The place, when the name settles it."""
        return self.candidates[0] if len(self.candidates) == 1 else None


@dataclass(frozen=True)
class Regions:
    """All places known by name. Build it with `load`."""

    city: City
    elsewhere: tuple[Elsewhere, ...]
    rules: MentionRules

    @classmethod
    def load(cls, directory: Path) -> Regions:
        """Read city.yml, regions.csv and region_mentions.yml from `directory`.

        Raises:
            KnowledgeError: a file is unreadable or breaks its schema.
        """
        rules = load_yaml(directory / "region_mentions.yml", MentionRules)
        return cls(City.load(directory), load_csv(directory / "regions.csv", Elsewhere), rules)

    @cached_property
    def all(self) -> tuple[Region, ...]:
        """Every place, ours first."""
        city = self.city
        own_prefix = city.province + city.full_name
        ours = [Region(district.adcode, district.name, own_prefix + district.name, "county", True) for district in city.regions]
        others = []
        for place in self.elsewhere:
            full_name = place.name if place.level == "province" else place.within + place.name
            others.append(Region(place.adcode, place.name, full_name, place.level, place.adcode == city.adcode))
        return (*ours, *others)

    @cached_property
    def _by_name(self) -> dict[str, tuple[Region, ...]]:
        names: dict[str, list[Region]] = defaultdict(list)
        by_code = {region.adcode: region for region in self.all}
        for district in self.city.regions:
            namesakes = [Region(same.adcode, district.name, same.within + district.name, "county", False) for same in district.shared_with]
            for name in (district.name, *district.aliases):
                names[name] += [by_code[district.adcode], *namesakes]
            for place in district.places:
                names[place].append(by_code[district.adcode])
        for other in self.elsewhere:
            for name in {other.name, other.short} - set(self.rules.everyday):
                names[name].append(by_code[other.adcode])
        return {fold(name): tuple(regions) for name, regions in names.items()}

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(self._by_name)

    @cached_property
    def _matcher(self) -> ahocorasick_rs.AhoCorasick:
        return ahocorasick_rs.AhoCorasick(self._names, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)

    def find(self, text: str, known: Region | None = None) -> tuple[RegionMention, ...]:
        """Every place named in the text, in order, with offsets into the text as given; a province, city and district in a row are one
        mention, of the district.

        Args:
            text: what the person wrote, in simplified characters.
            known: a place already settled in the conversation; inside our city it settles 铁西区 and 铁东区.
        """
        folded = fold(text)
        hits = [(start, end, self._by_name[self._names[index]]) for index, start, end in self._matcher.find_matches_as_indexes(folded)]
        hits = [hit for hit in hits if not folded.startswith(self.rules.not_a_place_before, hit[1])]
        settled = [regions[0] for _, _, regions in hits if len(regions) == 1]
        context = [known, *settled] if known is not None else settled
        merged: list[RegionMention] = []
        for start, end, shared in hits:
            regions = shared
            previous = merged[-1] if merged and not folded[merged[-1].end : start].strip(" 的") else None
            if previous is not None and previous.region is not None:
                inside = tuple(region for region in regions if previous.region.contains(region))
                if inside and (_DEPTH[inside[0].level] > _DEPTH[previous.region.level] or inside == (previous.region,)):
                    merged[-1] = RegionMention(previous.start, end, text[previous.start : end], inside)
                    continue
            if len(regions) > 1:
                regions = self._settle(regions, context)
            merged.append(RegionMention(start, end, text[start:end], regions))
        return tuple(merged)

    def _settle(self, candidates: tuple[Region, ...], context: list[Region]) -> tuple[Region, ...]:
        """The candidate in the same prefecture as a place already named; otherwise all of them."""
        prefectures = {region.adcode[:4] for region in context if region.level != "province"}
        near = tuple(region for region in candidates if region.adcode[:4] in prefectures)
        return near if len(near) == 1 else candidates
