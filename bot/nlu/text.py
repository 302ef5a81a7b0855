"""Turns what a person typed into the short clean text that the topic model reads.

Only the model sees this text. Entities and scam signals are always found in, and point into, the raw text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from opencc_pyo3 import OpenCC

MAX_RAW_CHARACTERS = 4000
"""Longer input is cut before any work is done on it, so that a pasted book costs no more than a long story."""

MODEL_HEAD_CHARACTERS = 120
"""How much of the beginning of a long text the topic model reads: people open with what it is about."""

MODEL_TAIL_CHARACTERS = 120
"""How much of its end: stories end with the question."""

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
_SPACES = re.compile(r"\s+")
_HAN = "\u3400-\u9fff"
_SPACE_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}，。！？、；：]) (?=[{_HAN}，。！？、；：])")
_REPEATED_MARKS = re.compile(r"([^\w\s])\1+")
_SAYS_SOMETHING = re.compile(r"\w")


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


def clean(raw: str) -> str:
    """Return the text in one writing: NFKC, simplified characters, lower case, no invisible characters, single spaces and marks.

    Args:
        raw: What the person typed, of any length; read up to `MAX_RAW_CHARACTERS`.

    Returns:
        The clean text; empty when nothing in it says anything (only emoji, marks or control characters).
    """
    text = unicodedata.normalize("NFKC", raw[:MAX_RAW_CHARACTERS])
    text = "".join(char if char in "\n\t" or unicodedata.category(char) not in _INVISIBLE else "" for char in text)
    text = _converter().convert(text).lower()
    text = _SPACE_BETWEEN_HAN.sub("", _SPACES.sub(" ", text)).strip()
    text = _REPEATED_MARKS.sub(r"\1", text)
    return text if _SAYS_SOMETHING.search(text) else ""


def abridge(text: str) -> str:
    """Return the beginning and end of a long clean text, which is where its topic is said; a short one unchanged."""
    if len(text) <= MODEL_HEAD_CHARACTERS + MODEL_TAIL_CHARACTERS:
        return text
    return f"{text[:MODEL_HEAD_CHARACTERS]} {text[-MODEL_TAIL_CHARACTERS:]}"
