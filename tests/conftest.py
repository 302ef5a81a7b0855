"""The assistant that conversations, browser and fault tests talk to."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.running import Assistant, build, running


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterable[Assistant]:
    """The real chat, action and console servers on free ports, started once for all tests that only talk to them."""
    with running(build(tmp_path_factory.mktemp("assistant")), console=True) as started:
        yield started
