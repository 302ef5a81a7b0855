"""The small language of rule patterns, and how it becomes spaCy token patterns.

``{full} ..4 {surrender}``: a token of concept ``full``, then at most four other tokens of the same sentence, then one of ``surrender``.
``{a|b}``: either. Names in plain letters are concepts, anything else is that very word: ``{refund|退}``, ``退|还``.
A trailing ``?`` makes an item optional.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind
from spacy.attrs import IS_PUNCT
from spacy.tokens import Doc
from spacy.vocab import Vocab

from bot.scam.data import LexiconData
from bot.scam.errors import ScamInputError

# A gap that spans more than this is not one thought any more.
MAX_GAP = 12
SENTENCE_STOPS = "。!?;\n…"
_CONCEPT = re.compile(r"[a-z_]+")
_PLAIN = re.compile(r"[0-9a-z]{1,40}(?:\.[0-9]{1,9})?|\n|\S")
_SHARE = r"(?:%|个点|成(?!功|交|立|为|本|年))"
_NUMBER = r"\d{1,9}(?:\.\d{1,4})?\s{0,2}"
_PERCENT = re.compile(
    rf"{_NUMBER}(?:[-~至到]\s?{_NUMBER})?{_SHARE}"
    + r"|百分之(?:\s?[零一二三四五六七八九十百\d]){1,6}|[一二两三四五六七八九十](?:\s?[一二三四五六七八九十]){0,4}\s?"
    + _SHARE
)
_AMOUNT = re.compile(
    rf"(?:{_NUMBER}(?:万元|千元|百元|元|块钱|块|万块|万|千块|百块|千|百|w|k)"
    r"|[一二两三四五六七八九十]{1,4}[百千万][一二三四五六七八九十百千]{0,6}(?:元|块钱|块)?)(?![a-z天人家])"
)


@dataclass(frozen=True)
class Item:
    """One place of a pattern: any of some concepts and words, or a gap."""

    names: frozenset[str] = frozenset()
    gap: int = 0
    optional: bool = False


def parse(pattern: str) -> list[Item]:
    """Read a pattern.

    Raises:
        ScamInputError: an item is empty or a gap is too long.
    """
    items = []
    for part in pattern.split():
        optional = part.endswith("?")
        body = part.removesuffix("?")
        if body.startswith(".."):
            if not body[2:].isdigit() or not 0 < int(body[2:]) <= MAX_GAP:
                raise ScamInputError("bad_pattern", f"gap in {pattern!r} must be ..1 to ..{MAX_GAP}")
            items.append(Item(gap=int(body[2:])))
        elif names := frozenset(body.removeprefix("{").removesuffix("}").split("|")) - {""}:
            items.append(Item(names, optional=optional))
        else:
            raise ScamInputError("bad_pattern", f"cannot read {part!r} in {pattern!r}")
    if not items:
        raise ScamInputError("bad_pattern", "empty pattern")
    return items


def words_of(patterns: Iterable[str]) -> set[str]:
    """Give the words, not concepts, that patterns name."""
    return {name for pattern in patterns for item in parse(pattern) for name in item.names if not _CONCEPT.fullmatch(name)}


@dataclass
class Tokeniser:
    """Cuts normalised text into the words that rules know, numbers, and single characters.

    A token's lemma names its concepts; a word of several concepts carries them joined, and patterns accept every joined name that holds theirs.

    Args:
        vocab: spaCy's vocabulary.
        lexicon: ideas and words.
        words: further words that patterns name; each is a concept of its own.
    """

    vocab: Vocab
    lexicon: LexiconData
    words: set[str]
    lemmas: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        concepts: dict[str, list[str]] = {word: [word] for word in self.words}
        for name, concept in self.lexicon.concepts.items():
            for word in concept.words:
                concepts.setdefault(word, []).append(name)
        # A longer word is cut as one, so it also stands for the shorter ones inside it: 退保成功 is a surrender too.
        whole = {word for concept in self.lexicon.concepts.values() if concept.whole for word in concept.words}
        for word, names in concepts.items():
            if word in whole:
                continue
            inner = {word[i:j] for i in range(len(word)) for j in range(i + 2, len(word) + 1)} - {word}
            names += [name for part in inner for name in concepts.get(part, ())]
        self.lemmas = {word: "+".join(sorted(set(names))) for word, names in concepts.items()}
        self._words = sorted(w for w in self.lemmas if w not in ("percent", "amount"))
        self._find = AhoCorasick(self._words, matchkind=MatchKind.LeftmostLongest)
        self._joined = set(self.lemmas.values()) | {"percent", "amount"}
        # A gap may cross a comma but not the end of a sentence; the matcher's schema knows no flags of one's own, so this one is redefined.
        self.vocab.add_flag(lambda text: text in SENTENCE_STOPS, IS_PUNCT)

    def cut(self, text: str) -> tuple[list[str], list[int], list[str]]:
        """Cut a text: words, where each starts, and its concepts' joined name ('' for none)."""
        hits = [(start, end, "percent") for start, end in (m.span() for m in _PERCENT.finditer(text))]
        hits += [(start, end, "amount") for start, end in (m.span() for m in _AMOUNT.finditer(text))]
        hits += [(start, end, self.lemmas[self._words[i]]) for i, start, end in self._find.find_matches_as_indexes(text)]
        hits.sort(key=lambda hit: (hit[0], -hit[1]))
        words: list[str] = []
        starts: list[int] = []
        lemmas: list[str] = []
        at = 0
        for start, end, lemma in [*hits, (len(text), len(text), "")]:
            if start < at:
                continue
            for plain in _PLAIN.finditer(text, at, start):
                words.append(plain.group())
                starts.append(plain.start())
            lemmas += [""] * (len(words) - len(lemmas))
            if end > start:
                words.append(text[start:end])
                starts.append(start)
                lemmas.append(lemma)
            at = end
        return words, starts, lemmas

    def doc(self, words: list[str], lemmas: list[str]) -> Doc:
        """Make spaCy's document of a cut."""
        return Doc(self.vocab, words=words, spaces=[False] * len(words), lemmas=lemmas)

    def token_pattern(self, pattern: str) -> list[dict[str, Any]]:
        """Turn a pattern into spaCy's.

        Raises:
            ScamInputError: it names a concept that the lexicon does not have.
        """
        tokens: list[dict[str, Any]] = []
        for item in parse(pattern):
            if item.gap:
                tokens += [{"IS_PUNCT": False, "OP": "?"}] * item.gap
                continue
            unknown = {name for name in item.names if _CONCEPT.fullmatch(name)} - self.lexicon.concepts.keys()
            if unknown:
                raise ScamInputError("bad_pattern", f"unknown concept {sorted(unknown)} in {pattern!r}")
            lemmas = sorted(lemma for lemma in self._joined if item.names & set(lemma.split("+")))
            token: dict[str, Any] = {"LEMMA": lemmas[0] if len(lemmas) == 1 else {"IN": lemmas}}
            if item.optional:
                token["OP"] = "?"
            tokens.append(token)
        return tokens
