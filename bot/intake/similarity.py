"""Judges a story by its likeness to examples, for what no pattern names.

Ridge regression on character n-grams (TF-IDF, cosine), computed in closed form when the catalog is first used: the examples in
`data/intake/narratives.jsonl` are the model, there is nothing to train, store or load.
"""

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.intake.catalog_schema import ExampleNarrative
from bot.intake.vocabulary import Agency

LONGEST = 2  # characters of an n-gram; longer ones only learn the examples by heart
SEEN_IN = 2  # examples an n-gram must occur in
RIDGE = 0.1  # regularisation; chosen by leave-one-out on the examples
READ_CHARACTERS = 4000  # of a story


def _grams(text: str) -> Counter[str]:
    return Counter(text[start : start + length] for length in range(1, LONGEST + 1) for start in range(len(text) - length + 1))


@dataclass(frozen=True)
class Likeness:
    """How like its examples a story is: a score by agency (the highest is the likest) and one for urgency, each about 0 to 1."""

    agencies: dict[Agency, float]
    urgent: float

    @property
    def lead(self) -> Agency:
        """The likest agency."""
        return max(self.agencies, key=lambda agency: self.agencies[agency])


class ExampleModel:
    """Scores stories by the examples; built once, then read only."""

    def __init__(self, examples: list[ExampleNarrative]) -> None:
        grams = [_grams(example.text) for example in examples]
        seen = Counter(gram for counted in grams for gram in counted)
        kept = sorted(gram for gram, number in seen.items() if number >= SEEN_IN)
        self._index = {gram: position for position, gram in enumerate(kept)}
        self._weight = np.array([1 + math.log((1 + len(examples)) / (1 + seen[gram])) for gram in kept])
        rows = np.stack([self._vector(counted) for counted in grams])
        targets = np.array([[float(example.lead_agency is agency) for agency in Agency] + [float(example.urgent)] for example in examples])
        self._mean = targets.mean(axis=0)
        kernel = rows @ rows.T + RIDGE * np.eye(len(examples))
        self._coefficients: NDArray[np.float64] = rows.T @ np.linalg.solve(kernel, targets - self._mean)

    def _vector(self, grams: Counter[str]) -> NDArray[np.float64]:
        vector = np.zeros(len(self._index))
        for gram, number in grams.items():
            position = self._index.get(gram)
            if position is not None:
                vector[position] = (1 + math.log(number)) * self._weight[position]
        length = float(np.linalg.norm(vector))
        return vector / length if length else vector

    def likeness(self, story: str) -> Likeness:
        """Scores a story in half width and lower case; about half a millisecond."""
        scores = self._vector(_grams(story[:READ_CHARACTERS])) @ self._coefficients + self._mean
        return Likeness(dict(zip(Agency, (float(score) for score in scores[:-1]), strict=True)), float(scores[-1]))
