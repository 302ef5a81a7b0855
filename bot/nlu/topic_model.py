"""The topic model: a cheap lexical model that answers alone when it is certain, and sentence embeddings for the rest.

Both halves are multinomial logistic regressions. Their log-probabilities are mixed and sharpened by numbers fitted on sentences neither half was
trained on (cross-validation), so that a confidence of 0.8 means right eight times in ten.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from bot.nlu import embedding, thresholds
from bot.nlu.features import FeatureSpace, read
from bot.nlu.lexicon import Lexicon

LEXICAL_C = 20.0
EMBEDDING_C = 0.1
"""Inverse regularisation of the two regressions, chosen by cross-validation."""

CALIBRATION_FOLDS = 4
MAX_ITERATIONS = 200
SEED = 7

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


def _log_softmax(scores: Matrix) -> Matrix:
    shifted = scores - scores.max(axis=-1, keepdims=True)
    result: Matrix = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


class TopicModel:
    """A fitted model. Make one with `fit` or `load`.

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
        lexical = _log_softmax(values @ self.lexical.weights[columns].astype(np.float32) + self.lexical.bias)
        confidences = np.exp(_log_softmax(lexical * self.calibration.lexical_alone))
        if confidences.max() >= thresholds.CERTAIN and not always_embed:
            return self._rank(confidences, embedded=False)
        meaning = _log_softmax(embedding.embed(masked) @ self.embedded.weights + self.embedded.bias)
        mixed = lexical * self.calibration.lexical_mixed + meaning * self.calibration.embedding_mixed
        return self._rank(np.exp(_log_softmax(mixed)), embedded=True)

    def _rank(self, confidences: Matrix, *, embedded: bool) -> Prediction:
        order = np.argsort(-confidences)
        return Prediction(tuple((self.intents[index], float(confidences[index])) for index in order), embedded=embedded)

    @classmethod
    def fit(
        cls,
        raw: Sequence[str],
        intents: Sequence[str],
        lexicon: Lexicon,
        cache: Path | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> TopicModel:
        """Train on labelled sentences.

        Args:
            raw: Sentences as people type them.
            intents: The intent of each; every intent needs at least `CALIBRATION_FOLDS` sentences.
            lexicon: Fillers, masks and concepts.
            cache: Where embeddings of earlier trainings are kept (see `embedding.embed_all`).
            progress: Told what is being done, for steps that take seconds.

        Raises:
            ValueError: Too few sentences for an intent, or fewer than two intents.
        """
        masked = [read(text, lexicon) for text in raw]
        labels = np.asarray(intents)
        names, counts = np.unique(labels, return_counts=True)
        if len(names) < 2 or counts.min() < CALIBRATION_FOLDS:
            raise ValueError(f"each of at least two intents needs {CALIBRATION_FOLDS} sentences; too few for {names[counts.argmin()]}")
        progress(f"embedding {len(masked)} sentences")
        vectors = embedding.embed_all(masked, cache)
        progress(f"calibrating on {CALIBRATION_FOLDS} folds")
        calibration = _calibrate(masked, labels, vectors, lexicon)
        progress("fitting")
        space = FeatureSpace.fit(masked, lexicon)
        return cls(space, names.tolist(), _fit_lexical(space.matrix(masked), labels), _fit_embedded(vectors, labels), calibration)

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


def _fit_lexical(features: csr_matrix, labels: npt.NDArray[np.str_]) -> Head:
    regression = LogisticRegression(C=LEXICAL_C, max_iter=MAX_ITERATIONS).fit(features, labels)
    return _head(regression)


def _fit_embedded(vectors: Matrix, labels: npt.NDArray[np.str_]) -> Head:
    # E5's embeddings crowd into a narrow cone: without centring and scaling the regression sees almost equal vectors.
    centre, spread = vectors.mean(axis=0), vectors.std(axis=0) + 1e-6
    head = _head(LogisticRegression(C=EMBEDDING_C, max_iter=MAX_ITERATIONS).fit((vectors - centre) / spread, labels))
    weights = head.weights / spread[:, None]
    return Head(weights.astype(np.float32), (head.bias - centre @ weights).astype(np.float32))


def _head(regression: LogisticRegression) -> Head:
    weights, bias = regression.coef_.T, regression.intercept_
    if weights.shape[1] == 1:  # scikit-learn keeps one column for two classes
        weights, bias = np.hstack([-weights / 2, weights / 2]), np.concatenate([-bias / 2, bias / 2])
    return Head(np.ascontiguousarray(weights, dtype=np.float32), bias.astype(np.float32))


def _calibrate(masked: Sequence[str], labels: npt.NDArray[np.str_], vectors: Matrix, lexicon: Lexicon) -> Calibration:
    lexical, meaning = out_of_fold(masked, labels, vectors, lexicon)
    truth = np.unique(labels, return_inverse=True)[1]
    rows = np.arange(len(truth))

    def loss_alone(exponent: npt.NDArray[np.float64]) -> float:
        return -float(_log_softmax(lexical * exponent[0])[rows, truth].mean())

    def loss_mixed(exponents: npt.NDArray[np.float64]) -> float:
        return -float(_log_softmax(lexical * exponents[0] + meaning * exponents[1])[rows, truth].mean())

    alone = minimize(loss_alone, np.array([1.0]), method="Nelder-Mead").x
    mixed = minimize(loss_mixed, np.array([0.7, 0.7]), method="Nelder-Mead").x
    return Calibration(float(alone[0]), float(mixed[0]), float(mixed[1]))


def out_of_fold(masked: Sequence[str], labels: npt.NDArray[np.str_], vectors: Matrix, lexicon: Lexicon) -> tuple[Matrix, Matrix]:
    """Return each half's log-probabilities, shape (texts, intents), for sentences left out of its training."""
    shape = (len(masked), len(np.unique(labels)))
    lexical: Matrix = np.zeros(shape, dtype=np.float32)
    meaning: Matrix = np.zeros(shape, dtype=np.float32)
    for inside, outside in StratifiedKFold(CALIBRATION_FOLDS, shuffle=True, random_state=SEED).split(np.zeros(len(labels)), labels):
        space = FeatureSpace.fit([masked[index] for index in inside], lexicon)
        head = _fit_lexical(space.matrix([masked[index] for index in inside]), labels[inside])
        lexical[outside] = _log_softmax(space.matrix([masked[index] for index in outside]) @ head.weights + head.bias)
        head = _fit_embedded(vectors[inside], labels[inside])
        meaning[outside] = _log_softmax(vectors[outside] @ head.weights + head.bias)
    return lexical, meaning
