from pathlib import Path

import pytest
import yaml

from bot.scam.data import DisguiseData, LexiconData, load_rules, load_yaml
from bot.scam.detector import ScamDetector
from bot.scam.matching import RuleMatcher
from bot.scam.normalise import Normaliser

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data" / "scam"
# Made by `guard train`, or by the first test; anew they would take a minute.
MODELS = ROOT / "models"


@pytest.fixture(scope="session")
def detector() -> ScamDetector:
    return ScamDetector.load(DATA, MODELS)


@pytest.fixture(scope="session")
def matcher() -> RuleMatcher:
    return RuleMatcher(load_rules(DATA), load_yaml(DATA / "lexicon.yml", LexiconData))


@pytest.fixture(scope="session")
def normaliser(matcher: RuleMatcher) -> Normaliser:
    return Normaliser.load(DATA, matcher)


@pytest.fixture(scope="session")
def disguise_data() -> DisguiseData:
    return load_yaml(DATA / "disguise.yml", DisguiseData)


@pytest.fixture(scope="session")
def held_out() -> dict[str, list]:
    return yaml.safe_load((ROOT / "tests" / "scam" / "heldout.yml").read_text(encoding="utf-8"))
