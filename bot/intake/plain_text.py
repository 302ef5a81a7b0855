"""The form in which stories are read: half width, lower case, without stray blanks."""

import re
import unicodedata

READ_CHARACTERS = 8_000  # of a story; longer ones are pasted material whose start holds the facts
_RUNS = re.compile(r"([ \t\u3000])[ \t\u3000]+|(?<=\d{40})\d+")  # never told, but costly to every pattern
_COMMA = re.compile(r",(?!\d{3}(?!\d))")
_SENTENCE_SIGNS = str.maketrans({"!": "！", "?": "？", ";": "；"})
_BLANKS_IN_CHINESE = re.compile(r"(?<=[^\x00-\x7f])[ \t\u3000]+(?=[^\x00-\x7f])")
_BLANKS_BESIDE_CHINESE = re.compile(r"(?<=[^\x00-\x7f])[ \t]+|[ \t]+(?=[^\x00-\x7f])")


def plain(text: str) -> str:
    """Returns a story in half-width lower case, without the blanks that voice input and phones put between Chinese characters."""
    normal = _RUNS.sub(lambda run: run[1] or "", unicodedata.normalize("NFKC", text[:READ_CHARACTERS]).lower())[:READ_CHARACTERS]
    normal = _COMMA.sub("，", normal).translate(_SENTENCE_SIGNS)  # one form of each sign, so that patterns name it once
    return _BLANKS_BESIDE_CHINESE.sub("", _BLANKS_IN_CHINESE.sub("", normal))
