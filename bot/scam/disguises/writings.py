"""Disguises that write a word by other means: symbols, nicknames and codes, parts of characters, look-alikes, sound-alikes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ahocorasick_rs import AhoCorasick, MatchKind

from bot.scam.disguises.base import HAN, Keywords, SoundIndex
from bot.scam.offsets import MappedText

_LETTERS = re.compile(r"[a-z]+")
_HAN = re.compile(f"[{HAN}]")
_HAN_WORD = re.compile(f"[{HAN}]+")
# What may stand between two syllables of one word.
_SPELLING_GAP = re.compile(r"[ '’-]{1,2}")
MIN_SPELLED_KEYWORDS = 2
# Letters of a code set apart: t/b, q.e.t.b
_APART = re.compile(r"(?<![0-9a-z])[a-z](?:[/.·\- ][a-z])+(?![0-9a-z])")
# How far from a code of letters Chinese or another code must be.
CODE_REACH = 6


def _longest(patterns: list[str]) -> AhoCorasick:
    return AhoCorasick(patterns, matchkind=MatchKind.LeftmostLongest)


def _longest_first(hit: tuple[int, int, str]) -> tuple[int, int]:
    start, end, _ = hit
    return start - end, start


def _longest_of_place(hit: tuple[int, int, str]) -> tuple[int, int]:
    start, end, _ = hit
    return start, -end


class Symbols:
    """Emoji and other pictures read as words.

    Args:
        words: picture to word.
    """

    def __init__(self, words: dict[str, str]) -> None:
        self._pictures = sorted(words)
        self._words = words
        self._find = _longest(self._pictures)

    def undo(self, text: MappedText) -> MappedText:
        """Write the words instead of the pictures."""
        hits = self._find.find_matches_as_indexes(text.text)
        return text.edited((start, end, self._words[self._pictures[index]].lower()) for index, start, end in hits)


class Variants:
    """Whole written forms such as 绿泡泡 or +v.

    Args:
        variants: canonical word to its other forms.
    """

    def __init__(self, variants: dict[str, list[str]]) -> None:
        # The canonical words are found too, and left: otherwise 加微 would be found in 加微信 and given a second 信.
        self._canonical = {form.lower(): word for word, forms in variants.items() for form in [*forms, word]}
        self._forms = sorted(self._canonical)
        self._find = AhoCorasick(self._forms, matchkind=MatchKind.Standard)

    def undo(self, text: MappedText) -> MappedText:
        """Write the canonical word; letter codes count only where no other letter or digit touches them and Chinese or another code is near."""
        raw = text.text
        edits: list[tuple[int, int, str]] = []
        done = 0
        for start, end, form in sorted([*self._standing(raw), *self._apart(raw)], key=_longest_of_place):
            if start < done or (form.isascii() and not self._is_code(raw, start, end)):
                continue
            done = end
            word = self._canonical[form]
            if raw[start:end] != word:
                edits.append((start, end, word))
        return text.edited(edits)

    def _apart(self, raw: str) -> list[tuple[int, int, str]]:
        """Give the codes whose letters are set apart."""
        found = [(match.start(), match.end(), "".join(_LETTERS.findall(match.group()))) for match in _APART.finditer(raw)]
        return [(start, end, form) for start, end, form in found if form in self._canonical]

    def _standing(self, raw: str) -> list[tuple[int, int, str]]:
        """Give the forms that no other letter or digit touches."""
        found = []
        for index, start, end in self._find.find_matches_as_indexes(raw, overlapping=True):
            form = self._forms[index]
            if form[-1].isascii() and raw[end : end + 1].isascii() and raw[end : end + 1].isalpha():
                continue
            if form[0].isascii() and form[0].isalpha() and raw[start - 1 : start].isascii() and raw[start - 1 : start].isalnum() and start:
                continue
            found.append((start, end, form))
        return found

    def _is_code(self, raw: str, start: int, end: int) -> bool:
        """Say whether letters stand for a word here: two letters alone are anybody's initials."""
        first, last = max(0, start - CODE_REACH), end + CODE_REACH
        if _HAN.search(raw, first, last):
            return True
        return len({form for _, _, form in self._standing(raw[first:last]) if form.isascii()}) >= MIN_SPELLED_KEYWORDS


class SplitCharacters:
    """Characters pulled apart (亻呆费), put together only where that makes a keyword.

    Args:
        parts: split writing to whole character.
        keywords: the words worth hiding.
    """

    def __init__(self, parts: dict[str, str], keywords: Keywords) -> None:
        self._writings = sorted(parts)
        self._parts = parts
        self._keywords = keywords
        self._find = _longest(self._writings)

    def undo(self, text: MappedText) -> MappedText:
        """Put them together."""
        hits = self._find.find_matches_as_indexes(text.text)
        if not hits:
            return text
        edits = [(start, end, self._parts[self._writings[index]]) for index, start, end in hits]
        joined = text.edited(edits).text
        # 亻呆 阝佥: what is pulled apart is set apart too.
        places = [place for place, c in enumerate(joined) if not c.isspace()]
        covered = [(places[first], places[last - 1] + 1) for first, last in self._keywords.heard("".join(joined[i] for i in places))]
        kept = []
        shift = 0
        for start, end, whole in edits:
            position = start - shift
            if any(first <= position < last for first, last in covered):
                kept.append((start, end, whole))
            shift += end - start - 1
        return text.edited(kept)


class LookAlikes:
    """Characters that look like another, read as that one only inside a keyword.

    Args:
        shapes: character to the one it imitates.
        keywords: the words worth hiding.
    """

    def __init__(self, shapes: dict[str, str], keywords: Keywords) -> None:
        self._table = str.maketrans(shapes)
        self._keywords = keywords

    def undo(self, text: MappedText) -> MappedText:
        """Write the imitated characters."""
        raw = text.text
        guess = raw.translate(self._table)
        if guess == raw:
            return text
        heard = [(start, end) for start, end in self._keywords.heard(guess) if not self._keywords.is_honest(raw, start, end)]
        covered = {i for start, end in heard for i in range(start, end)}
        return text.edited([(i, i + 1, guess[i]) for i in sorted(covered) if guess[i] != raw[i]])


class SpelledOut:
    """Whole words, or all of a text, in pinyin: quan e tui bao, TUIBAO找我.

    One spelled keyword alone is read as one only in a Chinese text; a text without any Chinese must spell several. Where keywords are spelled, other
    words that the rules know are too.

    Args:
        keywords: the words worth hiding.
        known: the words of the rules.
    """

    def __init__(self, keywords: Keywords, known: set[str]) -> None:
        self._keywords = keywords
        chinese = {word for word in known if len(word) > 1 and _HAN_WORD.fullmatch(word)} - set(keywords.words)
        self._others = SoundIndex(list({keywords.tables.sound_of(word): word for word in sorted(chinese)}.values()), keywords.tables)

    def undo(self, text: MappedText) -> MappedText:
        """Write the words in Chinese."""
        keywords: list[tuple[int, int, str]] = []
        others: list[tuple[int, int, str]] = []
        for spans in self._stretches(text.text):
            sounds = "".join(self._keywords.tables.codes[text.text[start:end]] for start, end in spans)
            for index, found in ((self._keywords.by_sound, keywords), (self._others, others)):
                found += [(spans[first][0], spans[last - 1][1], word) for first, last, word in index.find(sounds)]
        if not keywords or (len({word for _, _, word in keywords}) < MIN_SPELLED_KEYWORDS and not _HAN.search(text.text)):
            return text
        edits: list[tuple[int, int, str]] = []
        for start, end, word in sorted(keywords, key=_longest_first) + sorted(others, key=_longest_first):
            if all(end <= taken or start >= stop for taken, stop, _ in edits):
                edits.append((start, end, word))
        return text.edited(sorted(edits))

    def _stretches(self, raw: str) -> list[list[tuple[int, int]]]:
        """Give the syllables of each stretch of pinyin, as ranges of the text."""
        stretches: list[list[tuple[int, int]]] = []
        last = -1
        for run in _LETTERS.finditer(raw):
            syllables = self._keywords.tables.syllables(run.group())
            if not syllables:
                continue
            if last < 0 or not _SPELLING_GAP.fullmatch(raw, last, run.start()):
                stretches.append([])
            at = run.start()
            for syllable in syllables:
                stretches[-1].append((at, at + len(syllable)))
                at += len(syllable)
            last = run.end()
        return stretches


class SoundAlikes:
    """Homophones, near-homophones and letters for sounds: 葆费, 退宝, tui保.

    A word that a dictionary knows is honest. A word of which nothing is written as it should be, or like it, counts only beside another keyword.

    Args:
        keywords: the words worth hiding.
        shapes: character to the one it imitates.
    """

    def __init__(self, keywords: Keywords, shapes: dict[str, str]) -> None:
        self._keywords = keywords
        self._shapes = shapes
        self._codes = keywords.tables.codes

    def undo(self, text: MappedText) -> MappedText:
        """Write the keywords."""
        raw = text.text
        sounds, starts, ends = self._units(raw)
        hits = sorted(self._keywords.by_sound.find(sounds), key=_longest_first)
        edits: list[tuple[int, int, str]] = []
        taken: set[int] = set()
        certain = {word for first, last, word in hits if raw[starts[first] : ends[last - 1]] == word}
        for first, last, word in hits:
            start, end = starts[first], ends[last - 1]
            if taken.intersection(range(start, end)):
                continue
            written = raw[start:end]
            if written == word:
                taken.update(range(start, end))
                continue
            alike = sum(c in (raw[starts[i] : ends[i]], self._shapes.get(raw[starts[i]])) for i, c in zip(range(first, last), word, strict=True))
            lettered = any(ends[i] - starts[i] > 1 for i in range(first, last))
            if not (alike or certain - {word}) or (lettered and not (alike or certain)) or self._keywords.is_honest(raw, start, end):
                continue
            taken.update(range(start, end))
            edits.append((start, end, word))
        return text.edited(sorted(edits))

    def _units(self, raw: str) -> tuple[str, Sequence[int], Sequence[int]]:
        """Read the text as syllables: one code for each Chinese character and each spelled syllable."""
        runs = [run for run in _LETTERS.finditer(raw) if self._keywords.tables.syllables(run.group())]
        if not runs:
            return self._keywords.tables.sound_of(raw), range(len(raw)), range(1, len(raw) + 1)
        starts: list[int] = []
        ends: list[int] = []
        sounds: list[str] = []
        done = 0
        for run in runs:
            for i in range(done, run.start()):
                sounds.append(raw[i])
                starts.append(i)
                ends.append(i + 1)
            position = run.start()
            for syllable in self._keywords.tables.syllables(run.group()):
                sounds.append(self._codes[syllable])
                starts.append(position)
                position += len(syllable)
                ends.append(position)
            done = run.end()
        for i in range(done, len(raw)):
            sounds.append(raw[i])
            starts.append(i)
            ends.append(i + 1)
        return self._keywords.tables.sound_of("".join(sounds)), starts, ends
