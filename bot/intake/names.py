"""Finds names: the suspect, the company behind, the platform and account, and the insurer."""

import re
from functools import lru_cache

from bot.intake.catalog import IntakeCatalog

SHORTEST_COMPANY = 4  # characters


@lru_cache(maxsize=8)
def _suspect_patterns(templates: tuple[str, ...], surnames: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(template.replace("SURNAME", surnames)) for template in templates)


def find_suspect_name(catalog: IntakeCatalog, story: str) -> str | None:
    """Returns a name or what the suspect is called by (王经理, 小李, 张某); the most telling pattern wins."""
    patterns = catalog.extraction
    for pattern in _suspect_patterns(tuple(patterns.suspect_name), patterns.surnames):
        for match in pattern.finditer(story):
            return next(value for value in match.groupdict().values() if value)
    return None


def find_insurer(catalog: IntakeCatalog, story: str) -> str | None:
    """Returns the insurer's name as in the data, by the longest alias told."""
    told = [(len(alias), -story.index(alias), names[0]) for names in catalog.extraction.insurers for alias in names if alias in story]
    return max(told)[2] if told else None


def find_platform(catalog: IntakeCatalog, story: str) -> str | None:
    """Returns the platform, the more specific ones first."""
    return next((name for name, pattern in catalog.extraction.platforms.items() if pattern.search(story)), None)


def find_account_name(catalog: IntakeCatalog, story: str) -> str | None:
    """Returns the name of an account, group or shop on a platform."""
    for pattern in catalog.extraction.account_name:
        match = pattern.search(story)
        if match:
            return match["name"].strip()
    return None


def find_company(catalog: IntakeCatalog, story: str) -> str | None:
    """Returns the company's name; a mere kind of company (咨询公司, 保险公司) is none."""
    patterns = catalog.extraction
    named = [match["name"] for match in patterns.company_named.finditer(story)]
    kinds = [name for match in patterns.company.finditer(story) for name in _cuts(patterns.company_starts_after, match["name"])]
    for name in (*kinds, *named):
        if len(name) >= SHORTEST_COMPANY and not patterns.company_generic.match(name) and not patterns.company_not.search(name):
            return name
    return None


def _cuts(starts_after: re.Pattern[str], text: str) -> list[str]:
    """Every way to cut off the words before a name, the shortest name first: a word that starts one may also stand inside it."""
    return [text[match.end() :] for match in reversed(list(starts_after.finditer(text)))] + [text]
