"""What the lexical half of the topic model sees: character n-grams and concepts, weighted and normalised.

Two blocks, each of unit length before its weight: character 1–4-grams of the masked text (which wording was used), and the lexicon's concepts,
alone, in pairs and in sequence (what was meant, whatever the wording).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt

from bot.nlu.lexicon import Lexicon
from bot.nlu.text import abridge, clean

LONGEST_NGRAM = 4
MIN_DOCUMENTS = 3
"""An n-gram of one or two training sentences says which sentence it was, not which topic."""

NGRAM_WEIGHT = 1.0
CONCEPT_WEIGHT = 1.0


def read(raw: str, lexicon: Lexicon) -> str:
    """Return the clean, abridged and masked text of a message, the only form in which a model sees it."""
    return lexicon.mask(abridge(clean(raw)))


def _ngrams(masked: str) -> Iterator[str]:
    padded = f"^{masked}$"
    for length in range(1, LONGEST_NGRAM + 1):
        for start in range(len(padded) - length + 1):
            yield padded[start : start + length]


def _concept_marks(concepts: Sequence[str]) -> Iterator[str]:
    for concept in concepts:
        yield f"c {concept}"
    for first, second in combinations(sorted(concepts), 2):
        yield f"p {first} {second}"
    for first, second in pairwise(concepts):
        yield f"s {first} {second}"


class FeatureSpace:
    """A fixed vocabulary of features with their weights.

    Args:
        lexicon: Gives the concepts.
        vocabulary: Feature → column.
        weights: Inverse document frequency by column, float32 of shape (features,).
    """

    def __init__(self, lexicon: Lexicon, vocabulary: dict[str, int], weights: npt.NDArray[np.float32]) -> None:
        self.lexicon = lexicon
        self.vocabulary = vocabulary
        self.weights = weights

    @classmethod
    def fit(cls, masked: Sequence[str], lexicon: Lexicon) -> FeatureSpace:
        """Collect the features of masked training texts that occur in at least `MIN_DOCUMENTS` of them."""
        documents: Counter[str] = Counter()
        for text in masked:
            documents.update({*_ngrams(text), *_concept_marks(lexicon.concepts(text))})
        kept = sorted(feature for feature, count in documents.items() if count >= MIN_DOCUMENTS)
        idf = [math.log((1 + len(masked)) / (1 + documents[feature])) + 1 for feature in kept]
        return cls(lexicon, {feature: column for column, feature in enumerate(kept)}, np.asarray(idf, dtype=np.float32))

    def vector(self, masked: str) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float32]]:
        """Return the columns and values of one masked text; both empty when nothing in it is known."""
        ngrams = Counter(column for feature in _ngrams(masked) if (column := self.vocabulary.get(feature)) is not None)
        marks = Counter(column for mark in _concept_marks(self.lexicon.concepts(masked)) if (column := self.vocabulary.get(mark)) is not None)
        blocks = [self._block(ngrams, NGRAM_WEIGHT), self._block(marks, CONCEPT_WEIGHT)]
        return np.concatenate([columns for columns, _ in blocks]), np.concatenate([values for _, values in blocks])

    def _block(self, counts: Counter[int], weight: float) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float32]]:
        columns = np.fromiter(counts.keys(), dtype=np.intp, count=len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * self.weights[columns]
        length = float(np.linalg.norm(values))
        return columns, (values * (weight / length) if length else values).astype(np.float32)
