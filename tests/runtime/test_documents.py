"""What the documents name exists: files, tests, commands with their options, settings, pictures."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
import typer

from bot.runtime import cli, commands
from bot.runtime.settings import PROJECT_ROOT, Settings

DOCUMENTS = ["README.md", "README.zh-CN.md", "SECURITY.md", "docs/operations.md", "docs/operations.zh-CN.md"]

# A path of ours: a known folder in front, so that names of the operator's own files are left alone.
OUR_PATH = re.compile(r"`((?:bot|data|tests|actions|web|docs|tools|bench)/[\w./-]+)(?:::(\w+))?`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
COMMAND = re.compile(r"(?:^|[`/]|&& )guard ([a-z][^`\n|;#&]*)", re.MULTILINE)
NAMES = re.compile(r"[a-z-]+(?: [a-z][a-z-]*)*")
SETTING = re.compile(r"\bGUARD_[A-Z_]+\b")


def text(name: str) -> str:
    return (PROJECT_ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def guard() -> click.Group:
    import importlib
    import pkgutil

    app = typer.Typer()
    for entry in pkgutil.iter_modules(commands.__path__):
        importlib.import_module(f"{commands.__name__}.{entry.name}").register(app)
    command = typer.main.get_command(app)
    assert isinstance(command, click.Group) or hasattr(command, "commands")
    return command  # type: ignore[return-value]


def complaint(guard: click.Group, words: list[str]) -> str | None:
    """Say what is wrong with a command line, None when nothing is."""
    command: click.Command = guard
    for position, word in enumerate(words):
        if not hasattr(command, "commands"):
            options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
            passed_on = command.context_settings.get("ignore_unknown_options", False)
            wrong = [name for name in words[position:] if name.startswith("--") and name.partition("=")[0] not in options]
            return f"has no option {wrong}" if wrong and not passed_on else None
        if word not in command.commands:
            return f"{word!r} is no command" if word.isascii() and not word.startswith(("-", "…")) else None
        command = command.commands[word]
    return None


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_and_test_a_document_names_is_there(document: str) -> None:
    missing = []
    for path, test in OUR_PATH.findall(text(document)):
        file = PROJECT_ROOT / path
        if not file.exists() or (test and f"def {test}(" not in file.read_text(encoding="utf-8")):
            missing.append(f"{path}::{test}" if test else path)
    for target in LINK.findall(text(document)):
        if not (PROJECT_ROOT / Path(document).parent / target).exists():
            missing.append(target)
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_a_document_names_is_there_with_its_options(document: str, guard: click.Group) -> None:
    found = COMMAND.findall(text(document))
    assert found
    wrong = {line: problem for line in found if (problem := complaint(guard, line.split()))}
    assert wrong == {}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_setting_a_document_names_is_read(document: str) -> None:
    known = {f"GUARD_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in SETTING.findall(text(document)) if not name.endswith("_")} <= known


def test_the_two_languages_name_the_same_commands_and_settings() -> None:
    for english, chinese in (("README.md", "README.zh-CN.md"), ("docs/operations.md", "docs/operations.zh-CN.md")):
        assert set(SETTING.findall(text(english))) == set(SETTING.findall(text(chinese)))
    english, chinese = ({NAMES.match(line).group() for line in COMMAND.findall(text(f"docs/operations{ending}.md"))} for ending in ("", ".zh-CN"))
    assert english == chinese


def test_the_check_itself_notices_what_is_not_there(guard: click.Group) -> None:
    assert complaint(guard, ["keys", "destroy"]) is not None
    assert complaint(guard, ["intake", "retention", "--forever"]) is not None
    assert complaint(guard, ["intake", "retention", "--dry-run"]) is None
    assert cli.app.info.name == "guard"
