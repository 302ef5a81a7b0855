from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from bot.console.audit import Act
from bot.console.labels import SCAM_DATA, Labels
from bot.console.roles import Role
from bot.console.wording import WORDING_FILE, Wording, load_wording
from bot.intake.catalog import IntakeCatalog
from bot.intake.vocabulary import Author, IdentifierKind, LogAction
from bot.nlu.resolution import CONVERSATION_INTENTS
from bot.transcripts import Verdict

CONSOLE = Path(__file__).resolve().parents[2] / "bot" / "console"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
DATA = SCAM_DATA.parent


def test_every_word_a_template_uses_exists_and_every_word_is_used() -> None:
    words = load_wording()
    source = "\n".join(path.read_text(encoding="utf-8") for path in [*CONSOLE.glob("templates/*.html"), *CONSOLE.rglob("*.py")])
    used = set(re.findall(r"\bw\.(\w+)\.(?!items\(\))(\w+)", source))
    for section, key in used:
        assert key in getattr(words, section), f"{section}.{key}"
    looked_up = {
        section
        for section in Wording.model_fields
        if re.search(rf"w\.{section}\[|wording\.{section}\b|words\.{section}\b|w\.{section}\.items", source)
    }
    for section in set(Wording.model_fields) - looked_up - {"common"}:
        unused = {key for key in getattr(words, section) if (section, key) not in used}
        assert not unused, f"{section}: {unused}"


def test_no_chinese_stands_in_code_or_templates() -> None:
    for path in [*CONSOLE.rglob("*.py"), *CONSOLE.glob("templates/*.html"), CONSOLE / "static" / "console.js"]:
        assert not CHINESE.search(path.read_text(encoding="utf-8")), path.name


def test_every_error_a_member_of_staff_can_meet_has_words() -> None:
    words = load_wording()
    source = "\n".join(path.read_text(encoding="utf-8") for path in [*CONSOLE.rglob("*.py"), *(CONSOLE.parent / "transcripts").glob("*.py")])
    keys = set(re.findall(r'(?:ConsoleError|TranscriptError)\("(\w+)"', source))
    assert len(keys) > 15
    assert keys <= set(words.errors)


@pytest.mark.parametrize(
    ("section", "names"),
    [
        ("roles", Role),
        ("acts", Act),
        ("verdicts", Verdict),
        ("log_actions", LogAction),
        ("authors", Author),
        ("identifier_kinds", IdentifierKind),
    ],
)
def test_everything_with_a_closed_list_of_names_has_words_for_each(section: str, names: type) -> None:
    assert set(getattr(load_wording(), section)) >= {name.value for name in names}  # type: ignore[attr-defined]


def test_every_intent_of_the_domain_has_a_name_and_every_name_an_intent() -> None:
    domain = yaml.safe_load((DATA.parent / "domain.yml").read_text(encoding="utf-8"))
    words = load_wording()
    assert set(domain["intents"]) == {*words.topics, *words.intents, *words.steering}


def test_what_steers_a_conversation_is_what_the_assistant_takes_for_steering_and_asking_for_progress_is_a_subject() -> None:
    assert set(load_wording().steering) == CONVERSATION_INTENTS - {"tip_off_status"}


def test_every_routing_rule_has_words() -> None:
    catalog = IntakeCatalog.load(DATA / "intake")
    assert {rule.id for rule in catalog.routing.rules} <= set(load_wording().rules)


@pytest.mark.parametrize("change", [{"login": {}}, {"login": {"items": "x"}}, {"login": {"title": " "}}, {"surplus": {"a": "b"}}, {"login": None}])
def test_a_wording_file_with_a_mistake_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    content = yaml.safe_load(WORDING_FILE.read_text(encoding="utf-8"))
    path = tmp_path / "wording.yml"
    path.write_text(yaml.safe_dump({**content, **change}, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ValidationError):
        load_wording(path)


def test_what_has_no_name_yet_is_shown_by_its_id() -> None:
    labels = Labels(load_wording(), IntakeCatalog.load(DATA / "intake"))
    assert labels.name("surrender_right") == "能不能退保"
    for name in (labels.name, labels.signal, labels.stage, labels.channel, labels.document, labels.behaviour):
        assert name("brand_new") == "brand_new"
