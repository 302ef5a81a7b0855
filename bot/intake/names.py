"""Finds names: the suspect, the company behind, the platform and account, and the insurer."""

import re
from functools import lru_cache

from bot.intake.catalog import IntakeCatalog
from bot.intake.catalog_schema import ExtractionPatterns

OWN_BEFORE = 8  # characters before a name that may say it is the reporter's own
OPENING = 8  # characters before a name that say it is quoted or read off a sign
SHORTEST_COMPANY = 4  # characters of what only ends like a company
SHORTEST_CALLED = 3  # characters of what is told to be its name


@lru_cache(maxsize=32)
def _compiled(templates: tuple[str, ...], fragments: tuple[tuple[str, str], ...]) -> tuple[re.Pattern[str], ...]:
    """Patterns with the fragments put in for their names."""
    compiled = []
    for template in templates:
        written = template
        for name, fragment in fragments:
            written = written.replace(f"<{name}>", fragment)
        compiled.append(re.compile(written))
    return tuple(compiled)


def _patterns(patterns: ExtractionPatterns, templates: list[str]) -> tuple[re.Pattern[str], ...]:
    return _compiled(tuple(templates), (*patterns.fragments.items(), ("family", f"[{patterns.surnames}]")))


def find_suspect_name(catalog: IntakeCatalog, story: str) -> str | None:
    """Returns a name or what the suspect is called by (王经理, 小李, 张某); the most telling pattern wins."""
    patterns = catalog.extraction
    for pattern in _patterns(patterns, patterns.suspect_name):
        for match in pattern.finditer(story):
            group = match.lastgroup or "name"
            before = story[max(0, match.start(group) - OWN_BEFORE) : match.start(group)]
            if not patterns.not_a_name.search(match[group]) and not patterns.own_name.search(before):
                return match[group]
    return None


def find_insurer(catalog: IntakeCatalog, story: str) -> str | None:
    """Returns the insurer's name as in the data, by the longest alias told."""
    told = [(len(alias), -story.index(alias), names[0]) for names in catalog.extraction.insurers for alias in names if alias in story]
    return max(told)[2] if told else None


def find_platform(catalog: IntakeCatalog, story: str) -> str | None:
    """Returns the platform, the more specific ones first."""
    return next((name for name, pattern in catalog.extraction.platforms.items() if pattern.search(story)), None)


def find_account_name(catalog: IntakeCatalog, story: str, spaced: str) -> str | None:
    """Returns the name of an account, group or shop on a platform; a slogan in quotation marks is none.

    Args:
        catalog: The intake's data.
        story: The story in the plain form, identifiers blotted out.
        spaced: The story with its blanks, which may be all that sets a name apart.
    """
    patterns = catalog.extraction
    for pattern, told in (*((pattern, story) for pattern in _patterns(patterns, patterns.account_name)), (patterns.account_spaced, spaced)):
        for match in pattern.finditer(told):
            name = match["name"].strip()
            if name and not patterns.account_not.search(name):
                return name
    return None


def find_company(catalog: IntakeCatalog, story: str) -> str | None:
    """Returns the company's name; a mere kind of company (咨询公司, 保险公司) is none.

    A name told as one (公司叫…) comes before words that only end like a company, and those before a branch of an insurer or bank.
    """
    patterns = catalog.extraction
    called = [match for pattern in _patterns(patterns, patterns.company_called) for match in pattern.finditer(story)]
    quoted = {match["name"] for match in called if patterns.opening.search(story[max(0, match.start("name") - OPENING) : match.start("name")])}
    kinds = [_cuts(patterns.company_starts_after, match["name"]) for match in patterns.company.finditer(story)]
    for names, shortest in (*(([match["name"]], SHORTEST_CALLED) for match in called), *((cuts, SHORTEST_COMPANY) for cuts in kinds)):
        for name in names:
            if (name not in quoted and patterns.company_generic.match(name)) or patterns.company_not.search(name):
                break  # more words before a mere kind of company do not make it a name
            if len(name) >= shortest:
                return name
    branch = patterns.branch.search(story)
    return branch["name"] if branch else None


def _cuts(starts_after: re.Pattern[str], text: str) -> list[str]:
    """Every way to cut off the words before a name, the shortest name first: a word that starts one may also stand inside it."""
    return [text[match.end() :] for match in reversed(list(starts_after.finditer(text)))] + [text]
