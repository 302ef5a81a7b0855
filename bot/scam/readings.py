"""Looks for words in many texts at once: one pass of array operations over all their characters, one search over all that is left."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Sequence
from enum import IntFlag

import numpy as np
from ahocorasick_rs import AhoCorasick, BytesAhoCorasick, Implementation, MatchKind
from numpy.typing import NDArray

from bot.scam.matching import MIN_TRACES

# Two bytes a character, the first below 0x80 and the second not, so that a word is only ever found where a character begins.
_SECOND = 0x80


def _code(number: int) -> int:
    return number >> 7 | (_SECOND | number & 0x7F) << 8


# What a character may be besides one of the letters of the words; 0 is a character not met before.
_DELETED, _OTHER, _END = _code(0), _code(1), _code(2)
_FIRST_LETTER = 3


class Kind(IntFlag):
    """What matters about a character besides how it is read."""

    HAN = 1
    FILLER = 2
    UNSURE = 4
    DELETED = 8
    MET = 16


class Lookout:
    """The words to look for.

    Args:
        alone: those of which one is enough.
        hints: those of which it takes `MIN_TRACES`; words that overlap count as several, so more is seen than there may be.
    """

    def __init__(self, alone: Collection[str], hints: Collection[str]) -> None:
        self.alone = sorted(word for word in alone if word)
        self.words = self.alone + sorted(word for word in hints if word)
        self._find = AhoCorasick(self.words, matchkind=MatchKind.Standard)

    def sees(self, text: str) -> bool:
        """Say whether a text holds enough of the words."""
        hits = self._find.find_matches_as_indexes(text, overlapping=True)
        return len(hits) >= MIN_TRACES or any(index < len(self.alone) for index, _, _ in hits)


class Reading:
    """One way of reading characters, and the words to look for in what is read.

    Args:
        read: gives what is left of a code point.
        lookout: what to look for.
    """

    def __init__(self, read: Callable[[int], str], lookout: Lookout) -> None:
        self._read = read
        letters = sorted({c for word in lookout.words for c in word})
        self._codes = {c: _code(place) for place, c in enumerate(letters, start=_FIRST_LETTER)}
        self._table: NDArray[np.uint16] = np.zeros(sys.maxunicode + 1, dtype="<u2")
        written = [np.array([self._codes[c] for c in word], dtype="<u2").tobytes() for word in lookout.words]
        self._alone = len(lookout.alone)
        self._find = BytesAhoCorasick(written, matchkind=MatchKind.Standard, implementation=Implementation.ContiguousNFA)

    def rows_with_words(self, points: NDArray[np.uint32], ends: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the rows that hold enough of the words.

        Args:
            points: code points of all rows, each with one character more at its end.
            ends: where those stand.
        """
        codes = self._table[points]
        if not codes.all():
            for point in np.unique(points[codes == 0]).tolist():
                left = self._read(point)
                self._table[point] = self._codes.get(left, _OTHER) if left else _DELETED
            codes = self._table[points]
        codes[ends] = _END
        left_over = codes[codes != _DELETED]
        hits = self._find.find_matches_as_indexes(left_over.tobytes(), overlapping=True)
        words, starts, _ = np.array(hits, dtype=np.int64).reshape(-1, 3).T
        rows = np.searchsorted(np.flatnonzero(left_over == _END), starts >> 1)
        return np.flatnonzero(np.bincount(rows, weights=np.where(words < self._alone, MIN_TRACES, 1)) >= MIN_TRACES)


class Doubts:
    """Finds the texts that need a closer look whatever words they hold.

    Args:
        kind: gives the kind of a code point.
    """

    def __init__(self, kind: Callable[[int], Kind]) -> None:
        self._kind = kind
        self._table: NDArray[np.uint8] = np.zeros(sys.maxunicode + 1, dtype=np.uint8)

    def rows(self, points: NDArray[np.uint32], ends: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give the rows with a character of kind ``UNSURE``, and those with two fillers between Chinese characters; arguments as for `Reading`."""
        kinds = self._kinds(points)
        kinds[ends] = 0
        unsure = np.searchsorted(ends, np.flatnonzero(kinds & Kind.UNSURE))
        kinds = kinds[(kinds & Kind.DELETED) == 0]
        han, filler = (kinds & Kind.HAN).astype(bool), (kinds & Kind.FILLER).astype(bool)
        # One filler or two in a row, with a Chinese character on both sides.
        inserted = np.flatnonzero(han[:-3] & filler[1:-2] & (han[2:-1] | filler[2:-1] & han[3:]))
        counts = np.bincount(np.searchsorted(np.flatnonzero(kinds == 0), inserted), minlength=1)
        return np.unique(unsure), np.flatnonzero(counts >= 2)

    def without_fillers(self, points: NDArray[np.uint32], ends: NDArray[np.int64]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """Give the same rows with every filler gone."""
        kept = (self._kinds(points) & Kind.FILLER) == 0
        kept[ends] = True
        return points[kept], np.cumsum(kept)[ends] - 1

    def _kinds(self, points: NDArray[np.uint32]) -> NDArray[np.uint8]:
        kinds = self._table[points]
        if not kinds.all():
            for point in np.unique(points[kinds == 0]).tolist():
                self._table[point] = self._kind(point) | Kind.MET
            kinds = self._table[points]
        return kinds


def code_points(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Give the code points of all texts, each with one character more at its end, and where those stand."""
    joined = "\n".join([*texts, ""])
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    return points, np.cumsum(np.fromiter((len(text) + 1 for text in texts), np.int64, len(texts))) - 1
