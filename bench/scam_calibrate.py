"""Fits the numbers of ``thresholds.yml`` to what the detector says about texts that it has not learned from.

The training texts are split by voice; of each part the evidence is gathered with a speaker model trained on the other parts. The weights are then
those of a logistic regression over the evidence, and the thresholds the lowest that keep the budgets of false alarms below.

Run: ``python bench/scam_calibrate.py``; prints the numbers, how reliable the scores are, and what each threshold costs.
"""

from __future__ import annotations

import math
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bot.scam.chats import Turn, parse_chat
from bot.scam.detector import ScamDetector
from bot.scam.evidence import Evidence, Term
from bot.scam.training import describe, fit, load_training
from bot.scam.verdict import logistic

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data" / "scam"
FOLDS = 5
# The rules were written with these texts in sight, so they tell nothing about rules on unseen texts; only the speaker model learns from them.
SEEN_BY_RULE_AUTHORS = "agent.yml"
EVIDENT = 0.7
# Highest share of each kind of text that may be called evident, by where its sum starts. The texts of ``other`` are look-alikes
# chosen to be hard, so their share is far above that of everyday text.
BUDGETS = {
    "context.insurance": {"victim": 0.02, "notice": 0.06, "insurer": 0.045, "other": 0.02},
    "context.elsewhere": {"victim": 0.01, "notice": 0.02, "insurer": 0.02, "other": 0.026},
    "wording.insurance": {"victim": 0.008, "notice": 0.01, "insurer": 0.032, "other": 0.01},
    "wording.elsewhere": {"victim": 0.01, "notice": 0.01, "insurer": 0.02, "other": 0.008},
}
MARGIN = 0.01
# Say how much each kind of speaker counts, however many texts there are of it.
SHARES = {"agent": 0.5, "victim": 0.15, "other": 0.25, "notice": 0.05, "insurer": 0.05}
SIGNED = (
    "context.insurance", "context.elsewhere", "wording.insurance", "wording.elsewhere",
    "conversation.start", "conversation.alone", "conversation.untraced",
)  # fmt: skip
# Pulls each weight towards what its kind of evidence is worth by common sense, so that rare evidence keeps a sensible weight.
PRIOR_STRENGTH = 100.0
FULL_STRENGTH_ROWS = 10_000
PRIOR = {"strengths.strong": 2.5, "strengths.medium": 1.5, "strengths.weak": 0.5, "further.strong": 0.8, "further.medium": 0.6, "further.weak": 0.2,
         "speaker": 1.0, "conversation.start": 0.0, "conversation.whole": 1.0, "conversation.speaker": 0.5, "conversation.alone": 0.5,
         "conversation.untraced": -1.0, "context.insurance": 0.0, "context.elsewhere": -1.0, "wording.insurance": 0.3,
         "wording.elsewhere": -0.7}  # fmt: skip
FRAME_PRIOR = -1.2

Row = tuple[str, bool, list[Turn], list[Evidence]]


def gather() -> list[Row]:
    """Give ``(speaker, conversation, turns, evidence)`` of every text and conversation, from models that did not learn from them."""
    rows = load_training(DATA)
    described = describe(DATA, rows)
    # Texts of one voice resemble each other and stay together, and so do the conversations of one author, whoever is at work in them.
    groups = [("", row.file.split("_", 1)[-1]) if row.is_chat else (row.file, row.voice) for row in rows]
    ordered = sorted(set(groups))
    random.Random(1).shuffle(ordered)  # noqa: S311 - variety, not secrecy
    fold_of = {group: place % FOLDS for place, group in enumerate(ordered)}
    gathered: list[Row] = []
    with tempfile.TemporaryDirectory() as models:
        detector = ScamDetector.load(DATA, Path(models))
    for fold in range(FOLDS):
        detector.models = fit([item for item, group in zip(described, groups, strict=True) if fold_of[group] != fold])
        for row, group in zip(rows, groups, strict=True):
            if fold_of[group] == fold and row.file != SEEN_BY_RULE_AUTHORS:
                turns = parse_chat(row.text) if row.is_chat else None
                turns = turns or [Turn("", row.text)]
                gathered.append((row.speaker, len(turns) > 1, turns, detector.evidence(turns)))
    return gathered


def value(terms: Sequence[Term], weights: dict[str, float]) -> float:
    """Give the log-odds of evidence."""
    return sum(weights[term.weight] * term.value for term in terms)


def _most(row: Row, weights: dict[str, float]) -> Sequence[Term]:
    """Give the terms of the person with the most evidence; none where there is no evidence."""
    return max((one.terms for one in row[3]), key=lambda terms: value(terms, weights), default=())


def weigh(rows: Sequence[Row], weights: dict[str, float], free: Sequence[str]) -> dict[str, float]:
    """Fit some of the weights, the others as they are; rows without evidence are left out. Of a conversation the one with the most counts."""
    kept = [(row[0], _most(row, weights)) for row in rows if row[3]]
    amounts = np.zeros((len(kept), len(free)))
    fixed = np.zeros(len(kept))
    for place, (_, terms) in enumerate(kept):
        for term in terms:
            if term.weight in free:
                amounts[place, free.index(term.weight)] += term.value
            else:
                fixed[place] += weights[term.weight] * term.value
    agent = np.array([speaker == "agent" for speaker, _ in kept], dtype=np.float64)
    count = Counter(speaker for speaker, _ in kept)
    balance = np.array([SHARES[speaker] / count[speaker] for speaker, _ in kept]) * len(kept)
    prior = np.array([PRIOR.get(name, FRAME_PRIOR) for name in free])
    signs = [(None, 0.0) if name.startswith("frames") else (None, None) if name in SIGNED else (0.0, None) for name in free]

    def loss(guess: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        odds = fixed + amounts @ guess
        wrong = np.logaddexp(0, np.where(agent == 1, -odds, odds))
        slope = (1 / (1 + np.exp(-odds)) - agent) * balance
        away = guess - prior
        pull = PRIOR_STRENGTH * len(kept) / FULL_STRENGTH_ROWS
        return float((balance * wrong).sum() + pull * away @ away), amounts.T @ slope + 2 * pull * away

    return weights | dict(zip(free, minimize(loss, prior, jac=True, bounds=signs).x.tolist(), strict=True))


def keep_budgets(rows: Sequence[Row], weights: dict[str, float]) -> None:
    """Move the start of each context so that the false alarms of each speaker keep their budget.

    Conversations have none: the training ones are chosen to be hard, so where their sum starts is picked on those of other authors.
    """
    for name, budgets in BUDGETS.items():
        _lower(rows, weights, name, budgets)


def _lower(rows: Sequence[Row], weights: dict[str, float], name: str, budgets: dict[str, float]) -> None:
    needed = math.log(EVIDENT / (1 - EVIDENT))
    over = []
    for speaker, share in budgets.items():
        own = [_most(row, weights) for row in rows if row[0] == speaker and not row[1]]
        odds = sorted((value(terms, weights) if any(term.weight == name for term in terms) else -math.inf for terms in own), reverse=True)
        over.append(odds[int(share * len(own))] - needed)
        print(f"{name}: {speaker} within {share:.1%} needs {over[-1]:+.2f} less")
    weights[name] -= max(over) + MARGIN


def main() -> None:
    rows = gather()
    with tempfile.TemporaryDirectory() as models:
        weights = ScamDetector.load(DATA, Path(models)).weights
    names = sorted(weights)
    weights = weigh([row for row in rows if not row[1]], weights, [name for name in names if not name.startswith("conversation")])
    weights = weigh([row for row in rows if row[1]], weights, [name for name in names if name.startswith("conversation")])
    keep_budgets(rows, weights)
    for name in names:
        print(f"{name:24s} {weights[name]:6.2f}   in {sum(bool(row[3]) and any(t.weight == name for t in row[3][0].terms) for row in rows)} texts")
    scores = [max((logistic(value(one.terms, weights)) for one in row[3]), default=0.0) for row in rows]
    for limit in (0.4, 0.5, 0.6, EVIDENT, 0.8, 0.9):
        shares = {}
        for speaker in SHARES:
            for talk in (False, True):
                own = [score for score, row in zip(scores, rows, strict=True) if row[0] == speaker and row[1] == talk]
                shares[speaker + (" chats" if talk else "")] = sum(score >= limit for score in own) / max(1, len(own))
        print(f"{limit:.2f} ", "  ".join(f"{name} {share:.3f}" for name, share in shares.items()))
    if "-v" in sys.argv:
        for score, row in sorted(zip(scores, rows, strict=True), key=lambda item: item[0]):
            if (score >= EVIDENT) != (row[0] == "agent"):
                print(f"{row[0]} {score:.2f}", " / ".join(turn.text for turn in row[2])[:150])


if __name__ == "__main__":
    main()
