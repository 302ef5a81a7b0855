"""Trains the topic model. Apart from `topic_model`, because only training needs scikit-learn, which the chat server should not carry."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from bot.nlu import embedding
from bot.nlu.features import FeatureSpace, read
from bot.nlu.lexicon import Lexicon
from bot.nlu.topic_model import Calibration, Head, Matrix, TopicModel, log_softmax

LEXICAL_C = 20.0
EMBEDDING_C = 0.02
"""Inverse regularisation of the two regressions."""

MAX_ITERATIONS = 40
"""The regressions stop improving on unseen sentences long before they converge."""

CALIBRATION_SHARE = 0.25
"""How much of the sentences is kept apart to calibrate on; the final model is then trained on all of them."""

MIN_SENTENCES = 4
"""Fewer sentences of an intent could not be split for calibration."""

SEED = 7


def fit(
    raw: Sequence[str],
    intents: Sequence[str],
    lexicon: Lexicon,
    cache: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> TopicModel:
    """Train on labelled sentences.

    Args:
        raw: Sentences as people type them.
        intents: The intent of each; every intent needs at least `MIN_SENTENCES`.
        lexicon: Fillers, masks and concepts.
        cache: Where embeddings of earlier trainings are kept (see `embedding.embed_all`).
        progress: Told what is being done, for steps that take seconds.

    Raises:
        ValueError: Too few sentences for an intent, or fewer than two intents.
    """
    masked = [read(text, lexicon) for text in raw]
    labels = np.asarray(intents)
    names, counts = np.unique(labels, return_counts=True)
    if len(names) < 2 or counts.min() < MIN_SENTENCES:
        raise ValueError(f"each of at least two intents needs {MIN_SENTENCES} sentences; too few for {names[counts.argmin()]}")
    progress(f"embedding {len(masked)} sentences")
    vectors = embedding.embed_all(masked, cache)
    progress("calibrating")
    calibration = _calibrate(masked, labels, vectors, lexicon)
    progress("fitting")
    space = FeatureSpace.fit(masked, lexicon)
    return TopicModel(space, names.tolist(), _fit_lexical(_matrix(space, masked), labels), _fit_embedded(vectors, labels), calibration)


def _matrix(space: FeatureSpace, masked: Sequence[str]) -> csr_matrix:
    vectors = [space.vector(text) for text in masked]
    bounds = np.cumsum([0, *(len(columns) for columns, _ in vectors)])
    columns = np.concatenate([columns for columns, _ in vectors])
    values = np.concatenate([values for _, values in vectors])
    return csr_matrix((values, columns, bounds), shape=(len(masked), len(space.vocabulary)))


def _fit_lexical(features: csr_matrix, labels: npt.NDArray[np.str_]) -> Head:
    return _regression(LEXICAL_C, features, labels)


def _fit_embedded(vectors: Matrix, labels: npt.NDArray[np.str_]) -> Head:
    # E5's embeddings crowd into a narrow cone: without centring and scaling the regression sees almost equal vectors.
    centre, spread = vectors.mean(axis=0), vectors.std(axis=0) + 1e-6
    head = _regression(EMBEDDING_C, (vectors - centre) / spread, labels)
    weights = head.weights / spread[:, None]
    return Head(weights.astype(np.float32), (head.bias - centre @ weights).astype(np.float32))


def _regression(inverse_regularisation: float, features: csr_matrix | Matrix, labels: npt.NDArray[np.str_]) -> Head:
    with warnings.catch_warnings():
        # Stopping early is meant, see MAX_ITERATIONS.
        warnings.simplefilter("ignore", ConvergenceWarning)
        regression = LogisticRegression(C=inverse_regularisation, max_iter=MAX_ITERATIONS).fit(features, labels)
    weights, bias = regression.coef_.T, regression.intercept_
    if weights.shape[1] == 1:  # scikit-learn keeps one column for two classes
        weights, bias = np.hstack([-weights / 2, weights / 2]), np.concatenate([-bias / 2, bias / 2])
    return Head(np.ascontiguousarray(weights, dtype=np.float32), bias.astype(np.float32))


def _calibrate(masked: Sequence[str], labels: npt.NDArray[np.str_], vectors: Matrix, lexicon: Lexicon) -> Calibration:
    inside, outside = train_test_split(np.arange(len(labels)), test_size=CALIBRATION_SHARE, stratify=labels, random_state=SEED)
    lexical, meaning = held_out(masked, labels, vectors, lexicon, inside, outside)
    truth = np.unique(labels, return_inverse=True)[1][outside]
    rows = np.arange(len(truth))

    def loss_alone(exponent: npt.NDArray[np.float64]) -> float:
        return -float(log_softmax(lexical * exponent[0])[rows, truth].mean())

    def loss_mixed(exponents: npt.NDArray[np.float64]) -> float:
        return -float(log_softmax(lexical * exponents[0] + meaning * exponents[1])[rows, truth].mean())

    alone = minimize(loss_alone, np.array([1.0]), method="Nelder-Mead", tol=1e-3).x
    mixed = minimize(loss_mixed, np.array([0.7, 0.7]), method="Nelder-Mead", tol=1e-3).x
    return Calibration(float(alone[0]), float(mixed[0]), float(mixed[1]))


def held_out(
    masked: Sequence[str],
    labels: npt.NDArray[np.str_],
    vectors: Matrix,
    lexicon: Lexicon,
    inside: npt.NDArray[np.intp],
    outside: npt.NDArray[np.intp],
) -> tuple[Matrix, Matrix]:
    """Train on the sentences `inside` and return each half's log-probabilities, shape (outside, intents), for those `outside`."""
    texts = [masked[index] for index in inside]
    space = FeatureSpace.fit(texts, lexicon)
    head = _fit_lexical(_matrix(space, texts), labels[inside])
    lexical = log_softmax(_matrix(space, [masked[index] for index in outside]) @ head.weights + head.bias)
    head = _fit_embedded(vectors[inside], labels[inside])
    return lexical, log_softmax(vectors[outside] @ head.weights + head.bias)
