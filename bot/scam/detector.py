"""The scam detector: is an agent speaking, at which stage of the trick, and which words show it."""

from __future__ import annotations

from pathlib import Path

from bot.scam.data import LexiconData, StageData, Verdict, load_rules, load_signals, load_yaml
from bot.scam.matching import Hit, RuleMatcher
from bot.scam.normalise import Normaliser
from bot.scam.offsets import MappedText
from bot.scam.verdict import NOTHING_FOUND, Screening, Signal, Thresholds, logistic

# Longer texts are screened in pieces, so that no text takes unbounded time in one call of the rules.
MAX_PIECE_CHARS = 2_000


class ScamDetector:
    """Screens texts and conversations.

    Args:
        matcher: the rules.
        normaliser: undoes disguises.
        data_dir: the scam data directory.
    """

    def __init__(self, matcher: RuleMatcher, normaliser: Normaliser, data_dir: Path) -> None:
        self._matcher = matcher
        self._normaliser = normaliser
        self._thresholds = load_yaml(data_dir / "thresholds.yml", Thresholds)
        self._signals = load_signals(data_dir)
        self._stages = load_yaml(data_dir / "stages.yml", StageData).stages
        self._stage_of = {signal: index for index, stage in enumerate(self._stages) for signal in stage.signals}

    @classmethod
    def load(cls, data_dir: Path, model_dir: Path) -> ScamDetector:  # noqa: ARG003
        """Load rules, tables and the speaker model.

        Args:
            data_dir: the scam data directory.
            model_dir: where the trained model is kept.

        Raises:
            ScamInputError: a data file is missing or breaks its schema.
        """
        matcher = RuleMatcher(load_rules(data_dir), load_yaml(data_dir / "lexicon.yml", LexiconData))
        return cls(matcher, Normaliser.load(data_dir, matcher.words), data_dir)

    def screen_text(self, text: str) -> Screening:
        """Screen one text.

        Args:
            text: raw text of any content.

        Returns:
            The verdict with signals whose offsets point into ``text``.
        """
        mapped = self._normaliser.normalise(text)
        _, hits = self._matcher.match(mapped.text)
        return self._judge(text, mapped, hits)

    def _judge(self, raw: str, mapped: MappedText, hits: list[Hit]) -> Screening:
        found = [hit for hit in hits if hit.rule.signal]
        if not found:
            return NOTHING_FOUND
        limits = self._thresholds
        weights: dict[str, float] = {}
        for hit in found:
            weights[hit.rule.signal] = max(weights.get(hit.rule.signal, 0.0), limits.strengths[hit.rule.strength])
        evidence = {"bias": limits.bias}
        for place, (signal, weight) in enumerate(sorted(weights.items(), key=lambda item: -item[1])):
            evidence[signal] = weight if place == 0 else weight * limits.further
        frames = {hit.rule.frame for hit in hits if hit.rule.frame}
        for frame in frames:
            evidence[frame] = limits.frames[frame]
        score = logistic(sum(evidence.values()))
        verdict = Verdict.EVIDENT if score >= limits.evident else Verdict.SUSPICIOUS if score >= limits.suspicious else Verdict.NONE
        signals = tuple(self._signal(raw, mapped, hit) for hit in found)
        stage = self._stages[max(self._stage_of[hit.rule.signal] for hit in found)]
        speaker = _speaker(frames, verdict)
        recounted = tuple(sorted(weights)) if speaker == "victim" else ()
        return Screening(verdict, score, signals, stage.id, speaker, tuple(stage.advice), recounted, evidence)

    def _signal(self, raw: str, mapped: MappedText, hit: Hit) -> Signal:
        start, end = mapped.raw_span(hit.start, hit.end)
        return Signal(hit.rule.signal, start, end, raw[start:end], self._signals[hit.rule.signal].why_zh, hit.rule.id)


def _speaker(frames: set[str], verdict: Verdict) -> str:
    if "warning" in frames:
        return "notice"
    if frames & {"victim", "question"}:
        return "victim"
    return "other" if verdict is Verdict.NONE else "agent"
