"""Makes Rasa importable, and starts the assistant that conversations, browser and fault tests talk to."""

from __future__ import annotations

import resource
from collections.abc import Iterable

import pytest
from hypothesis import settings

from bot.runtime import lean
from tests.running import WECHAT, Assistant, build, running

# Rasa can only be imported after this, in whichever order the tests are collected.
lean.prepare()

# A busy machine is slow now and then; what must be quick is measured in bench/.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# One process opens hundreds of small databases; the usual soft limit of 1,024 files is for ordinary programs.
_, MOST_OPEN_FILES = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_OPEN_FILES, MOST_OPEN_FILES))


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterable[Assistant]:
    """The real chat, action and console servers on free ports, started once for all tests that only talk to them."""
    with running(build(tmp_path_factory.mktemp("assistant"), **WECHAT), console=True) as started:
        yield started
