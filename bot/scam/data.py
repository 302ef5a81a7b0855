"""Schemas of the files in ``data/scam``, and the one way to read them."""

from __future__ import annotations

import csv
import itertools
import re
from enum import StrEnum
from pathlib import Path
from typing import Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.data_files import read_yaml
from bot.scam.errors import ScamInputError

Model = TypeVar("Model", bound=BaseModel)


class Verdict(StrEnum):
    """What the evidence amounts to."""

    EVIDENT = "evident"
    SUSPICIOUS = "suspicious"
    NONE = "none"


class Strict(BaseModel):
    """A record of a data file; an unknown key is an error of its author."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class DisguiseData(Strict):
    """``disguise.yml``."""

    keywords: list[str]
    honest: list[str]
    symbols: dict[str, str]
    variants: dict[str, list[str]]
    shapes: dict[str, str]
    radicals: dict[str, str]

    def written_forms(self) -> dict[str, list[str]]:
        """Give the variants, and for two words in a row their letter codes in a row (bx + tb: bxtb)."""
        codes = [(form, word) for word, forms in self.variants.items() for form in forms if re.fullmatch("[a-z]{2,}", form)]
        written = {word: list(forms) for word, forms in self.variants.items()}
        for (first, word), (second, other) in itertools.permutations(codes, 2):
            written.setdefault(word + other, []).append(first + second)
        return written


class Concept(Strict):
    """One idea and the words for it.

    Args:
        trace: whether such a word is rare enough in everyday text to be worth a closer look; every rule needs one.
        insurance: whether such a word names insurance or surrender itself.
        whole: whether such a word means nothing else, whatever shorter words stand inside it.
        words: the words, as they stand in normalised text.
    """

    trace: bool = False
    insurance: bool = False
    whole: bool = False
    words: list[str] = Field(min_length=1)


class LexiconData(Strict):
    """``lexicon.yml``.

    Args:
        hints: words that are no idea of any rule; several of them are reason enough to ask the speaker model.
        concepts: ideas by name.
    """

    hints: list[str]
    concepts: dict[str, Concept]


class Rule(Strict):
    """One rule about how agents talk, or about what shows that someone else is speaking.

    Args:
        id: unique name.
        signal: what it shows, an id of ``signals.csv``; frames name themselves instead.
        frame: what it says about the speaker.
        strength: how much a hit weighs.
        phrases: literals; each must hold a trace of its own.
        patterns: token patterns, see ``bot.scam.patterns``.
        disguised: words that hit only where they are written in disguise (蜕葆, t保).
        unless: literals or patterns that, in the same sentence, void a hit.
        source: where this way of talking is documented.
        note: what a rule author should know.
        examples: texts that must hit.
        counter_examples: texts that must not hit.
    """

    id: str
    signal: str = ""
    frame: Literal["", "warning", "question", "victim", "recount", "cooling_off", "insurer", "chatter"] = ""
    strength: Literal["strong", "medium", "weak"] = "medium"
    phrases: list[str] = []
    patterns: list[str] = []
    disguised: list[str] = []
    unless: list[str] = []
    source: str
    note: str = ""
    examples: list[str] = Field(min_length=1)
    counter_examples: list[str] = []


class RuleFile(Strict):
    """A file of ``rules/``."""

    rules: list[Rule]


class Stage(Strict):
    """A stage of the trick, in the order in which it is played."""

    id: str
    name: str
    signals: list[str]
    advice: list[str] = []


class StageData(Strict):
    """``stages.yml``."""

    stages: list[Stage]


class SignalInfo(Strict):
    """A row of ``signals.csv``."""

    signal_id: str
    name_zh: str
    stage: str
    weight: Literal["high", "medium", "low"]
    why_zh: str
    examples_zh: str


def load_yaml(path: Path, model: type[Model]) -> Model:
    """Read and check a YAML file.

    Raises:
        ScamInputError: the file is missing, is no YAML or breaks its schema; the detail names the place.
    """
    try:
        return model.model_validate(read_yaml(path))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise ScamInputError("bad_data_file", f"{path.name}: {error}") from error


def load_rules(data_dir: Path) -> list[Rule]:
    """Read every file of ``rules/``, in order of name."""
    return [rule for path in sorted((data_dir / "rules").glob("*.yml")) for rule in load_yaml(path, RuleFile).rules]


def load_signals(data_dir: Path) -> dict[str, SignalInfo]:
    """Read ``signals.csv`` by signal id."""
    with (data_dir / "signals.csv").open(encoding="utf-8", newline="") as file:
        return {row["signal_id"]: SignalInfo.model_validate(row) for row in csv.DictReader(file)}
