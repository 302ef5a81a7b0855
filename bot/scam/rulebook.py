"""Checks the rules and shows what a change of them does to texts seen before."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.scam.data import LexiconData, Rule, StageData, load_rules, load_signals, load_yaml
from bot.scam.detector import ScamDetector
from bot.scam.errors import ScamInputError
from bot.scam.evidence import WORDING
from bot.scam.matching import RuleMatcher
from bot.scam.normalise import Normaliser
from bot.scam.verdict import Thresholds


def check_rules(data_dir: Path) -> list[str]:
    """Check every rule: schema, names, conflicts, examples that must hit, counter-examples that must not.

    Args:
        data_dir: the scam data directory.

    Returns:
        What is wrong, one line each; empty when all is well.
    """
    try:
        rules = load_rules(data_dir)
        lexicon = load_yaml(data_dir / "lexicon.yml", LexiconData)
        load_yaml(data_dir / "thresholds.yml", Thresholds)
        staged = [signal for stage in load_yaml(data_dir / "stages.yml", StageData).stages for signal in stage.signals]
        signals = load_signals(data_dir)
        matcher = RuleMatcher(rules, lexicon)
        normaliser = Normaliser.load(data_dir, matcher)
    except ScamInputError as error:
        return [str(error)]
    wrong = [f"{rule_id}: this id is used {n} times" for rule_id, n in Counter(rule.id for rule in rules).items() if n > 1]
    wrong += [f"{signal}: in {n} stages instead of one" for signal in signals if (n := staged.count(signal)) != 1]
    for rule in rules:
        wrong += [f"{rule.id}: {problem}" for problem in _problems(rule, signals.keys() - {WORDING}, matcher, normaliser)]
    return wrong


def _problems(rule: Rule, signals: set[str], matcher: RuleMatcher, normaliser: Normaliser) -> Iterator[str]:
    if bool(rule.signal) == bool(rule.frame):
        yield "needs a signal or a frame, not both"
    if rule.signal and rule.signal not in signals:
        yield f"unknown signal {rule.signal}"
    if not (rule.phrases or rule.patterns or rule.disguised):
        yield "has neither phrases nor patterns nor disguised words"
    for void in set(rule.unless) & {*rule.phrases, *rule.patterns}:
        yield f"{void!r} is both wanted and excluded"
    for text in rule.phrases:
        if normaliser.normalise(text).text != text:
            yield f"phrase {text!r} is not in normalised form, so it can never be found"
    for text in rule.examples:
        if not _hits(rule, text, matcher, normaliser):
            yield f"misses its example {text!r}"
    for text in rule.counter_examples:
        if _hits(rule, text, matcher, normaliser):
            yield f"hits its counter-example {text!r}"


def _hits(rule: Rule, text: str, matcher: RuleMatcher, normaliser: Normaliser) -> bool:
    mapped = normaliser.normalise(text)
    found = matcher.match(mapped.text, bool(rule.frame), partial(normaliser.is_disguised, text, mapped))
    return found is not None and any(hit.rule.id == rule.id for hit in found.hits)


@dataclass(frozen=True, slots=True)
class Change:
    """A text whose verdict differs from the one recorded for it."""

    text: str
    before: str
    after: str
    rules: list[str]


def replay(detector: ScamDetector, lines: Iterable[str]) -> Iterator[Change]:
    """Screen texts seen before and give those whose verdict is not what it was.

    Args:
        detector: the detector as it is now.
        lines: JSON lines ``{"text", "verdict"}``, as earlier screenings left them; without a verdict, ``none`` is taken.

    Raises:
        ScamInputError: a line is no such object.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            text, before = str(row["text"]), str(row.get("verdict", "none"))
        except (ValueError, KeyError, TypeError) as error:
            raise ScamInputError("bad_row", f"line {number}") from error
        now = detector.screen_text(text)
        if now.verdict != before:
            yield Change(text, before, str(now.verdict), sorted({signal.rule for signal in now.signals}))
