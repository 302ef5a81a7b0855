"""Says in about a microsecond that a text cannot hold any trace of a signal, behind whatever disguise.

Exact in one direction: what it turns away the whole pipeline would find nothing in either. Each disguise has its counterpart here, wider than
the disguise itself; a test runs both over texts hidden in every way and in several ways at once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np
from ahocorasick_rs import AhoCorasick, MatchKind
from numpy.typing import NDArray

from bot.scam.data import DisguiseData
from bot.scam.disguises.base import HAN
from bot.scam.disguises.characters import LETTERS, plain
from bot.scam.disguises.layout import FILLERS, Columns
from bot.scam.readings import Doubts, Kind, Lookout, Reading, code_points
from bot.scam.tables import CharacterTables

# Stands in a reading for what never occurs in everyday text: a lone radical, a character nobody can see.
_SUSPECT = "\uf8ff"
# Characters that look like another and sound different get codes of their own, after those of the syllables.
_FIRST_SHAPE_CODE = 0xF000
# Common in honest emoji, so they are removed, not suspected.
_JOINERS = str.maketrans({"\ufe0f": None, "\u200d": None})
_UNSEEN = frozenset({"Cf", "Cc", "Cs", "Mn", "Me", "Cn"})
_WORD = re.compile(f"[0-9a-z{HAN}]")
_HAN = re.compile(f"[{HAN}]")
_LINE_BREAK = re.compile("[\n\r\u2028\u2029]")
_INSERTED = re.compile(rf"(?<=[{HAN}])(?=[{FILLERS}]{{1,2}}[{HAN}])")
_NO_FILLERS = {ord(c): None for c in FILLERS}


class _Written(dict[int, str]):
    """Code point to what is left of it when all noise is gone: plain letters, digits and simplified characters; filled as characters come."""

    def __init__(self, tables: CharacterTables, data: DisguiseData) -> None:
        super().__init__()
        self._simplified = tables.simplified
        self._pictures = {picture: word.lower() for picture, word in data.symbols.items() if len(picture) == 1}
        self._suspects = {c for picture in data.symbols if len(picture) > 1 for c in picture.translate(_JOINERS) if not c.isalnum()}
        self._suspects |= {c for written in tables.parts for c in written if c in tables.radicals}

    def __missing__(self, code: int) -> str:
        self[code] = self._reduce(chr(code))
        return self[code]

    def _reduce(self, character: str) -> str:
        if character in "\n\r\t" or ord(character) in _JOINERS:
            return ""
        simple = "".join(self._simplified.get(c, c) for c in plain(character))
        if not self._suspects.isdisjoint(character + simple) or unicodedata.category(character) in _UNSEEN:
            return _SUSPECT
        return "".join(_WORD.findall("".join(self._pictures.get(c, c) for c in simple)))


class _Sounds:
    """How written characters sound; one that imitates another may be meant either way."""

    def __init__(self, tables: CharacterTables, shapes: dict[str, str]) -> None:
        self._tables = tables
        either = [(c, tables.sound_of(c), tables.sound_of(meant)) for c, meant in shapes.items() if tables.sound_of(c) != tables.sound_of(meant)]
        self.codes = dict(tables.sounds)
        self.codes |= {ord(c): self.codes[ord(meant)] for c, meant in shapes.items() if ord(meant) in self.codes}
        self.codes |= {ord(c): chr(_FIRST_SHAPE_CODE + place) for place, (c, _, _) in enumerate(either)}
        self._either: dict[str, list[str]] = {}
        for c, *sounds in either:
            for sound in sounds:
                self._either.setdefault(sound, []).append(self.codes[ord(c)])

    def spellings(self, word: str) -> Iterable[str]:
        """Give every string of codes that may be meant as the word."""
        sounds = self._tables.sound_of(word)
        return ("".join(codes) for codes in product(*([sound, *self._either.get(sound, ())] for sound in sounds)))


class Prefilter:
    """Tells whether a text may hold a trace of any signal.

    Args:
        traces: the words of which one is reason for a closer look.
        hints: the words of which it takes several.
        data: how words are hidden.
        tables: character tables.
    """

    def __init__(self, traces: set[str], hints: set[str], data: DisguiseData, tables: CharacterTables) -> None:
        self._written = _Written(tables, data)
        sounds = _Sounds(tables, data.shapes)
        self._sound = sounds.codes
        pictures = {picture: word.lower() for picture, word in data.symbols.items() if len(picture) == 1}
        self._plain = str.maketrans({**tables.simplified, **LETTERS, **pictures})
        telltale = {word.translate(self._written) for word in traces}
        variants = data.written_forms()
        telling = [forms for word, forms in variants.items() if any(_overlap(trace, word) for trace in traces | hints)]
        forms = {form.translate(_JOINERS).lower() for writings in telling for form in writings}
        producible = {*data.keywords, *variants, *data.symbols.values()}
        spelled = {code for word in telltale if any(_overlap(word, other) for other in producible) for code in sounds.spellings(word)}
        spelled |= {code for form in forms if form.isalnum() for code in sounds.spellings(form)}
        spelled |= {code for letters in _lettered(data.keywords, tables) for code in sounds.spellings(letters)}
        parts = {part.translate(self._written) for part in tables.parts}
        words = {word for word in telltale | _backwards(telltale) | parts if _SUSPECT not in word} | {_SUSPECT}
        hinting = {word.translate(self._written) for word in hints}
        # Hints are looked for by their sound too: one as it should be and one that merely sounds like one are two.
        written = Lookout(words, hinting | _backwards(hinting))
        heard = Lookout(spelled, {code for word in hinting for code in sounds.spellings(word)})
        self._searches = [(written, None), (heard, self._sound)]
        symbolic = {form for form in forms if not form.isalnum()}
        self._forms = AhoCorasick(sorted(symbolic), matchkind=MatchKind.Standard)
        self._symbols = {c for form in symbolic for c in form if not _WORD.match(c)}
        self._readings = [Reading(self._written.__getitem__, written), Reading(lambda code: self._written[code].translate(self._sound), heard)]
        self._doubts = Doubts(self._kind)

    def may_hold(self, text: str) -> bool:
        """Say whether the text may hold a trace of a signal; False is certain."""
        written = text.translate(self._written)
        if self._heard(written):
            return True
        folded = unicodedata.normalize("NFKC", text.translate(_JOINERS)).lower()
        if not self._symbols.isdisjoint(folded) and self._forms.find_matches_as_indexes(folded.translate(self._plain)):
            return True
        if _LINE_BREAK.search(text) and Columns.possible(text):
            return True
        return len(_INSERTED.findall(written)) >= 2 and self._heard(written.translate(_NO_FILLERS))

    def may_hold_each(self, texts: Sequence[str]) -> list[bool]:
        """Say the same of each of many texts, at a tenth of the cost for most."""
        points, ends = code_points(texts)
        held = self._with_words(points, ends)
        unsure, filled = self._doubts.rows(points, ends)
        if filled.size:
            held[filled] |= self._with_words(*self._doubts.without_fillers(*code_points([texts[row] for row in filled.tolist()])))
        for row in unsure[~held[unsure]].tolist():
            held[row] = self.may_hold(texts[row])
        return list(map(bool, held))

    def _with_words(self, points: NDArray[np.uint32], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
        held: NDArray[np.bool_] = np.zeros(len(ends), dtype=bool)
        for reading in self._readings:
            held[reading.rows_with_words(points, ends)] = True
        return held

    def _heard(self, written: str) -> bool:
        return any(lookout.sees(written.translate(table) if table else written) for lookout, table in self._searches)

    def _kind(self, code: int) -> Kind:
        """Say what matters about a character. Unsure is one that stands for several, breaks a line or writes a symbol."""
        character, left = chr(code), self._written[code]
        kind = Kind(0) if left else Kind.DELETED
        if _HAN.fullmatch(left):
            kind |= Kind.HAN
        if left and left in FILLERS:
            kind |= Kind.FILLER
        if len(left) > 1 or _LINE_BREAK.match(character) or code in _JOINERS or not self._symbols.isdisjoint(plain(character)):
            kind |= Kind.UNSURE
        return kind


def _backwards(words: set[str]) -> set[str]:
    return {word[::-1] for word in words if len(word) > 1}


def _overlap(word: str, other: str) -> bool:
    """Say whether writing ``other`` somewhere could write a part of ``word``."""
    for shift in range(1 - len(other), len(word)):
        first, last = max(0, shift), min(len(word), shift + len(other))
        if word[first:last] == other[first - shift : last - shift]:
            return True
    return False


def _lettered(keywords: list[str], tables: CharacterTables) -> set[str]:
    """Spell keywords with letters for at least one syllable: tui保, 退bao, tuibao."""
    spellings: dict[str, list[str]] = {}
    for syllable, code in tables.codes.items():
        spellings.setdefault(code, []).append(syllable)
    made: set[str] = set()
    for word in keywords:
        codes = tables.sound_of(word)
        if 2 <= len(word) <= 4 and all(code in spellings for code in codes):
            made.update("".join(parts) for parts in product(*([code, *spellings[code]] for code in codes)) if "".join(parts) != codes)
    return made
