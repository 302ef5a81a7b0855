"""Who is speaking: agent, victim, notice, insurer or other; a linear model over characters and ideas.

Trained in the repository on ``data/scam/training``; kept as plain arrays, so that loading it neither needs scikit-learn nor runs anything.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.scam.errors import ScamInputError

SPEAKERS = ("agent", "victim", "notice", "insurer", "other")
# Longer texts say who speaks in their beginning as well as in all of it.
MAX_CHARS = 400
MAX_NGRAM = 4
_NUMBER = re.compile(r"\d+")


def features(text: str, lemmas: Sequence[str]) -> Counter[str]:
    """Describe a normalised text.

    Args:
        text: normalised text.
        lemmas: joined concept names of its tokens, '' for none.

    Returns:
        Counts of character n-grams, of concepts and of pairs of neighbouring concepts. Rules are left out: they are evidence of their own, and what
        counted twice could not be calibrated.
    """
    body = f"^{_NUMBER.sub('0', text[:MAX_CHARS])}$"
    found = Counter([body[i : i + n] for n in range(1, MAX_NGRAM + 1) for i in range(len(body) - n + 1)])
    ideas = [lemma for lemma in lemmas[:MAX_CHARS] if lemma]
    found.update(f"idea:{name}" for lemma in ideas for name in lemma.split("+"))
    found.update(f"ideas:{a}>{b}" for a, b in zip(ideas, ideas[1:], strict=False))
    return found


@dataclass(frozen=True)
class SpeakerModel:
    """The trained model.

    Args:
        places: feature to row.
        idf: weight of each feature, shape (features,).
        weights: log-odds weight of each feature for each speaker, shape (features, speakers).
        bias: shape (speakers,).
    """

    places: dict[str, int]
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def probabilities(self, found: Counter[str]) -> dict[str, float]:
        """Give the probability of each speaker, in order of ``SPEAKERS``."""
        places = self.places
        known = {places[name]: count for name, count in found.items() if name in places}
        scores = self.bias.astype(np.float64)
        if known:
            rows = np.fromiter(known, np.int64, len(known))
            counts = np.fromiter(known.values(), np.float64, len(known))
            values = (1 + np.log(counts)) * self.idf[rows]
            scores = scores + values @ self.weights[rows] / np.sqrt(values @ values)
        odds = np.exp(scores - scores.max())
        return dict(zip(SPEAKERS, (odds / odds.sum()).tolist(), strict=True))

    def save(self, path: Path) -> None:
        """Write the model; a reader never sees half a file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        names = np.array(list(self.places), dtype=np.str_)
        unfinished = path.with_suffix(".part.npz")
        np.savez_compressed(unfinished, names=names, idf=self.idf, weights=self.weights.astype(np.float16), bias=self.bias)
        unfinished.replace(path)

    @classmethod
    def load(cls, path: Path) -> SpeakerModel:
        """Read a model.

        Raises:
            ScamInputError: the file is missing or damaged.
        """
        try:
            with np.load(path, allow_pickle=False) as data:
                places = {str(name): i for i, name in enumerate(data["names"])}
                return cls(places, data["idf"], data["weights"].astype(np.float32), data["bias"])
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise ScamInputError("bad_model", f"{path.name}: {error}") from error
