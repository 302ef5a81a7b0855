"""Disguises of single characters: width, invisible characters, traditional forms."""

from __future__ import annotations

import re
import unicodedata

from bot.scam.offsets import MappedText

# Zero-width characters, direction marks, soft hyphen, variation selectors, tags, controls other than line breaks and tab, lone surrogates.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff9-\ufffd\ud800-\udfff\U000e0000-\U000e0fff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u0300-\u036f\u0483-\u0489\u20d0-\u20ff]"
)


_TONES = "\u0304\u0301\u030c\u0300"
# Vowels with a tone mark, as pinyin is written; ü is typed v.
_TONED = {unicodedata.normalize("NFC", vowel + tone): vowel for vowel in "aeiou" for tone in _TONES}
_TONED |= {unicodedata.normalize("NFC", "ü" + tone): "v" for tone in ("", *_TONES)}


# Letters of other alphabets that look like Latin ones.
_ALIKE = dict(zip("авеікмнорстухьѕһԁɡαβειкνορτυχ", "abeikmhopctyxbshdgabeiknoptyx", strict=True))
LETTERS = _TONED | _ALIKE


def plain(character: str) -> str:
    """Give the plain lower-case form of one character."""
    folded = unicodedata.normalize("NFKC", character).lower()
    return LETTERS.get(folded, folded)


class _Plain(dict[int, str]):
    """Code point to plain lower-case form; filled as characters come."""

    def __missing__(self, code: int) -> str:
        self[code] = plain(chr(code))
        return self[code]


class Invisible:
    """Zero-width, control and combining characters put between or over the letters."""

    def undo(self, text: MappedText) -> MappedText:
        """Remove them."""
        return text.edited((match.start(), match.end(), "") for match in _INVISIBLE.finditer(text.text))


class Width:
    """Full width, circled, mathematical and other styled forms, capitals, tone marks, and letters of other alphabets that look Latin."""

    def __init__(self) -> None:
        self._plain = _Plain()
        # Characters met before that are plain already: a look at this set costs a tenth of a translation.
        self._met: set[str] = set()

    def undo(self, text: MappedText) -> MappedText:
        """Give the plain lower-case form, character by character, so that offsets stay exact."""
        raw = text.text
        if self._met.issuperset(raw):
            return text
        folded = raw.translate(self._plain)
        if folded == raw:
            self._met.update(raw)
            return text
        # No character has an empty form, so the same length means one character for each.
        if len(folded) == len(raw):
            return MappedText(folded, text.starts, text.ends)
        return text.edited([(i, i + 1, self._plain[ord(c)]) for i, c in enumerate(raw) if self._plain[ord(c)] != c])


class Traditional:
    """Traditional characters.

    Args:
        simplified: traditional character to simplified.
    """

    def __init__(self, simplified: dict[str, str]) -> None:
        self._table = str.maketrans(simplified)
        self._traditional = frozenset(simplified)

    def undo(self, text: MappedText) -> MappedText:
        """Write them in simplified form; the length never changes."""
        if self._traditional.isdisjoint(text.text):
            return text
        return MappedText(text.text.translate(self._table), text.starts, text.ends)
