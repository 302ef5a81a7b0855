"""Character tables the disguises need; ``bot.scam.build_tables`` makes their file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

# Initials and finals that people of different regions, and people hiding from a filter, write for one another.
_NEAR_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_NEAR_FINALS = (("ang", "an"), ("eng", "en"), ("ing", "in"))
# Syllables are stored one per private-use character, so that a text and its syllables have the same length.
_FIRST_CODE = 0xE000
_MAX_SYLLABLE_CHARS = 6
# A longer run of letters without a space is no sentence that anybody would read.
_MAX_SYLLABLES = 24


def near(syllable: str) -> str:
    """Fold syllables that sound nearly alike into one spelling."""
    for long, short in _NEAR_INITIALS:
        if syllable.startswith(long):
            syllable = short + syllable[len(long) :]
    for long, short in _NEAR_FINALS:
        if syllable.endswith(long):
            syllable = syllable[: -len(long)] + short
    return syllable.replace("ü", "v")


@dataclass(frozen=True)
class CharacterTables:
    """Readings, traditional forms and parts of characters.

    Args:
        readings: character to toneless syllable, as spelled.
        simplified: traditional character to simplified.
        parts: split writing such as 亻呆 to the whole character.
    """

    readings: dict[str, str]
    simplified: dict[str, str]
    parts: dict[str, str]

    @property
    def radicals(self) -> frozenset[str]:
        """Forms of radicals that stand alone only where a character was pulled apart."""
        return frozenset("亻辶廴阝氵扌讠钅忄纟糹饣刂犭礻⺮艹灬")

    @cached_property
    def codes(self) -> dict[str, str]:
        """Spelled syllable to the one private-use character that stands for all that sounds nearly like it."""
        spelled = sorted(set(self.readings.values()))
        folded = {key: chr(_FIRST_CODE + index) for index, key in enumerate(sorted({near(s) for s in spelled}))}
        return {s: folded[near(s)] for s in spelled}

    @cached_property
    def sounds(self) -> dict[int, str]:
        """Code point of a Chinese character to its syllable code, for ``str.translate``."""
        return {ord(character): self.codes[syllable] for character, syllable in self.readings.items()}

    def sound_of(self, text: str) -> str:
        """Turn every known Chinese character into its syllable code; other characters stay."""
        return text.translate(self.sounds)

    def syllables(self, letters: str) -> list[str]:
        """Cut a run of letters into spelled syllables, longest first; an empty list when it is no pinyin."""
        found: list[str] = []
        at = 0
        while at < len(letters) and len(found) <= _MAX_SYLLABLES:
            size = next((n for n in range(min(_MAX_SYLLABLE_CHARS, len(letters) - at), 0, -1) if letters[at : at + n] in self.codes), 0)
            if not size:
                return []
            found.append(letters[at : at + size])
            at += size
        return found if at == len(letters) else []


def load_tables(path: Path) -> CharacterTables:
    """Read the table file (lines ``kind<TAB>key<TAB>value``)."""
    kinds: dict[str, dict[str, str]] = {"sound": {}, "simple": {}, "split": {}}
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, key, value = line.split("\t")
        if kind == "sound":
            kinds["sound"].update(dict.fromkeys(value, key))
        else:
            kinds[kind][key] = value
    return CharacterTables(kinds["sound"], kinds["simple"], kinds["split"])
