"""Which insurance company is meant, and what is known about its hotline.

Data: data/knowledge/insurers.csv (companies, hotlines with the confidence of their sources) and insurer_mentions.yml (how people name them).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import ahocorasick_rs
from pydantic import BeforeValidator

from bot.knowledge.patterns import bare
from bot.knowledge.quantities import fold
from bot.knowledge.schema import Record, load_csv, load_yaml, split_cell

Kind = Literal["life", "health", "property", "group"]
Confidence = Literal["two_or_more_sources", "one_source", "stale_or_renamed", "unverified", "no_number"]
Names = Annotated[tuple[str, ...], BeforeValidator(split_cell)]


class Insurer(Record):
    """One company. `hotlines` is empty when no source gives a number; `confidence` says how well the numbers are supported."""

    short_name: str
    full_name: str
    brand: str
    kind: Kind
    aliases: Names
    weak_aliases: Names
    former_names: Names
    hotline: Names
    confidence: Confidence
    note: str

    @property
    def hotlines(self) -> tuple[str, ...]:
        """Numbers as people dial and read them (400-820-3588)."""
        return tuple(f"{number[:3]}-{number[3:6]}-{number[6:]}" if len(number) == 10 and number[:3] == "400" else number for number in self.hotline)


class MentionRules(Record):
    """insurer_mentions.yml; see the comments there."""

    brands: dict[str, tuple[str, ...]]
    everyday: tuple[str, ...]
    needs_insurance_word: tuple[str, ...]
    generic_word: str
    insurance_words_after: tuple[str, ...]
    verbs_after: tuple[str, ...]
    insurance_words_before: tuple[str, ...]
    short_message: int
    kind_words: dict[Kind, tuple[str, ...]]
    kind_window: int
    legal_endings: tuple[str, ...]


@dataclass(frozen=True)
class InsurerMention:
    """A company named in a text. More than one candidate means the name is shared: ask which one is meant."""

    start: int
    end: int
    phrase: str
    candidates: tuple[Insurer, ...]

    @property
    def insurer(self) -> Insurer | None:
        """The company, when the name settles it."""
        return self.candidates[0] if len(self.candidates) == 1 else None

    @property
    def shared_hotlines(self) -> tuple[str, ...]:
        """The numbers every candidate has, so that a shared name still gets its number: the whole of 平安 answers at 95511."""
        common = [number for number in self.candidates[0].hotlines if all(number in other.hotlines for other in self.candidates)]
        return tuple(common)


@dataclass(frozen=True)
class Insurers:
    """All companies and the way they are recognised. Build it with `load`."""

    all: tuple[Insurer, ...]
    rules: MentionRules

    @classmethod
    def load(cls, directory: Path) -> Insurers:
        """Read insurers.csv and insurer_mentions.yml from `directory`.

        Raises:
            KnowledgeError: a file is unreadable or breaks its schema.
        """
        return cls(load_csv(directory / "insurers.csv", Insurer), load_yaml(directory / "insurer_mentions.yml", MentionRules))

    @cached_property
    def _by_name(self) -> dict[str, tuple[Insurer, ...]]:
        names: dict[str, list[Insurer]] = defaultdict(list)
        for insurer in self.all:
            shortened = {insurer.full_name.removesuffix(ending) for ending in self.rules.legal_endings}
            for name in {insurer.short_name, insurer.full_name, *shortened, *insurer.aliases, *insurer.weak_aliases, *insurer.former_names}:
                names[fold(name)].append(insurer)
        for brand, words in self.rules.brands.items():
            members = [insurer for insurer in self.all if insurer.brand == brand and insurer.kind != "group"]
            for word in words:
                names[fold(word)] = members
        return {name: tuple(insurers) for name, insurers in names.items()}

    @cached_property
    def _everyday(self) -> frozenset[str]:
        weak = {fold(name) for insurer in self.all for name in insurer.weak_aliases}
        return frozenset(weak | {fold(word) for word in self.rules.everyday})

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(self._by_name)

    @cached_property
    def _matcher(self) -> ahocorasick_rs.AhoCorasick:
        return ahocorasick_rs.AhoCorasick(self._names, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)

    @cached_property
    def _after(self) -> re.Pattern[str]:
        return re.compile(
            rf"\s*的?\s*(?:这个|那个)?(?:(?P<word>{_alternatives(self.rules.insurance_words_after)})|(?P<verb>{_alternatives(self.rules.verbs_after)}))"
        )

    @cached_property
    def _before(self) -> re.Pattern[str]:
        return re.compile(rf"(?:{_alternatives(self.rules.insurance_words_before)})\s*$")

    @cached_property
    def _kind_words(self) -> tuple[tuple[Kind, re.Pattern[str]], ...]:
        return tuple((kind, re.compile(_alternatives(words))) for kind, words in self.rules.kind_words.items())

    def find(self, text: str) -> tuple[InsurerMention, ...]:
        """Every company named in the text, in order, with offsets into the text as given (traditional characters: pass the simplified text)."""
        folded, whole = fold(text), bare(text)
        found: list[tuple[str, int, int]] = []
        for index, start, name_end in self._matcher.find_matches_as_indexes(folded):
            name, end = self._names[index], name_end
            if name in self._everyday:
                after = self._after.match(folded, end)
                if after and after["verb"] and name in self.rules.needs_insurance_word:
                    after = None
                if not after and not self._stands_alone(whole, folded, name, start, end):
                    continue
                if after and after["word"] == self.rules.generic_word and after.start("word") == end:
                    end = after.end()
            if not name.isascii() or _at_word_edges(folded, start, end):
                found.append((name, start, end))
        limits = [*(start for _, start, _ in found[1:]), len(folded)][: len(found)]
        return tuple(
            InsurerMention(start, end, text[start:end], self._narrow(self._by_name[name], folded[end : min(limit, end + self.rules.kind_window)]))
            for (name, start, end), limit in zip(found, limits, strict=True)
        )

    def named(self, name: str) -> Insurer | None:
        """The company of this name (short, full, former or alias), when the name is not shared."""
        exact = self._by_short_name.get(name.strip())
        found = self._by_name.get(fold(name.strip()), ())
        return exact or (found[0] if len(found) == 1 else None)

    @cached_property
    def _by_short_name(self) -> dict[str, Insurer]:
        return {insurer.short_name: insurer for insurer in self.all}

    def _stands_alone(self, whole: str, folded: str, name: str, start: int, end: int) -> bool:
        if len(whole) <= self.rules.short_message:
            return whole == name or bool(re.fullmatch(rf"(?:那|那么|是)?{re.escape(name)}(?:的|呢|吗|的呢|家的|那个)?(?:呢|吗)?", whole))
        if name in self.rules.needs_insurance_word:
            return False
        follows = folded[end : end + 1]
        return bool(self._before.search(folded[:start])) and (not follows or not follows.isalnum() or follows in "的了呢吗吧")

    def _narrow(self, candidates: tuple[Insurer, ...], following: str) -> tuple[Insurer, ...]:
        """Keep the company of the kind the next words speak of, if there is one: 平安的车险 is 平安产险."""
        if len(candidates) > 1:
            for kind, pattern in self._kind_words:
                of_kind = [insurer for insurer in candidates if insurer.kind == kind]
                if of_kind and pattern.search(following):
                    return (of_kind[0],)
        return candidates


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(re.escape(fold(word)) for word in sorted(words, key=len, reverse=True))


def _at_word_edges(folded: str, start: int, end: int) -> bool:
    before, after = folded[start - 1 : start], folded[end : end + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())
