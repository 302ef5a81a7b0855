"""Trains the speaker models from ``data/scam/training``."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from bot.scam.chats import Turn, parse_chat, persons
from bot.scam.data import LexiconData, Strict, load_rules, load_yaml
from bot.scam.matching import RuleMatcher
from bot.scam.normalise import Normaliser
from bot.scam.speaker import SPEAKERS, Features, Said, SpeakerModel, SpeakerModels, conversation_features, features

TEXT_REGULARISATION = 30.0
CONVERSATION_REGULARISATION = 100.0
MAX_ITERATIONS = 400
# Features seen in one text only teach that text, not its kind.
MIN_TEXTS = 2
# So many texts of one voice are also shown as one, the way conversations are judged.
JOINED_TEXTS = 4


class TrainingFile(Strict):
    """A file of ``training/``: what one kind of speaker says, in several voices."""

    speaker: Literal["agent", "victim", "notice", "insurer", "other"]
    voices: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Example:
    """A training text.

    Args:
        file: name of the file it stands in.
        speaker: who says it.
        voice: in which voice; texts of one voice resemble each other.
        text: what is said.
    """

    file: str
    speaker: str
    voice: str
    text: str

    @property
    def is_chat(self) -> bool:
        """Whether it is a whole conversation; its speaker is then who is at work in it."""
        return "\n" in self.text


def load_training(data_dir: Path) -> list[Example]:
    """Read all training texts."""
    files = {path.name: load_yaml(path, TrainingFile) for path in sorted((data_dir / "training").glob("*.yml"))}
    return [Example(name, file.speaker, voice, text) for name, file in files.items() for voice, texts in file.voices.items() for text in texts]


@dataclass(frozen=True, slots=True)
class Described:
    """What an example is described by.

    Args:
        example: the example.
        text: the features of all of it as one text.
        conversation: its features as a conversation; None when it is none.
    """

    example: Example
    text: Features
    conversation: Features | None


def describe(data_dir: Path, examples: Sequence[Example]) -> list[Described]:
    """Describe examples under the rules and disguises of a data directory."""
    matcher = RuleMatcher(load_rules(data_dir), load_yaml(data_dir / "lexicon.yml", LexiconData))
    normaliser = Normaliser.load(data_dir, matcher)
    described = []
    for example in examples:
        turns = parse_chat(example.text) or [Turn("", example.text)]
        said: list[Said] = []
        for person, turn in zip(persons(turns), turns, strict=True):
            text = normaliser.normalise(turn.text).text
            if found := matcher.match(text, ungated=True):
                said.append((person, text, found.lemmas))
        whole = features("\n".join(text for _, text, _ in said), [lemma for _, _, lemmas in said for lemma in lemmas])
        described.append(Described(example, whole, conversation_features(said) if len(turns) > 1 else None))
    return described


def fit(described: Sequence[Described]) -> SpeakerModels:
    """Fit the models on examples, and the one of texts also on texts of one voice joined."""
    examples = [item.example for item in described]
    joined = [range(at, at + JOINED_TEXTS) for at in range(0, len(examples) - JOINED_TEXTS + 1, JOINED_TEXTS // 2)]
    joined = [p for p in joined if len({(examples[i].file, examples[i].voice) for i in p}) == 1 and not any(examples[i].is_chat for i in p)]
    texts = [(item.text, item.example.speaker) for item in described]
    more = [(Features.joined([described[i].text for i in places]), examples[places[0]].speaker) for places in joined]
    conversations = [(item.conversation, item.example.speaker) for item in described if item.conversation]
    return SpeakerModels(_fit(texts, more, TEXT_REGULARISATION), _fit(conversations, [], CONVERSATION_REGULARISATION))


def _fit(texts: Sequence[tuple[Features, str]], more: Sequence[tuple[Features, str]], regularisation: float) -> SpeakerModel:
    """Fit a model on texts and their speakers; ``more`` brings no feature that is not in the others."""
    # 80 MB and a second of start-up that only training needs.
    from scipy.sparse import csr_matrix  # noqa: PLC0415
    from sklearn.feature_extraction.text import TfidfTransformer  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    ids, seen = np.unique(np.concatenate([text.ids for text, _ in texts]), return_counts=True)
    ids = ids[seen >= MIN_TEXTS]
    found = [text for text, _ in (*texts, *more)]
    kept = [np.isin(text.ids, ids, assume_unique=True) for text in found]
    columns = np.searchsorted(ids, np.concatenate([text.ids[known] for text, known in zip(found, kept, strict=True)]))
    counts = np.concatenate([text.counts[known] for text, known in zip(found, kept, strict=True)]).astype(np.float64)
    ends = np.cumsum([0, *(int(known.sum()) for known in kept)])
    tfidf = TfidfTransformer(sublinear_tf=True)
    table = tfidf.fit_transform(csr_matrix((counts, columns, ends), shape=(len(found), len(ids))))
    model = LogisticRegression(C=regularisation, max_iter=MAX_ITERATIONS, class_weight="balanced")
    model.fit(table, [SPEAKERS.index(speaker) for _, speaker in (*texts, *more)])
    return SpeakerModel(
        ids,
        tfidf.idf_.astype(np.float32),
        model.coef_.T.astype(np.float32),
        model.intercept_.astype(np.float32),
    )


def train(data_dir: Path, model_path: Path) -> None:
    """Train the speaker models and write them.

    Args:
        data_dir: the scam data directory.
        model_path: the file to write.

    Raises:
        ScamInputError: a data file is missing or breaks its schema.
    """
    fit(describe(data_dir, load_training(data_dir))).save(model_path)


def ensure_model(data_dir: Path, model_dir: Path) -> Path:
    """Give the models that belong to the data as it is now, training them first if there are none.

    Args:
        data_dir: the scam data directory.
        model_dir: where models are kept.
    """
    path = model_dir / f"speaker-{content_key(data_dir)}.npz"
    if not path.exists():
        train(data_dir, path)
        for outgrown in model_dir.glob("speaker-*.npz"):
            if outgrown != path:
                outgrown.unlink(missing_ok=True)
    return path


def content_key(data_dir: Path) -> str:
    """Give a short hash of everything a model depends on, for the name of its file."""
    digest = hashlib.sha256()
    data = sorted(path for pattern in ("training/*.yml", "rules/*.yml", "lexicon.yml", "disguise.yml") for path in data_dir.glob(pattern))
    for path in [*data, *(Path(__file__).with_name(name) for name in ("training.py", "speaker.py", "chats.py"))]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
