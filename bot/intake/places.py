"""Finds where it happened and which region that is. A name that several cities share counts only beside the home city's name."""

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.intake.catalog import IntakeCatalog
from bot.intake.catalog_schema import Regions

BLOT = "#"
DETAIL = 12  # characters a street or landmark may add to a region's name
UNITS_BEFORE = 2  # names that may touch a district: its province and its city
BEFORE = 12  # characters before a name that may say whose place it is

_Hit = tuple[int, int, str, bool]  # start, end, adcode, whether the name needs the home city's name beside it


@lru_cache(maxsize=4)
def _detail_pattern(endings: tuple[str, ...], stops: str) -> re.Pattern[str]:
    alternatives = "|".join(sorted(map(re.escape, endings), key=len, reverse=True))
    return re.compile(rf"[^{re.escape(stops)}\s]{{0,{DETAIL}}}?(?:{alternatives})")


def _names(regions: Regions) -> list[tuple[str, str, bool]]:
    """Every name with its adcode and whether it needs the home city's name beside it; the longest names first."""
    own = [(name, district.adcode, district.needs_context) for district in regions.districts for name in district.names]
    small = [(locality.name, locality.adcode, False) for locality in regions.localities]
    far = [(name, code, False) for code, names in regions.elsewhere.items() for name in names]
    home = [(name, regions.home.adcode, False) for name in regions.home.names]
    return sorted([*own, *small, *far, *home], key=lambda entry: -len(entry[0]))


def find_place(catalog: IntakeCatalog, story: str, names: Sequence[str] = ()) -> tuple[str | None, str | None]:
    """Returns the place as told and its adcode.

    Returns:
        The most specific place of the home city that is told, else the first place elsewhere, else (None, None). A shared district name
        without its city gives the place but no code: which city it is has to be asked.
    """
    regions = catalog.regions
    full, story = story, _without_names(regions, story, names)
    at_home = any(name in full for name in (*regions.home.names, *(locality.name for locality in regions.localities)))
    hits: list[_Hit] = []
    taken = bytearray(len(story))
    for name, code, needs_context in _names(regions):
        for match in re.finditer(re.escape(name), story) if name in story else ():
            if not any(taken[match.start() : match.end()]):
                taken[match.start() : match.end()] = b"\x01" * len(name)
                hits.append((match.start(), match.end(), code, needs_context))
    if not hits:
        landmark = regions.landmark.search(story)
        return (landmark["place"], None) if landmark else (None, None)
    hits.sort()
    home_prefix = regions.home.adcode[:4]
    there = _where_it_happened(regions, story, hits)
    far = [hit for hit in there if hit[2][:4] != home_prefix]
    cities_end = {hit[1] for hit in far}  # a shared name right behind another city's name is that city's district
    ours = [hit for hit in there if hit[2][:4] == home_prefix and not (hit[3] and hit[0] in cities_end)]
    clear = [hit for hit in ours if not hit[3] or at_home]
    specific = [hit for hit in clear if hit[2] != regions.home.adcode]
    chosen = (specific or clear or far or ours)[0]
    is_unclear = chosen[3] and not at_home and chosen[2][:4] == home_prefix
    return _with_neighbours(story, hits, chosen, regions), None if is_unclear else chosen[2]


def _where_it_happened(regions: Regions, story: str, hits: list[_Hit]) -> list[_Hit]:
    """Leaves out where the reporter lives or it did not happen, when another place is told."""

    starts = {hit[1]: hit[0] for hit in hits}

    def before(hit: _Hit) -> str:
        start = hit[0]
        for _ in range(UNITS_BEFORE):
            start = starts.get(start, start)
        return story[max(0, start - BEFORE) : start]

    happened = [hit for hit in hits if not regions.not_here.search(before(hit))] or hits
    return [hit for hit in happened if not regions.not_there.search(before(hit))] or happened


def _without_names(regions: Regions, story: str, names: Sequence[str]) -> str:
    """Blots out what is named after a place without being told as one: company and account, a branch, a slogan in quotation marks."""
    for name in names:
        story = story.replace(name, BLOT * len(name))
    return regions.named_after.sub(lambda match: BLOT * len(match.group()), story)


def _with_neighbours(story: str, hits: list[_Hit], chosen: _Hit, regions: Regions) -> str:
    """Extends a place over the names that touch it and over the street or landmark behind it."""
    start, end = chosen[:2]
    for other in reversed(hits):
        if other[1] == start or (other[1] == start - 1 and story[other[1]] in regions.unit_endings):
            start = other[0]
    for other in hits:
        if other[0] == end or (other[0] == end + 1 and story[end] in regions.unit_endings):
            end = other[1]
    if end < len(story) and story[end] in regions.unit_endings:
        end += 1
    detail = _detail_pattern(tuple(regions.place_endings), regions.detail_stops).match(story, end)
    return story[start : detail.end() if detail else end]
