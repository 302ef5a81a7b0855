"""Recognises what was done and what was handed over, by the patterns in `data/intake/behaviours.yml`."""

import re
from collections.abc import Callable
from functools import partial

from bot.intake.catalog_schema import BehaviourEntry, Behaviours

BEFORE = 8  # characters looked at before a match, for negation and for what only looks alike
AFTER = 8  # characters looked at after a match
NEGATION = 7  # characters a negation may stand before its verb


def _is_only_demanded(data: Behaviours, story: str, start: int, end: int) -> bool:
    """Says whether something was merely asked for: 他让我把身份证发过去, or in an agent's own words 身份证拍给我."""
    asked = data.demanded.search(story[max(0, start - BEFORE - AFTER) : start]) or data.demanded_by_speaker.search(story[start : end + AFTER])
    return asked is not None and data.complied.search(story[start:]) is None


def _is_told(entry: BehaviourEntry, negation: re.Pattern[str], story: str, is_void: Callable[[int, int], bool] | None = None) -> bool:
    if any(unless.search(story) for unless in entry.unless_anywhere):
        return False
    for pattern in entry.patterns:
        for match in pattern.finditer(story):
            start, end = match.span()
            if negation.search(story[max(0, start - NEGATION) : start]) or (is_void and is_void(start, end)):
                continue
            surroundings = story[max(0, start - BEFORE) : end + AFTER]
            if not any(unless.search(surroundings) for unless in entry.unless):
                return True
    return False


def told_behaviours(data: Behaviours, story: str) -> list[str]:
    """Returns ids of what was done: what the words say, and what that means together with what was handed over."""
    return with_implied(data, find_behaviours(data, story), find_documents(data, story))


def find_documents(data: Behaviours, story: str) -> list[str]:
    """Returns ids of what was handed over, in the order of the data file."""
    entries = data.documents
    return [name for name, entry in entries.items() if _is_told(entry, data.negation, story, partial(_is_only_demanded, data, story))]


def find_behaviours(data: Behaviours, story: str) -> list[str]:
    """Returns ids of what was done, in the order of the data file."""
    entries = data.behaviours
    return [name for name, entry in entries.items() if _is_told(entry, data.negation, story)]


def with_implied(data: Behaviours, behaviours: list[str], documents: list[str]) -> list[str]:
    """Adds the behaviours that others together mean and drops those that do not count beside others, in the order of the data file."""
    told = {*behaviours, *documents}
    for name, entry in data.behaviours.items():
        if any(told >= set(parts) for parts in entry.implied_by):
            told.add(name)
        if told & set(entry.not_with):
            told.discard(name)
    return [name for name in data.behaviours if name in told]
