"""Judges a story by its likeness to examples: the examples vote where patterns fail or fit by accident.

Ridge regression on character n-grams (TF-IDF) and on the behaviours found, in closed form when the catalog is first used: the examples
in `data/intake/narratives.jsonl` are the model, there is nothing to train, store or load.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.intake.catalog_schema import ExampleNarrative
from bot.intake.vocabulary import Agency

# Picked by hand while looking at development stories: no figure here is a measured optimum, and what those stories score flatters them.
LONGEST = 2  # characters of an n-gram; longer ones only learn the examples by heart
SEEN_IN = 2  # examples an n-gram must occur in
RIDGE = 0.3  # regularisation
BEHAVIOUR_WEIGHT = 0.25  # length of the vector of behaviours; that of the n-grams is 1
READ_CHARACTERS = 4000  # of a story
FEWEST_WORDS = 4  # pairs of characters known from the examples, below which a story is like nothing
_DIGIT = re.compile(r"\d")


def _grams(text: str) -> Counter[str]:
    numberless = _DIGIT.sub("0", text)  # which number it is tells nothing
    return Counter([numberless[start : start + length] for length in range(1, LONGEST + 1) for start in range(len(text) - length + 1)])


@dataclass(frozen=True)
class Likeness:
    """How like its examples a story is: a score by agency (the highest is the likest) and one for urgency, each about 0 to 1."""

    agencies: dict[Agency, float]
    urgent: float


class ExampleModel:
    """Scores stories by the examples; built once, then read only."""

    def __init__(self, examples: Sequence[ExampleNarrative], behaviours: Sequence[Collection[str]]) -> None:
        """Learns.

        Args:
            examples: Stories in the plain form.
            behaviours: The ids found in each.
        """
        grams = [_grams(example.text) for example in examples]
        seen = Counter(gram for counted in grams for gram in counted)
        kept = sorted(gram for gram, number in seen.items() if number >= SEEN_IN)
        self._index = {gram: position for position, gram in enumerate(kept)}
        self._weight = np.array([1 + math.log((1 + len(examples)) / (1 + seen[gram])) for gram in kept])
        self._behaviours = {name: len(kept) + place for place, name in enumerate(sorted({name for told in behaviours for name in told}))}
        rows = np.zeros((len(examples), len(self._index) + len(self._behaviours)))
        for row, counted, told in zip(rows, grams, behaviours, strict=True):
            positions, values = self._known(counted, told)
            row[positions] = values
        targets = np.array([[float(example.lead_agency is agency) for agency in Agency] + [float(example.urgent)] for example in examples])
        # Every agency counts the same, however many examples it has, or a short story would go to the one that has most.
        sizes = Counter(example.lead_agency for example in examples)
        weights = np.array([len(examples) / len(sizes) / sizes[example.lead_agency] for example in examples])
        self._mean = weights @ targets / weights.sum()
        scale = np.sqrt(weights)[:, None]
        scaled = rows * scale
        kernel = scaled @ scaled.T + RIDGE * np.eye(len(examples))
        self._coefficients: NDArray[np.float64] = scaled.T @ np.linalg.solve(kernel, (targets - self._mean) * scale)

    def _known(self, grams: Counter[str], behaviours: Collection[str]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """The places of a story's known n-grams and behaviours in its vector and the values there; everywhere else it is 0."""
        known = [(position, number) for gram, number in grams.items() if (position := self._index.get(gram)) is not None]
        places = [position for position, _ in known]
        values = (1 + np.log([number for _, number in known])) * self._weight[places]
        length = float(np.linalg.norm(values))
        told = [self._behaviours[name] for name in behaviours if name in self._behaviours]
        weight = BEHAVIOUR_WEIGHT / math.sqrt(max(1, len(behaviours)))
        return np.array(places + told, dtype=np.intp), np.concatenate([values / length if length else values, np.full(len(told), weight)])

    def knows(self, story: str) -> bool:
        """Whether a story in the plain form has enough words that occur in the examples to be like any of them."""
        pairs = {story[start : start + LONGEST] for start in range(min(len(story), READ_CHARACTERS) - LONGEST + 1)}
        return sum(not pair.isascii() and pair.isalpha() and pair in self._index for pair in pairs) >= FEWEST_WORDS

    def likeness(self, story: str, behaviours: Collection[str]) -> Likeness:
        """Scores a story in the plain form with its behaviours; about half a millisecond."""
        positions, values = self._known(_grams(story[:READ_CHARACTERS]), behaviours)
        scores = values @ self._coefficients[positions] + self._mean
        return Likeness(dict(zip(Agency, (float(score) for score in scores[:-1]), strict=True)), float(scores[-1]))
