from pathlib import Path

import pytest

from bot.knowledge.check import Everything
from bot.knowledge.library import Library

KNOWLEDGE = Path(__file__).resolve().parents[2] / "data" / "knowledge"


@pytest.fixture(scope="session")
def knowledge_dir() -> Path:
    return KNOWLEDGE


@pytest.fixture(scope="session")
def everything() -> Everything:
    return Everything.load(KNOWLEDGE)


@pytest.fixture(scope="session")
def library(everything: Everything) -> Library:
    return everything.library


@pytest.fixture(scope="session")
def shared_spec() -> Path:
    spec = Path(__file__).resolve().parents[3] / "shared" / "spec"
    if not spec.is_dir():
        pytest.skip("the specification folder ../shared/spec is not here")
    return spec
