"""What the action server does before it serves."""

import asyncio
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.intake.catalog import IntakeCatalog
from bot.intake.errors import IntakeError
from bot.runtime import action_server

INTAKE_DATA = Path(__file__).resolve().parents[2] / "data" / "intake"


def test_the_examples_are_learned_beside_serving_so_that_no_user_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = IntakeCatalog.load(INTAKE_DATA)
    monkeypatch.setattr(action_server, "desk", lambda: SimpleNamespace(catalog=catalog))

    asyncio.run(action_server.warm_up(None))
    for thread in threading.enumerate():
        if thread.name == "learn-examples":
            thread.join()

    assert "examples" in vars(catalog)


def test_a_store_that_cannot_be_opened_does_not_keep_the_server_from_starting(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def closed() -> None:
        raise IntakeError("store_unavailable")

    monkeypatch.setattr(action_server, "desk", closed)

    asyncio.run(action_server.warm_up(None))

    assert "cannot be opened yet" in caplog.text
