"""Who is speaking, and who is at work in a conversation: agent, victim, notice, insurer or other; linear models over characters and ideas.

Trained in the repository on ``data/scam/training``; kept as plain arrays, so that loading it neither needs scikit-learn nor runs anything.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.scam.errors import ScamInputError

SPEAKERS = ("agent", "victim", "notice", "insurer", "other")
# Longer texts say who speaks in their beginning as well as in all of it.
MAX_CHARS = 400
# So much of a conversation is read at a time.
MAX_CONVERSATION_CHARS = 1_000
MAX_NGRAM = 4
# Told apart from what is said by anybody: what the one says who says most, most often an agent, and what the others say.
_SAID_BY_MOST_TALKATIVE, _SAID_BY_OTHERS = np.uint64(0x5851F42D4C957F2D), np.uint64(0x14057B7EF767814F)
_NAMED = np.uint64(0x2545F4914F6CDD1D)
_NUMBER = re.compile(r"\d+")
# Any large odd number spreads n-grams over all of 64 bits, so that no two of a hundred thousand meet.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


# Who says it, the normalised text, joined concept names of its tokens.
Said: TypeAlias = tuple[str, str, Sequence[str]]


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


def features(text: str, lemmas: Sequence[str], limit: int = MAX_CHARS) -> Features:
    """Describe a normalised text.

    Args:
        text: normalised text.
        lemmas: joined concept names of its tokens, '' for none.
        limit: how many characters of it to read.

    Returns:
        Counts of character n-grams, of concepts and of pairs of neighbouring concepts. Rules are left out: they are evidence of their own, and what
        counted twice could not be calibrated.
    """
    body = f"^{_NUMBER.sub('0', text[:limit])}$"
    points = np.frombuffer(body.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    grams = [points]
    for size in range(1, MAX_NGRAM):
        grams.append(grams[-1][:-1] * _SPREAD + points[size:])
    ideas = [lemma for lemma in lemmas[:limit] if lemma]
    named = [_id(f"idea:{name}") for lemma in ideas for name in lemma.split("+")]
    named += [_id(f"ideas:{a}>{b}") for a, b in zip(ideas, ideas[1:], strict=False)]
    ids, counts = np.unique(np.concatenate([*grams, np.array(named, dtype=np.uint64)]), return_counts=True)
    return Features(ids, counts)


def conversation_features(said: Sequence[Said]) -> Features:
    """Describe a conversation: all that is said; apart from that what the one says who says most, and what the others say; and their names.

    Args:
        said: what is said, in order; at least one text.
    """
    length: Counter[str] = Counter()
    for person, text, _ in said:
        length[person] += len(text)
    foremost = length.most_common(1)[0][0]
    parts = [_joined(said)]
    for mark, own in ((_SAID_BY_MOST_TALKATIVE, True), (_SAID_BY_OTHERS, False)):
        if chosen := [part for part in said if (part[0] == foremost) == own]:
            plain = _joined(chosen)
            parts.append(Features(plain.ids ^ mark, plain.counts))
    # Agents are known to their customers by their trade: 退保王老师.
    if names := [name for name in length if not name.isdigit()]:
        plain = Features.joined([features(name.lower(), []) for name in names])
        parts.append(Features(plain.ids ^ _NAMED, plain.counts))
    return Features.joined(parts)


def _joined(said: Sequence[Said]) -> Features:
    text = "\n".join(text for _, text, _ in said)
    return features(text, [lemma for _, _, lemmas in said for lemma in lemmas], MAX_CONVERSATION_CHARS)


@cache
def _id(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


@dataclass(frozen=True)
class SpeakerModel:
    """A trained model.

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


@dataclass(frozen=True)
class SpeakerModels:
    """The trained models.

    Args:
        texts: tells who speaks, by `features`.
        conversations: tells who is at work in a conversation, by `conversation_features`.
    """

    texts: SpeakerModel
    conversations: SpeakerModel

    def save(self, path: Path) -> None:
        """Write the models; a reader never sees half a file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part.npz")
        arrays = {f"{kind.name}.{part.name}": getattr(getattr(self, kind.name), part.name) for kind in fields(self) for part in fields(SpeakerModel)}
        halved = {name: values.astype(np.float16) if name.endswith(".weights") else values for name, values in arrays.items()}
        np.savez_compressed(unfinished, **halved)
        unfinished.replace(path)

    @classmethod
    def load(cls, path: Path) -> SpeakerModels:
        """Read the models.

        Raises:
            ScamInputError: the file is missing or damaged.
        """
        try:
            with np.load(path, allow_pickle=False) as data:
                arrays = {name: values.astype(np.float32) if name.endswith(".weights") else values for name, values in data.items()}
            return cls(*(SpeakerModel(*(arrays[f"{kind.name}.{part.name}"] for part in fields(SpeakerModel))) for kind in fields(cls)))
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise ScamInputError("bad_model", f"{path.name}: {error}") from error
