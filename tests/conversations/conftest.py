"""Collects conversations: each .yml file under a behaviour's folder is one test, held with the real chat and action servers.

A file is a list of steps. `user` says something, or `press` presses the button whose words contain the given ones. Then, all optional:
`expect` (each must be in the reply), `expect_any` (one of them must be), `reject` (none may be), `buttons` (words of buttons that must be
there), `cards` (kinds of cards that must be shown), `max_messages`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.running import Assistant, Conversation, Reply

STEP_KEYS = {"user", "press", "expect", "expect_any", "reject", "buttons", "cards", "max_messages"}


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ConversationFile | None:
    """Collect conversation files."""
    if file_path.suffix == ".yml" and Path(__file__).parent in file_path.parents:
        return ConversationFile.from_parent(parent, path=file_path)
    return None


class ConversationFile(pytest.File):
    """One .yml file."""

    def collect(self) -> Iterable[ConversationTest]:
        """Make its one test."""
        yield ConversationTest.from_parent(self, name=self.path.stem.replace("_", " "))


class ConversationTest(pytest.Function):
    """One conversation."""

    def __init__(self, name: str, parent: pytest.Collector) -> None:
        steps = yaml.safe_load(parent.path.read_text(encoding="utf-8"))
        assert steps, f"{parent.path.name} has no steps"
        for step in steps:
            unknown = set(step) - STEP_KEYS
            assert not unknown, f"{parent.path.name}: unknown keys {unknown}"
            said = step.get("user", step.get("press"))
            assert isinstance(said, str), f"{parent.path.name}: put quotes around {said!r}, it is not a text"
            assert set(step) - {"user", "press"} or step is not steps[-1], f"{parent.path.name}: the last step expects nothing"

        def hold(assistant: Assistant) -> None:
            conversation = assistant.conversation()
            for number, step in enumerate(steps, start=1):
                check(number, step, take(conversation, step))

        super().__init__(name, parent, callobj=hold)
        self.add_marker("servers")


def take(conversation: Conversation, step: dict[str, Any]) -> Reply:
    """Take one step."""
    return conversation.press(step["press"]) if "press" in step else conversation.say(step["user"])


def check(number: int, step: dict[str, Any], reply: Reply) -> None:
    """Compare a reply with what its step expects."""
    said = f"step {number} ({step.get('user') or step.get('press')}), the assistant said:\n{reply.text}\nbuttons: {reply.titles}"
    assert reply.messages, f"no answer at {said}"
    for words in step.get("expect", []):
        assert str(words) in reply.text, f"{words!r} is missing at {said}"
    if "expect_any" in step:
        assert any(str(words) in reply.text for words in step["expect_any"]), f"none of {step['expect_any']} at {said}"
    for words in step.get("reject", []):
        assert str(words) not in reply.text, f"{words!r} must not be there at {said}"
    for words in step.get("buttons", []):
        assert any(words in title for title in reply.titles), f"no button {words!r} at {said}"
    for kind in step.get("cards", []):
        assert kind in reply.customs, f"no card {kind!r} among {reply.customs} at {said}"
    assert len(reply.messages) <= step.get("max_messages", 99), f"too many messages at {said}"
