"""The words that carry meaning here: fillers to drop, names to mask, and concepts that many wordings share.

Everything is data (`data/nlu/lexicon/*.yml`, schema `LexiconFile`). Masking lets a question about a product nobody has heard of be understood
like one about a product in the training examples; concepts let "得带啥证件" meet "需要什么材料" although they share no character.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from ahocorasick_rs import AhoCorasick, MatchKind
from pydantic import BaseModel, ConfigDict, Field

from bot.data_files import read_yaml

INSURER_MASK = "\ue001"
"""Stands for the name of any insurer; from the private use area, so no message can hold it (`text.clean` drops that area)."""

PRODUCT_MASK = "\ue002"
"""Stands for the name of any insurance product."""

NUMBER_MASK = "\ue003"
"""Stands for any number that is not a hotline."""


class Concept(BaseModel):
    """One meaning and the wordings that carry it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


LEXICON_FILES = ("names.yml", "concepts.yml")


class LexiconFile(BaseModel):
    """Schema of the files `LEXICON_FILES`; a file may fill only some of the lists."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fillers: tuple[str, ...] = ()
    """Greetings and politeness around a question, removed."""
    hotlines: tuple[str, ...] = ()
    """Numbers that mean something and are kept."""
    insurer_words: tuple[str, ...] = ()
    """Names of insurers to mask, beside those of the insurer table."""
    insurer_patterns: tuple[str, ...] = ()
    insurer_ambiguous: tuple[str, ...] = ()
    """Names that are everyday words too: masked only before one of `insurer_heads`."""
    insurer_heads: tuple[str, ...] = ()
    product_words: tuple[str, ...] = ()
    product_patterns: tuple[str, ...] = ()
    """Shapes of product names; what a group `keep` matches stays in the text."""
    concepts: dict[str, Concept] = Field(default_factory=dict)


_NEVER = r"(?!)"
_INSURER_TAIL = re.compile(f"(?:中国)?{INSURER_MASK}+(?:人寿|财险|产险|保险公司|公司|集团|{INSURER_MASK})*")
_PRODUCT_TAIL = re.compile(f"{INSURER_MASK}?{PRODUCT_MASK}+")


def _alternation(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))


class Lexicon:
    """Applies one merged lexicon.

    Args:
        files: Validated lexicon files; lists are joined, concepts of the same name are joined too.
        insurer_names: Names and aliases from the insurer table.
    """

    def __init__(self, files: Iterable[LexiconFile], insurer_names: Iterable[str] = ()) -> None:
        self._files = tuple(files)
        self._insurer_names = sorted({name.lower() for name in insurer_names})
        self._insurer = self._compile_insurers()
        products = _alternation(word for file in self._files for word in file.product_words)
        self._product = re.compile(products or _NEVER)
        self._product_shapes = tuple(re.compile(pattern) for file in self._files for pattern in file.product_patterns)
        self._filler = re.compile(_alternation(filler for file in self._files for filler in file.fillers) or _NEVER)
        hotlines = _alternation(number for file in self._files for number in file.hotlines)
        self._number = re.compile(rf"(?<!\d)(?!(?:{hotlines or _NEVER})(?!\d))\d+(?:\.\d+)?")
        words: list[str] = []
        self._word_concepts: list[str] = []
        self._patterns: list[tuple[str, re.Pattern[str]]] = []
        for file in self._files:
            for name, concept in file.concepts.items():
                words += concept.words
                self._word_concepts += [name] * len(concept.words)
                self._patterns += [(name, re.compile(pattern)) for pattern in concept.patterns]
        self._words = AhoCorasick(words, matchkind=MatchKind.Standard)

    def _compile_insurers(self) -> re.Pattern[str]:
        ambiguous = {name for file in self._files for name in file.insurer_ambiguous}
        names = {*self._insurer_names, *(name.lower() for file in self._files for name in file.insurer_words)} - ambiguous
        heads = _alternation(head for file in self._files for head in file.insurer_heads)
        alternatives = [_alternation(names) or _NEVER]
        if ambiguous and heads:
            alternatives.append(f"(?:{_alternation(ambiguous)})(?={heads})")
        alternatives += [pattern for file in self._files for pattern in file.insurer_patterns]
        return re.compile("|".join(f"(?:{alternative})" for alternative in alternatives))

    @classmethod
    def load(cls, folder: Path, insurer_names: Iterable[str] = ()) -> Lexicon:
        """Read the lexicon files of a folder.

        Args:
            folder: `data/nlu/lexicon`.
            insurer_names: Names and aliases from the insurer table.

        Raises:
            FileNotFoundError: A file of `LEXICON_FILES` is missing.
            pydantic.ValidationError: A file does not follow `LexiconFile`.
        """
        return cls((LexiconFile.model_validate(read_yaml(folder / name)) for name in LEXICON_FILES), insurer_names)

    @classmethod
    def from_json(cls, text: str) -> Lexicon:
        """Rebuild a lexicon from what `to_json` wrote, so that a trained model reads as it was trained to."""
        stored = json.loads(text)
        return cls((LexiconFile.model_validate(file) for file in stored["files"]), stored["insurer_names"])

    def to_json(self) -> str:
        """Return everything that decides the outcome as JSON text, in a stable order."""
        files = [file.model_dump(mode="json") for file in self._files]
        return json.dumps({"files": files, "insurer_names": self._insurer_names}, ensure_ascii=False, sort_keys=True)

    def mask(self, text: str) -> str:
        """Return clean text without fillers and with insurers, products and numbers replaced by their masks."""
        text = self._filler.sub("", text) or text
        text = self._product.sub(PRODUCT_MASK, text)
        text = _INSURER_TAIL.sub(INSURER_MASK, self._insurer.sub(INSURER_MASK, text))
        for shape in self._product_shapes:
            text = shape.sub(lambda found: PRODUCT_MASK + (found.groupdict().get("keep") or ""), text)
        return self._number.sub(NUMBER_MASK, _PRODUCT_TAIL.sub(PRODUCT_MASK, text))

    def concepts(self, masked: str) -> list[str]:
        """Return the concepts said in masked text, each once, in the order in which they are first said."""
        found = [(start, self._word_concepts[index]) for index, start, _ in self._words.find_matches_as_indexes(masked, overlapping=True)]
        for name, pattern in self._patterns:
            found += [(match.start(), name) for match in pattern.finditer(masked)]
        return list(dict.fromkeys(name for _, name in sorted(found)))
