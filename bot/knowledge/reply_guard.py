"""Checks a reply before a person sees it: no promise, no advice, no product talk, no bare personal data, no law without its source.

Data: data/knowledge/reply_guard.yml. Our own warnings quote what agents say ("说保证全额退的都是骗子"), so every rule
looks at the words around a match.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.knowledge.city import City
from bot.knowledge.errors import KnowledgeError
from bot.knowledge.insurers import Insurers
from bot.knowledge.patterns import any_of
from bot.knowledge.schema import Record, load_yaml
from bot.privacy.personal_data import find_personal_data

PERSONAL_DATA = "personal_data"
UNCITED_LAW = "uncited_law"


class Rule(Record):
    """One thing no reply may say, and the surroundings in which it is a warning or a refusal instead."""

    why: str
    patterns: tuple[str, ...]
    unless_before: str
    unless_after: str


class LegalStatements(Record):
    """What counts as stating the law, and what counts as naming the source in the reply itself."""

    patterns: tuple[str, ...]
    source_marks: tuple[str, ...]


class ReplyGuardFile(Record):
    """Schema of reply_guard.yml."""

    window: int
    sentence_break: str
    rules: dict[str, Rule]
    legal: LegalStatements


@dataclass(frozen=True)
class Violation:
    """A rule broken, the words that break it, and the topic that was being answered."""

    rule: str
    topic: str | None
    start: int
    end: int
    phrase: str


@dataclass(frozen=True)
class ReplyGuard:
    """Checks replies. Build it with `load`."""

    content: ReplyGuardFile
    public_numbers: frozenset[str]

    @classmethod
    def load(cls, directory: Path) -> ReplyGuard:
        """Read reply_guard.yml and, for the numbers that are public, city.yml and insurers.csv.

        Raises:
            KnowledgeError: a file is unreadable, breaks its schema, or holds a broken pattern.
        """
        hotlines = {hotline.number for hotline in City.load(directory).hotlines}
        insurers = {_digits(number) for insurer in Insurers.load(directory).all for number in insurer.hotline}
        loaded = cls(load_yaml(directory / "reply_guard.yml", ReplyGuardFile), frozenset(hotlines | insurers))
        try:
            loaded._rules, loaded._legal  # noqa: B018 - compiling now turns a broken pattern into an error at start
        except re.error as error:
            raise KnowledgeError("data_invalid", f"reply_guard.yml: {error}") from error
        return loaded

    def check(self, reply_text: str, citations: Sequence[object] = (), topic: str | None = None) -> list[Violation]:
        """Every rule the reply breaks, in order of place; empty when it may be said.

        Args:
            reply_text: the reply as the person will see it.
            citations: the sources that are shown with it.
            topic: what it answers, kept in the violation for the log.
        """
        found = [
            Violation(name, topic, match.start(), match.end(), match[0])
            for name, (pattern, before, after) in self._rules.items()
            for match in pattern.finditer(reply_text)
            if not self._excused(reply_text, match, before, after)
        ]
        for finding in find_personal_data(reply_text):
            phrase = reply_text[finding.start : finding.end]
            if _digits(phrase) not in self.public_numbers:
                found.append(Violation(PERSONAL_DATA, topic, finding.start, finding.end, phrase))
        if not citations and not any(mark in reply_text for mark in self.content.legal.source_marks):
            found += [Violation(UNCITED_LAW, topic, match.start(), match.end(), match[0]) for match in self._legal.finditer(reply_text)]
        return sorted(found, key=lambda violation: violation.start)

    def _excused(self, text: str, match: re.Match[str], before: re.Pattern[str], after: re.Pattern[str]) -> bool:
        lead = self._sentence_break.split(text[max(0, match.start() - self.content.window) : match.start()])[-1]
        rest = self._sentence_break.split(text[match.end() : match.end() + self.content.window])[0]
        return bool(before.search(lead) or after.search(rest))

    @cached_property
    def _sentence_break(self) -> re.Pattern[str]:
        return re.compile(self.content.sentence_break)

    @cached_property
    def _rules(self) -> dict[str, tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]]:
        return {
            name: (any_of(rule.patterns), re.compile(rule.unless_before), re.compile(rule.unless_after))
            for name, rule in self.content.rules.items()
        }

    @cached_property
    def _legal(self) -> re.Pattern[str]:
        return any_of(self.content.legal.patterns)


def _digits(written: str) -> str:
    return re.sub(r"\D", "", written)
