"""Disguises of arrangement: noise between characters, reversed writing, writing in columns."""

from __future__ import annotations

import re

from bot.scam.disguises.base import HAN, Keywords
from bot.scam.offsets import MappedText

# Longer runs between two characters are layout, not noise.
MAX_NOISE_RUN = 8
# Columns are short posters; anything longer is ordinary text with line breaks.
MAX_COLUMN_ROWS = 16
MAX_COLUMN_WIDTH = 10
# A text is read backwards only when that shows at least this many keywords more.
MIN_KEYWORDS_GAINED = 2

_WORD = rf"0-9a-z{HAN}"
_RUN = re.compile(rf"(?<=[{_WORD}])[^{_WORD}]{{1,{MAX_NOISE_RUN}}}(?=[{_WORD}])")
_NOT_WORD = re.compile(rf"[^{_WORD}]+")
_STOP = re.compile(r"[。!?\n,、;:]")
_PICTURES = r"*_~^|•●◆■★☆✨\u2190-\u2bff\U0001f000-\U0001faff"
_DASHES = "·.—-"
# Looked for first: most texts have none of them, and the expression below is slow.
_ORNAMENTAL = re.compile(f"[{_PICTURES}{_DASHES}]")
# Pictures and typewriter ornaments: between two characters of a sentence they are never anything but noise; dots and dashes are between Chinese.
_ORNAMENT = re.compile(
    rf"(?<=[{_WORD}])[^{_WORD}]*[{_PICTURES}][^{_WORD}]*(?=[{_WORD}])"
    rf"|(?<=[{HAN}])[ {_DASHES}]*[{_DASHES}][ {_DASHES}]*(?=[{HAN}])"
)
# Single characters set apart, three or more in a row, are noise whatever stands between them: 全。额。退。保
_SPREAD = re.compile(rf"(?<![{_WORD}])(?:[{HAN}][^{_WORD}]{{1,{MAX_NOISE_RUN}}}){{2,}}[{HAN}](?![{_WORD}])")
# Something between most characters is noise wherever it stands, inside a word or not: t✨u i—保^成．功
MIN_STREWN_RUNS = 6
MIN_STREWN_SHARE = 0.4
# A letter, a digit or a bare stroke put between two characters.
FILLERS = "0123456789abcdefghijklmnopqrstuvwxyz丶丨亅丿灬"
FILLER = re.compile(rf"(?<=[{HAN}])[{FILLERS}]{{1,2}}(?=[{HAN}])")


class Noise:
    """Spaces, symbols, emoji, digits or letters put between the characters of a word.

    Args:
        keywords: the words worth hiding, and the other words of the rules.
    """

    def __init__(self, keywords: Keywords) -> None:
        self._keywords = keywords

    def undo(self, text: MappedText) -> MappedText:
        """Remove what stands inside a known word, and only there."""
        if _NOT_WORD.search(text.text):
            text = self._without_symbols(text)
        # Honest texts have a stray letter or digit inside a word (3天内), so one alone is not enough.
        fillers = [match.span() for match in FILLER.finditer(text.text)]
        return self._without(text, fillers, needed=2)

    def _without_symbols(self, text: MappedText) -> MappedText:
        given, runs = text, self._runs(text)
        if len(runs) >= MIN_STREWN_RUNS and len(runs) >= MIN_STREWN_SHARE * len(_NOT_WORD.sub("", text.text)):
            text = text.edited((start, end, "") for start, end in runs)
        if _ORNAMENTAL.search(text.text):
            ornaments = [match.span() for match in _ORNAMENT.finditer(text.text)]
            short = [(start, end) for start, end in ornaments if end - start <= MAX_NOISE_RUN and not _STOP.search(text.text, start, end)]
            text = text.edited((start, end, "") for start, end in short)
        if spread := [match.span() for match in _SPREAD.finditer(text.text)]:
            text = text.edited(
                (match.start(), match.end(), "") for match in _RUN.finditer(text.text) if any(first <= match.start() < last for first, last in spread)
            )
        return self._without(text, runs if text is given else self._runs(text), needed=1)

    @staticmethod
    def _runs(text: MappedText) -> list[tuple[int, int]]:
        return [match.span() for match in _RUN.finditer(text.text) if not _STOP.search(text.text, *match.span())]

    def _without(self, text: MappedText, runs: list[tuple[int, int]], needed: int) -> MappedText:
        if len(runs) < needed:
            return text
        parts: list[str] = []
        junctions: dict[int, tuple[int, int]] = {}
        done = removed = 0
        for start, end in runs:
            parts.append(text.text[done:start])
            junctions[start - removed] = (start, end)
            removed += end - start
            done = end
        joined = "".join([*parts, text.text[done:]])
        inside: set[tuple[int, int]] = set()
        for first, last in [*self._keywords.spelled(joined), *self._keywords.heard(joined)]:
            inside.update(junctions[at] for at in range(first + 1, last) if at in junctions)
        if len(inside) < needed:
            return text
        return text.edited((start, end, "") for start, end in sorted(inside))


class Reversed:
    """Text written backwards: 保退额全.

    Args:
        keywords: the words worth hiding.
    """

    def __init__(self, keywords: Keywords) -> None:
        self._keywords = keywords

    def undo(self, text: MappedText) -> MappedText:
        """Turn a line round where that shows clearly more keywords."""
        lines = text.text.splitlines(keepends=True)
        bodies = [len(line.rstrip("\r\n")) for line in lines]
        turned = [self._gain(line[:body]) for line, body in zip(lines, bodies, strict=True)]
        if not any(turned):
            return text
        order: list[int] = []
        start = 0
        for line, body, turn in zip(lines, bodies, turned, strict=True):
            indexes = range(start, start + body)
            order += reversed(indexes) if turn else indexes
            order += range(start + body, start + len(line))
            start += len(line)
        return text.reordered(order)

    def _gain(self, line: str) -> bool:
        # Noise may have been strewn over it too; it is removed later, in the right order.
        line = _NOT_WORD.sub("", line)
        back = self._keywords.traces(line[::-1])
        return back >= MIN_KEYWORDS_GAINED and back >= self._keywords.traces(line) + MIN_KEYWORDS_GAINED


class Columns:
    """Text written in columns, to be read downwards from the left or from the right.

    Args:
        keywords: the words worth hiding.
    """

    def __init__(self, keywords: Keywords) -> None:
        self._keywords = keywords

    @staticmethod
    def possible(text: str) -> bool:
        """Say whether the lines are few and short enough to be columns."""
        lines = text.splitlines()
        return 2 <= len(lines) <= 2 * MAX_COLUMN_ROWS and all(len(_NOT_WORD.sub("", line)) <= 2 * MAX_COLUMN_WIDTH for line in lines)

    def undo(self, text: MappedText) -> MappedText:
        """Read it downwards where that shows clearly more keywords."""
        written = text.text.splitlines(keepends=True)
        if len(written) < 2:
            return text
        lines: list[list[int]] = []
        start = 0
        for line in written:
            lines.append([start + i for i, c in enumerate(line) if not c.isspace()])
            start += len(line)
            if len(lines) > MAX_COLUMN_ROWS or len(lines[-1]) > MAX_COLUMN_WIDTH:
                return text
        lines = [line for line in lines if line]
        width = max((len(line) for line in lines), default=0)
        if len(lines) < 2 or width < 2:
            return text
        columns = [[line[c] for line in lines if c < len(line)] for c in range(width)]
        rightwards = [i for column in columns for i in column]
        leftwards = [i for column in reversed(columns) for i in column]
        here = self._keywords.traces(text.text)
        best = max((rightwards, leftwards), key=lambda order: self._keywords.traces("".join(text.text[i] for i in order)))
        if self._keywords.traces("".join(text.text[i] for i in best)) >= here + MIN_KEYWORDS_GAINED:
            return text.reordered(best)
        return text
