"""Each departure from stock Rasa holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.runtime import lean, placeholders

ROOT = Path(__file__).resolve().parents[2]


def run(code: str, **environment: str) -> str:
    """Run code in a fresh interpreter and return what it prints."""
    import os

    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
    return result.stdout.strip()


def test_tensorflow_is_not_installed() -> None:
    import importlib.metadata

    installed = {distribution.metadata["Name"].lower() for distribution in importlib.metadata.distributions()}
    assert not installed & {"tensorflow", "tensorflow-cpu", "keras", "tensorflow-text", "tensorflow-hub"}


def test_the_chat_server_never_creates_a_tensorflow_class() -> None:
    code = """
import bot.runtime.chat_server, sys
from bot.runtime.placeholders import PlaceholderModule
modules = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in {"tensorflow", "keras"}}
assert all(isinstance(module, PlaceholderModule) for module in modules.values()), modules
tf = sys.modules.get("tensorflow")
if tf is not None:
    try:
        tf.Variable(1.0, 2.0)
    except Exception as error:
        print(type(error).__name__)
else:
    print("AbsentPackageError")
"""
    assert run(code) == "AbsentPackageError"


def test_a_placeholder_refuses_to_be_used_and_names_the_package() -> None:
    lean.prepare()
    import slack_sdk.web.async_client as absent

    with pytest.raises(placeholders.AbsentPackageError, match="slack_sdk"):
        absent.AsyncWebClient(token="x", base_url="y")


def test_a_placeholder_steps_aside_for_an_installed_package(tmp_path: Path) -> None:
    (tmp_path / "pymongo.py").write_text("real = True\n")
    assert run("from bot.runtime import lean; lean.prepare(); import pymongo; print(pymongo.real)", PYTHONPATH=str(tmp_path)) == "True"


def test_the_tensorflow_half_of_rasa_brings_nothing_in() -> None:
    code = "import bot.runtime.chat_server, sys; print([name for name in ('sklearn', 'scipy.stats', 'tensorflow.python') if name in sys.modules])"
    assert run(code) == "[]"


def test_placeholders_answer_for_nothing_else() -> None:
    lean.prepare()
    with pytest.raises(ModuleNotFoundError):
        __import__("a_package_that_does_not_exist")


def test_telemetry_is_off_even_when_the_environment_asks_for_it() -> None:
    code = """
from bot.runtime import lean; lean.prepare()
from rasa import telemetry
print(telemetry.is_telemetry_enabled())
"""
    assert run(code, RASA_TELEMETRY_ENABLED="true") == "False"


def test_sanic_serves_from_one_process() -> None:
    lean.prepare()
    from sanic import Sanic

    with pytest.raises(ValueError, match="several chat servers"):
        Sanic("test_sanic_serves_from_one_process").run(workers=2)


def test_preparing_twice_changes_nothing() -> None:
    lean.prepare()
    from sanic import Sanic

    before = Sanic.run
    lean.prepare()
    assert Sanic.run is before


def test_the_numpy_alias_that_rasa_looks_for_is_there() -> None:
    lean.prepare()
    import numpy

    assert issubclass(numpy.VisibleDeprecationWarning, UserWarning)


def test_every_rasa_command_starts() -> None:
    from typer.testing import CliRunner  # noqa: F401  (Typer is the entry; Rasa parses its own arguments)

    result = subprocess.run([sys.executable, "-m", "bot.runtime", "rasa", "--version"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "3.6.21" in result.stdout, result.stderr[-2000:]


def test_an_action_server_that_answers_nonsense_is_still_refused() -> None:
    code = """
from bot.runtime import lean; lean.prepare()
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from bot.runtime import action_results
action_results.install()
action = RemoteAction("action_answer", None)
print(action._validate_action_result({"events": [], "responses": [{"text": "x"}]}))
try:
    action._validate_action_result({"events": "x", "responses": 1})
except ValidationError:
    print("refused")
"""
    assert run(code).split() == ["True", "refused"]
