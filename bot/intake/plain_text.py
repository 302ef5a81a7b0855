"""The form in which stories are read: half width, lower case, without stray blanks."""

import re
import unicodedata

READ_CHARACTERS = 8_000  # of a story; longer ones are pasted material whose start holds the facts
_RUNS = re.compile(r"([ \t\u3000])[ \t\u3000]+|(?<=\d{40})\d+")  # never told, but costly to every pattern
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060\ufeff]")  # hides a number from the patterns
_COMMA = re.compile(r",(?!\d{3}(?!\d))")
_SENTENCE_SIGNS = str.maketrans({"!": "！", "?": "？", ";": "；"})
_DIGIT = "[0-9零〇一幺二两三四五六七八九]"
_BREATH = r"[，、,\s]{1,2}"
# A phone number read out in breaths: 139, 4434, 7021.
_READ_OUT = re.compile(f"(?<!{_DIGIT})([1一幺]{_DIGIT}{{2}}){_BREATH}({_DIGIT}{{4}}){_BREATH}({_DIGIT}{{4}})(?!(?:{_BREATH})?{_DIGIT})")
# An id spelt out sign by sign, b a o 8 8 8, and one whose digits voice input wrote as words, bao八八八.
_SPELT = re.compile(r"(?<![a-z0-9_\-])[a-z](?: [a-z0-9_\-]){5,19}(?![a-z0-9_\-]| [a-z0-9_\-](?![a-z0-9_\-]))")
_SPOKEN_DIGITS = re.compile(r"(?<=[a-z]{2})[零〇一幺二三四五六七八九]{2,8}(?![零〇一幺二三四五六七八九十百千万个])")
_SPOKEN = str.maketrans("零〇一幺二三四五六七八九", "001123456789")
_BLANKS_IN_CHINESE = re.compile(r"(?<=[^\x00-\x7f])[ \t\u3000]+(?=[^\x00-\x7f])")
_BLANK_AS_COMMA = re.compile(r"(?<=[^\x00-\x7f]{4})[ \t\u3000]+(?=[^\x00-\x7f]{4})")  # many write a blank where a comma belongs
_BLANKS_BESIDE_CHINESE = re.compile(r"(?<=[^\x00-\x7f])[ \t]+|[ \t]+(?=[^\x00-\x7f])")


def spaced(text: str) -> str:
    """Returns a story in half-width lower case with single blanks where it has blanks."""
    return _RUNS.sub(lambda run: run[1] or "", unicodedata.normalize("NFKC", _UNSEEN.sub("", text[:READ_CHARACTERS])).lower())[:READ_CHARACTERS]


def plain(text: str) -> str:
    """Returns a story in half-width lower case, without the blanks that voice input and phones put between Chinese characters."""
    normal = _SPELT.sub(lambda spelt: spelt.group().replace(" ", ""), spaced(text))
    normal = _SPOKEN_DIGITS.sub(lambda spoken: spoken.group().translate(_SPOKEN), normal)
    normal = _READ_OUT.sub(r"\1\2\3", normal)
    normal = _COMMA.sub("，", normal).translate(_SENTENCE_SIGNS)  # one form of each sign, so that patterns name it once
    normal = _BLANK_AS_COMMA.sub("，", normal)
    return _BLANKS_BESIDE_CHINESE.sub("", _BLANKS_IN_CHINESE.sub("", normal))


def as_written(text: str, value: str | None) -> str | None:
    """Returns a value found in the plain form with the capital letters it has in the text; the value itself when blanks stand in it there."""
    if value is None or value.upper() == value:
        return value
    normal = unicodedata.normalize("NFKC", text)
    match = re.search(re.escape(value), normal, re.IGNORECASE)
    return match.group() if match else value
