"""The model is trained when something it depends on has changed, and only then."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.runtime import lean, training
from bot.runtime.settings import PROJECT_ROOT, Settings
from bot.runtime.training import TrainingError, ensure_model, fingerprint, model_path
from bot.scam import training as scam_training


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of everything the model is trained from, and of the answers, to change."""
    for name in ("config.yml", "domain.yml"):
        shutil.copy(PROJECT_ROOT / name, tmp_path / name)
    for name in ("data", "bot/nlu"):
        shutil.copytree(PROJECT_ROOT / name, tmp_path / name)
    monkeypatch.setattr(training, "PROJECT_ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("GUARD_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("GUARD_MODELS_DIR", str(tmp_path / "models"))
    loaded = Settings.load()
    loaded.models_dir.mkdir()
    return loaded


class Training:
    """Stands in for Rasa's own training, which takes a minute."""

    def __init__(self, works: bool = True) -> None:
        self.works = works
        self.times = 0

    def __call__(self, output: str, fixed_model_name: str, **_: Any) -> Any:
        self.times += 1
        path = Path(output) / f"{fixed_model_name}.tar.gz"
        if self.works:
            path.write_bytes(b"a model")
        return type("Result", (), {"code": 0 if self.works else 1, "model": str(path) if self.works else None})


@pytest.fixture
def rasa_training(monkeypatch: pytest.MonkeyPatch) -> Training:
    lean.prepare()
    import rasa

    stand_in = Training()
    monkeypatch.setattr(scam_training, "ensure_model", lambda *_: None)
    monkeypatch.setattr(rasa, "train", stand_in)
    return stand_in


@pytest.mark.parametrize(
    "name", ["config.yml", "domain.yml", "data/nlu/surrender.yml", "data/rules/tasks.yml", "data/knowledge/insurers.csv", "bot/nlu/text.py"]
)
def test_the_fingerprint_changes_with_everything_the_model_depends_on(project: Path, name: str) -> None:
    before = fingerprint()
    file = project / name
    file.write_bytes(file.read_bytes() + b"\n# changed\n")
    assert fingerprint() != before


def test_a_file_that_was_added_removed_or_renamed_changes_the_fingerprint(project: Path) -> None:
    seen = {fingerprint()}
    new = project / "data" / "nlu" / "new.yml"
    new.write_text("version: '3.1'\n")
    seen.add(fingerprint())
    new.rename(new.with_name("newer.yml"))
    seen.add(fingerprint())
    assert len(seen) == 3


@pytest.mark.parametrize("name", ["data/knowledge/wording.yml", "data/dialogue/common.yml", "data/scam/words.yml", "data/channels/web.yml"])
def test_a_changed_answer_or_scam_rule_needs_no_training(project: Path, name: str) -> None:
    before = fingerprint()
    file = project / name
    file.write_bytes(file.read_bytes() + b"\n# changed\n")
    assert fingerprint() == before


def test_what_python_compiles_on_its_way_needs_no_training(project: Path) -> None:
    before = fingerprint()
    (project / "bot" / "nlu" / "__pycache__").mkdir(exist_ok=True)
    (project / "bot" / "nlu" / "__pycache__" / "text.cpython-399.pyc").write_bytes(b"compiled")
    assert fingerprint() == before


def test_a_newer_library_asks_for_training(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint()
    monkeypatch.setattr(training, "version", lambda _: "99")
    assert fingerprint() != before


def test_every_input_is_there() -> None:
    assert [name for name in training.TRAINING_INPUTS if not (PROJECT_ROOT / name).exists()] == []


def test_a_model_that_is_there_is_not_trained_again(settings: Settings, rasa_training: Training) -> None:
    first = ensure_model(settings)
    assert ensure_model(settings) == first == model_path(settings)
    assert rasa_training.times == 1
    ensure_model(settings, force=True)
    assert rasa_training.times == 2


def test_models_of_earlier_data_are_removed_and_nothing_else_is(settings: Settings, rasa_training: Training) -> None:
    old, other = settings.models_dir / "guard-0123456789abcdef.tar.gz", settings.models_dir / "somebody-elses.tar.gz"
    for path in (old, other):
        path.write_bytes(b"a model")
    kept = ensure_model(settings)
    assert {path.name for path in settings.models_dir.iterdir()} == {kept.name, other.name}
    assert not old.exists()


def test_when_training_fails_the_earlier_model_stays_and_the_words_say_what_to_do(settings: Settings, rasa_training: Training) -> None:
    old = settings.models_dir / "guard-0123456789abcdef.tar.gz"
    old.write_bytes(b"a model")
    rasa_training.works = False
    with pytest.raises(TrainingError, match="guard train"):
        ensure_model(settings)
    assert old.exists()
