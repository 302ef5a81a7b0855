"""What every disguise has in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import rjieba
from ahocorasick_rs import AhoCorasick, MatchKind

from bot.scam.offsets import MappedText
from bot.scam.tables import CharacterTables

HAN = "\u3400-\u9fff"


class Disguise(Protocol):
    """One way of hiding words, undone."""

    def undo(self, text: MappedText) -> MappedText:
        """Give the text with this disguise removed; the very same object when there was none."""
        ...


class SoundIndex:
    """Words, found by their sound.

    Args:
        words: the words.
        tables: character tables.
    """

    def __init__(self, words: Sequence[str], tables: CharacterTables) -> None:
        self._words = words
        self._find = AhoCorasick([tables.sound_of(word) for word in words], matchkind=MatchKind.Standard)

    def find(self, sounds: str) -> Iterator[tuple[int, int, str]]:
        """Find words in a string of syllable codes: ``(start, end, word)``, overlapping."""
        for index, start, end in self._find.find_matches_as_indexes(sounds, overlapping=True):
            yield start, end, self._words[index]


class Keywords:
    """The words that people disguise, found by spelling or by sound.

    Args:
        words: keywords worth hiding.
        known: further words of the rules; they only need to be found when something was inserted into them.
        traces: the words of the rules that are a trace of a signal.
        honest: words that merely sound like a keyword.
        tables: character tables.
    """

    def __init__(self, words: list[str], known: set[str], traces: set[str], honest: set[str], tables: CharacterTables) -> None:
        self.tables = tables
        self.words = sorted(w for w in words if len(w) > 1)
        self._honest = honest
        self.by_sound = SoundIndex(self.words, tables)
        self._traces = AhoCorasick(sorted(w for w in traces if len(w) > 1), matchkind=MatchKind.Standard)
        pulled_apart = {written for written in tables.parts if any(c in tables.radicals for c in written)}
        self._by_spelling = AhoCorasick(sorted(w for w in known | set(words) | pulled_apart if len(w) > 1), matchkind=MatchKind.Standard)

    def spelled(self, text: str) -> list[tuple[int, int]]:
        """Find keywords and other known words as written, overlapping."""
        return [(start, end) for _, start, end in self._by_spelling.find_matches_as_indexes(text, overlapping=True)]

    def traces(self, text: str) -> int:
        """Count the different words in a text that are a trace of a signal, as written."""
        return len({index for index, _, _ in self._traces.find_matches_as_indexes(text, overlapping=True)})

    def heard(self, text: str) -> list[tuple[int, int]]:
        """Find keywords by sound where they are no honest word."""
        found = list(self.by_sound.find(self.tables.sound_of(text)))
        return [(start, end) for start, end, word in found if text[start:end] == word or not self.is_honest(text, start, end)]

    def is_honest(self, text: str, start: int, end: int) -> bool:
        """Say whether ``text[start:end]`` is, or cuts into, words that a dictionary knows (推|保养, 待|理赔, 报废)."""
        if text[start:end] in self._honest:
            return True
        left, right = max(0, start - 4), min(len(text), end + 4)
        position = left
        for word in rjieba.cut(text[left:right], False):
            word_end = position + len(word)
            inside = start <= position and word_end <= end
            if len(word) > 1 and position < end and start < word_end and (not inside or (position, word_end) == (start, end)):
                return True
            position = word_end
        return any(word in text[max(0, start - 1) : end + 1] for word in self._honest)
