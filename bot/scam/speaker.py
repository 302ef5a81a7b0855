"""Who is speaking: agent, victim, notice, insurer or other; a linear model over characters and ideas.

Trained in the repository on ``data/scam/training``; kept as plain arrays, so that loading it neither needs scikit-learn nor runs anything.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.scam.errors import ScamInputError

SPEAKERS = ("agent", "victim", "notice", "insurer", "other")
# Longer texts say who speaks in their beginning as well as in all of it.
MAX_CHARS = 400
MAX_NGRAM = 4
_NUMBER = re.compile(r"\d+")
# Any large odd number spreads n-grams over all of 64 bits, so that no two of a hundred thousand meet.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Features:
    """What a text is described by.

    Args:
        ids: hashes of its features, ascending, shape (features,).
        counts: how often each occurs.
    """

    ids: NDArray[np.uint64]
    counts: NDArray[np.int64]

    @classmethod
    def joined(cls, parts: Sequence[Features]) -> Features:
        """Add up the features of several texts."""
        ids, places = np.unique(np.concatenate([part.ids for part in parts]), return_inverse=True)
        return cls(ids, np.bincount(places, np.concatenate([part.counts for part in parts]), len(ids)).astype(np.int64))


def features(text: str, lemmas: Sequence[str]) -> Features:
    """Describe a normalised text.

    Args:
        text: normalised text.
        lemmas: joined concept names of its tokens, '' for none.

    Returns:
        Counts of character n-grams, of concepts and of pairs of neighbouring concepts. Rules are left out: they are evidence of their own, and what
        counted twice could not be calibrated.
    """
    body = f"^{_NUMBER.sub('0', text[:MAX_CHARS])}$"
    points = np.frombuffer(body.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    grams = [points]
    for size in range(1, MAX_NGRAM):
        grams.append(grams[-1][:-1] * _SPREAD + points[size:])
    ideas = [lemma for lemma in lemmas[:MAX_CHARS] if lemma]
    named = [_id(f"idea:{name}") for lemma in ideas for name in lemma.split("+")]
    named += [_id(f"ideas:{a}>{b}") for a, b in zip(ideas, ideas[1:], strict=False)]
    ids, counts = np.unique(np.concatenate([*grams, np.array(named, dtype=np.uint64)]), return_counts=True)
    return Features(ids, counts)


@cache
def _id(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


@dataclass(frozen=True)
class SpeakerModel:
    """The trained model.

    Args:
        ids: the features it knows, ascending, shape (features,).
        idf: weight of each feature, shape (features,).
        weights: log-odds weight of each feature for each speaker, shape (features, speakers).
        bias: shape (speakers,).
    """

    ids: NDArray[np.uint64]
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def probabilities(self, found: Features) -> dict[str, float]:
        """Give the probability of each speaker, in order of ``SPEAKERS``."""
        rows = np.minimum(np.searchsorted(self.ids, found.ids), len(self.ids) - 1)
        known = self.ids[rows] == found.ids
        scores = self.bias.astype(np.float64)
        if known.any():
            rows = rows[known]
            values = (1 + np.log(found.counts[known])) * self.idf[rows]
            scores = scores + values @ self.weights[rows] / np.sqrt(values @ values)
        odds = np.exp(scores - scores.max())
        return dict(zip(SPEAKERS, (odds / odds.sum()).tolist(), strict=True))

    def save(self, path: Path) -> None:
        """Write the model; a reader never sees half a file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part.npz")
        np.savez_compressed(unfinished, ids=self.ids, idf=self.idf, weights=self.weights.astype(np.float16), bias=self.bias)
        unfinished.replace(path)

    @classmethod
    def load(cls, path: Path) -> SpeakerModel:
        """Read a model.

        Raises:
            ScamInputError: the file is missing or damaged.
        """
        try:
            with np.load(path, allow_pickle=False) as data:
                return cls(data["ids"], data["idf"], data["weights"].astype(np.float32), data["bias"])
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise ScamInputError("bad_model", f"{path.name}: {error}") from error
