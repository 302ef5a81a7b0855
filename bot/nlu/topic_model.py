"""The topic model: a cheap lexical model that answers alone when it is certain, and sentence embeddings for the rest.

Both halves are multinomial logistic regressions. Their log-probabilities are mixed and sharpened by numbers fitted on sentences neither half was
trained on (cross-validation), so that a confidence of 0.8 means right eight times in ten.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from bot.nlu import embedding, thresholds
from bot.nlu.features import FeatureSpace, read
from bot.nlu.lexicon import Lexicon

Matrix: TypeAlias = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model makes of one message.

    Attributes:
        ranking: All intents with calibrated confidence, most likely first; empty when the text says nothing.
        embedded: Whether the embedding half was needed.
    """

    ranking: tuple[tuple[str, float], ...]
    embedded: bool


@dataclass(frozen=True, slots=True)
class Head:
    """A linear head: log-probabilities are `log_softmax(x @ weights + bias)`; weights (features, intents), bias (intents,)."""

    weights: Matrix
    bias: Matrix


@dataclass(frozen=True, slots=True)
class Calibration:
    """Exponents on the probabilities of the two halves: alone (`lexical_alone`) and mixed."""

    lexical_alone: float
    lexical_mixed: float
    embedding_mixed: float


def log_softmax(scores: Matrix) -> Matrix:
    """Return log-probabilities from scores, over the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    result: Matrix = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


class TopicModel:
    """A fitted model. Make one with `topic_training.fit` or `load`.

    Args:
        space: Features of the lexical half, and the lexicon.
        intents: Intent by column.
        lexical: Head over the features.
        embedded: Head over embeddings.
        calibration: How to mix and sharpen the two.
    """

    def __init__(self, space: FeatureSpace, intents: Sequence[str], lexical: Head, embedded: Head, calibration: Calibration) -> None:
        self.space = space
        self.intents = tuple(intents)
        self.lexical = lexical
        self.embedded = embedded
        self.calibration = calibration

    def predict(self, raw: str, *, always_embed: bool = False) -> Prediction:
        """Rank all intents for a message.

        Args:
            raw: The message as typed.
            always_embed: Compute the embedding even when the lexical half is certain (for measuring).
        """
        masked = read(raw, self.space.lexicon)
        if not masked:
            return Prediction((), embedded=False)
        columns, values = self.space.vector(masked)
        lexical = log_softmax(values @ self.lexical.weights[columns].astype(np.float32) + self.lexical.bias)
        confidences = np.exp(log_softmax(lexical * self.calibration.lexical_alone))
        if confidences.max() >= thresholds.CERTAIN and not always_embed:
            return self._rank(confidences, embedded=False)
        meaning = log_softmax(embedding.embed(masked) @ self.embedded.weights + self.embedded.bias)
        mixed = lexical * self.calibration.lexical_mixed + meaning * self.calibration.embedding_mixed
        return self._rank(np.exp(log_softmax(mixed)), embedded=True)

    def _rank(self, confidences: Matrix, *, embedded: bool) -> Prediction:
        order = np.argsort(-confidences)
        return Prediction(tuple((self.intents[index], float(confidences[index])) for index in order), embedded=embedded)

    def save(self, folder: Path) -> None:
        """Write the model as `topic_model.npz` (weights) and `topic_model.json` (words) into a folder."""
        np.savez_compressed(
            folder / "topic_model.npz",
            feature_weights=self.space.weights,
            lexical_weights=self.lexical.weights.astype(np.float16),
            lexical_bias=self.lexical.bias,
            embedded_weights=self.embedded.weights,
            embedded_bias=self.embedded.bias,
            calibration=[self.calibration.lexical_alone, self.calibration.lexical_mixed, self.calibration.embedding_mixed],
        )
        words = {"intents": self.intents, "features": list(self.space.vocabulary), "lexicon": self.space.lexicon.to_json()}
        (folder / "topic_model.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> TopicModel:
        """Read what `save` wrote.

        Raises:
            FileNotFoundError: The folder holds no model.
        """
        words = json.loads((folder / "topic_model.json").read_text(encoding="utf-8"))
        vocabulary = {feature: column for column, feature in enumerate(words["features"])}
        with np.load(folder / "topic_model.npz", allow_pickle=False) as numbers:
            space = FeatureSpace(Lexicon.from_json(words["lexicon"]), vocabulary, numbers["feature_weights"])
            lexical = Head(numbers["lexical_weights"], numbers["lexical_bias"])
            embedded = Head(numbers["embedded_weights"], numbers["embedded_bias"])
            calibration = Calibration(*(float(number) for number in numbers["calibration"]))
        return cls(space, words["intents"], lexical, embedded, calibration)
