import shutil
from pathlib import Path

import pytest

from bot.scam.data import load_rules, load_signals
from bot.scam.detector import ScamDetector
from bot.scam.errors import ScamInputError
from bot.scam.evidence import WORDING
from bot.scam.matching import RuleMatcher
from bot.scam.patterns import parse
from bot.scam.rulebook import check_rules, replay
from tests.scam.conftest import DATA


def test_every_rule_hits_its_examples_and_spares_its_counter_examples() -> None:
    assert check_rules(DATA) == []


def test_every_signal_has_a_rule() -> None:
    assert load_signals(DATA).keys() - {rule.signal for rule in load_rules(DATA)} == {WORDING}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("signal: success_fee", "signal: no_such", "unknown signal"),
        ("id: insider", "id: disparage", "used 2 times"),
        ("examples: [不成功不收费，先退后付", "examples: [今天天气好", "misses its example"),
        ("{success}", "{no_such}", "unknown concept"),
        ("strength: strong", "strength: huge", "strength"),
    ],
)
def test_a_broken_rule_is_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    copy = shutil.copytree(DATA, tmp_path / "scam")
    file = copy / "rules" / "10_lure.yml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert any(told in line for line in check_rules(copy))


def test_hits_stand_in_the_documents_spans(matcher: RuleMatcher) -> None:
    found = matcher.match("专业退保团队全程代办,不成功不收费")
    assert found is not None
    assert {span.label_ for span in found.doc.spans["rules"]} == {hit.rule.id for hit in found.hits}
    assert "success_fee_slogan" in {span.label_ for span in found.doc.spans["rules"]}


def test_an_exclusion_voids_only_its_own_sentence(matcher: RuleMatcher) -> None:
    def rules_in(text: str) -> set[str]:
        found = matcher.match(text)
        return {hit.rule.id for hit in found.hits} if found else set()

    assert "full_refund_slogan" not in rules_in("犹豫期内可以全额退保")
    assert "full_refund_slogan" in rules_in("犹豫期内另说。我们全额退保")


@pytest.mark.parametrize("pattern", ["", "..99 {full}", "{full} {", "..0"])
def test_a_pattern_that_cannot_be_read_is_refused(pattern: str) -> None:
    with pytest.raises(ScamInputError):
        parse(pattern)


def test_replay_shows_only_what_changed(detector: ScamDetector) -> None:
    lines = ['{"text": "全额退保，不成功不收费", "verdict": "none"}', '{"text": "吃了吗", "verdict": "none"}', ""]
    assert [(c.before, c.after) for c in replay(detector, lines)] == [("none", "evident")]


def test_replay_names_the_line_it_cannot_read(detector: ScamDetector) -> None:
    with pytest.raises(ScamInputError, match="line 2"):
        list(replay(detector, ['{"text": "好"}', "not json"]))
