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

LONGEST = 3  # characters of an n-gram
SEEN_IN = 2  # examples an n-gram must occur in
RIDGE = 0.1  # regularisation; chosen by leave-one-out on the examples
READ_CHARACTERS = 4000  # of a story


def _grams(text: str) -> Counter[str]:
    return Counter([text[start : start + length] for length in range(1, LONGEST + 1) for start in range(len(text) - length + 1)])


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
        rows = np.zeros((len(examples), len(kept)))
        for row, counted in zip(rows, grams, strict=True):
            positions, values = self._known(counted)
            row[positions] = values
        targets = np.array([[float(example.lead_agency is agency) for agency in Agency] + [float(example.urgent)] for example in examples])
        self._mean = targets.mean(axis=0)
        kernel = rows @ rows.T + RIDGE * np.eye(len(examples))
        self._coefficients: NDArray[np.float64] = rows.T @ np.linalg.solve(kernel, targets - self._mean)

    def _known(self, grams: Counter[str]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """The places of a story's known n-grams in its vector and the values there; everywhere else it is 0."""
        known = [(position, number) for gram, number in grams.items() if (position := self._index.get(gram)) is not None]
        positions = np.array([position for position, _ in known], dtype=np.intp)
        values = (1 + np.log([number for _, number in known])) * self._weight[positions]
        length = float(np.linalg.norm(values))
        return positions, values / length if length else values

    def likeness(self, story: str) -> Likeness:
        """Scores a story in half width and lower case; about half a millisecond."""
        positions, values = self._known(_grams(story[:READ_CHARACTERS]))
        scores = values @ self._coefficients[positions] + self._mean
        return Likeness(dict(zip(Agency, (float(score) for score in scores[:-1]), strict=True)), float(scores[-1]))
