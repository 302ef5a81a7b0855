"""Says in microseconds that a text cannot hold any trace of a signal, behind whatever disguise.

Exact in one direction: what it turns away the whole pipeline would find nothing in either. Each disguise has its counterpart here, wider than
the disguise itself; a test runs both over every text it can find.
"""

from __future__ import annotations

import unicodedata
from itertools import product

from ahocorasick_rs import AhoCorasick, MatchKind

from bot.scam.data import DisguiseData
from bot.scam.disguises.characters import TONED, plain
from bot.scam.disguises.layout import FILLER, Columns
from bot.scam.tables import CharacterTables

# Stands in the skeleton for what never occurs in everyday text: a lone radical, a character nobody can see.
_SUSPECT = "\uf8ff"
# Common in honest emoji, so they are removed, not suspected.
_EMOJI_JOINERS = ("\ufe0f", "\u200d")
_DELETE_ALNUM = {ord(c): None for c in "0123456789abcdefghijklmnopqrstuvwxyz"}


class _Skeleton(dict[int, str]):
    """Code point to what is left of it: a syllable code, a letter or digit, nothing; filled as characters come."""

    def __init__(self, tables: CharacterTables, data: DisguiseData) -> None:
        super().__init__()
        self._tables = tables
        self._shapes = data.shapes
        self._words = {picture: word for picture, word in data.symbols.items() if len(picture) == 1}
        self._suspects = {c for picture in data.symbols if len(picture) > 1 for c in picture if not c.isalnum() and c not in _EMOJI_JOINERS}
        self._suspects |= {c for written in tables.parts for c in written if c in tables.radicals}

    def __missing__(self, code: int) -> str:
        left = self._reduce(chr(code))
        self[code] = left
        return left

    def _reduce(self, character: str) -> str:
        if character in self._suspects:
            return _SUSPECT
        if character in self._words:
            return self._spell(self._words[character])
        if unicodedata.category(character) in {"Cf", "Cc", "Cs", "Mn", "Me", "Cn"} and character not in _EMOJI_JOINERS and character not in "\n\r\t":
            return _SUSPECT
        return self._spell(plain(character))

    def _spell(self, plain: str) -> str:
        left = []
        for c in plain:
            simple = self._tables.simplified.get(c, c)
            shape = self._shapes.get(simple, simple)
            sound = self._tables.sound_of(shape)
            if sound != shape or (c.isascii() and c.isalnum()):
                left.append(sound)
            elif "\u3400" <= c <= "\u9fff":
                left.append(c)
        return "".join(left)


class _Plain(dict[int, str]):
    """Code point to the plain simplified character, or nothing for noise; filled as characters come."""

    def __init__(self, tables: CharacterTables) -> None:
        super().__init__()
        self._simplified = tables.simplified

    def __missing__(self, code: int) -> str:
        left = "".join(self._simplified.get(c, c) for c in plain(chr(code)) if c.isalnum() or "\u3400" <= c <= "\u9fff")
        self[code] = left
        return left


class Prefilter:
    """Tells whether a text may hold a trace of any signal.

    Args:
        traces: the words of the rules that are a trace.
        data: how words are hidden.
        tables: character tables.
    """

    def __init__(self, traces: set[str], data: DisguiseData, tables: CharacterTables) -> None:
        self._skeleton = _Skeleton(tables, data)
        producible = {*data.keywords, *data.variants, *data.symbols.values()}
        disguisable = {word for word in traces if any(_overlap(word, other) for other in producible)}
        spelled = {self._bare(word) for word in disguisable}
        for canonical, forms in data.variants.items():
            containing = [word for word in traces if canonical in word] or [w for w in (canonical,) if any(t in w for t in traces)]
            spelled.update(self._bare(word.replace(canonical, form)) for word in containing for form in forms if form.isalnum())
        spelled.update(_lettered(data.keywords, tables))
        self._sounds = AhoCorasick(sorted(spelled - {""}) + [_SUSPECT], matchkind=MatchKind.Standard)
        self._plain = _Plain(tables)
        backwards = {word[::-1] for word in traces if len(word) > 1}
        self._words = AhoCorasick(sorted(traces | backwards), matchkind=MatchKind.Standard)
        symbolic = {form.lower() for forms in data.variants.values() for form in forms if not form.isalnum()}
        self._writings = AhoCorasick(sorted(symbolic | set(tables.parts)), matchkind=MatchKind.Standard)
        wide = {code + 0xFEE0: chr(code).lower() for code in range(0x21, 0x7F)}
        self._simplified = str.maketrans({**tables.simplified, **TONED, **{chr(code): letter for code, letter in wide.items()}})

    def _bare(self, text: str) -> str:
        return text.translate(self._skeleton)

    def may_hold(self, text: str) -> bool:
        """Say whether the text may hold a trace of a signal; False is certain."""
        for joiner in _EMOJI_JOINERS:
            if joiner in text:
                text = text.replace(joiner, "")
        skeleton = text.translate(self._skeleton)
        if self._sounds.find_matches_as_indexes(skeleton):
            return True
        if self._words.find_matches_as_indexes(text.translate(self._plain)):
            return True
        plain = text.translate(self._simplified).lower()
        if self._writings.find_matches_as_indexes(plain):
            return True
        if "\n" in text and Columns.possible(text):
            return True
        if len(FILLER.findall(plain)) >= 2:
            bare = skeleton.translate(_DELETE_ALNUM)
            words = text.translate(self._plain).translate(_DELETE_ALNUM)
            return bool(self._sounds.find_matches_as_indexes(bare) or self._words.find_matches_as_indexes(words))
        return False


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
