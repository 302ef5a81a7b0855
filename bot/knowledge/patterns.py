"""What the recognisers of this package do alike with the patterns of the data files and with the texts they look at."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.knowledge.quantities import fold

_MARKS = re.compile(r"[\W_]+")
_NOWHERE = "(?!)"


def any_of(patterns: Iterable[str], flags: int = 0) -> re.Pattern[str]:
    """One pattern that matches where any of `patterns` does, the first ones first; nowhere when there are none.

    Raises:
        re.error: One of them is no regular expression.
    """
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or _NOWHERE, flags)


def bare(text: str) -> str:
    """The text folded and without spaces and punctuation, for comparing whole messages; offsets are lost."""
    return _MARKS.sub("", fold(text))
