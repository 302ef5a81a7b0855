"""The scam detector: is an agent speaking, at which stage of the trick, and which words show it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from bot.scam.data import LexiconData, StageData, Verdict, load_rules, load_signals, load_yaml
from bot.scam.matching import Hit, RuleMatcher
from bot.scam.normalise import Normaliser
from bot.scam.offsets import MappedText
from bot.scam.speaker import SpeakerModel, features
from bot.scam.training import ensure_model
from bot.scam.verdict import NOTHING_FOUND, Screening, Signal, Thresholds, logistic

# Longer texts are screened in pieces, so that no text takes unbounded time in one call of the rules.
MAX_PIECE_CHARS = 2_000


@dataclass(frozen=True, slots=True)
class _Heard:
    """What one text holds, before judgement."""

    raw: str
    mapped: MappedText
    hits: list[Hit]
    speakers: dict[str, float]


class ScamDetector:
    """Screens texts and conversations.

    Args:
        matcher: the rules.
        normaliser: undoes disguises.
        model: tells who speaks.
        data_dir: the scam data directory.
    """

    def __init__(self, matcher: RuleMatcher, normaliser: Normaliser, model: SpeakerModel, data_dir: Path) -> None:
        self._matcher = matcher
        self._normaliser = normaliser
        self._model = model
        self._thresholds = load_yaml(data_dir / "thresholds.yml", Thresholds)
        self._signals = load_signals(data_dir)
        self._stages = load_yaml(data_dir / "stages.yml", StageData).stages
        self._stage_of = {signal: index for index, stage in enumerate(self._stages) for signal in stage.signals}

    @classmethod
    def load(cls, data_dir: Path, model_dir: Path) -> ScamDetector:
        """Load rules, tables and the speaker model; a model that the data has outgrown is trained anew first.

        Args:
            data_dir: the scam data directory.
            model_dir: where trained models are kept.

        Raises:
            ScamInputError: a data file is missing or breaks its schema.
        """
        matcher = RuleMatcher(load_rules(data_dir), load_yaml(data_dir / "lexicon.yml", LexiconData))
        model = SpeakerModel.load(ensure_model(data_dir, model_dir))
        return cls(matcher, Normaliser.load(data_dir, matcher.words), model, data_dir)

    def screen_text(self, text: str) -> Screening:
        """Screen one text.

        Args:
            text: raw text of any content.

        Returns:
            The verdict with signals whose offsets point into ``text``.
        """
        heard = self._hear(text)
        return self._judge([heard]) if heard else NOTHING_FOUND

    def _hear(self, raw: str) -> _Heard | None:
        """Find what a text holds; None without any trace of a signal."""
        mapped = self._normaliser.normalise(raw)
        found = self._matcher.match(mapped.text)
        if found is None:
            return None
        doc, hits = found
        lemmas = [token.lemma_ for token in doc]
        return _Heard(raw, mapped, hits, self._model.probabilities(features(mapped.text, lemmas, [hit.rule.id for hit in hits])))

    def _judge(self, heard: list[_Heard]) -> Screening:
        limits = self._thresholds
        found = [(turn, text, hit) for turn, text in enumerate(heard) for hit in text.hits if hit.rule.signal]
        if not found:
            return NOTHING_FOUND
        strengths: dict[str, str] = {}
        for _, _, hit in found:
            known = strengths.get(hit.rule.signal)
            if known is None or limits.strengths[hit.rule.strength] > limits.strengths[known]:
                strengths[hit.rule.signal] = hit.rule.strength
        evidence = {"bias": limits.bias}
        for place, (signal, strength) in enumerate(sorted(strengths.items(), key=lambda item: -limits.strengths[item[1]])):
            evidence[signal] = limits.further[strength] if place else limits.strengths[strength]
        frames: set[str] = {hit.rule.frame for text in heard for hit in text.hits if hit.rule.frame}
        evidence.update({frame: limits.frames[frame] for frame in frames})
        agent = max(text.speakers["agent"] for text in heard)
        log_odds = math.log(max(agent, 1e-9) / max(1 - agent, 1e-9))
        evidence["speaker"] = limits.speaker * max(-limits.speaker_limit, min(limits.speaker_limit, log_odds))
        score = logistic(sum(evidence.values()))
        verdict = Verdict.EVIDENT if score >= limits.evident else Verdict.SUSPICIOUS if score >= limits.suspicious else Verdict.NONE
        signals = tuple(self._signal(turn, text, hit) for turn, text, hit in found)
        stage = self._stages[max((self._stage_of[signal] for signal in strengths), default=0)]
        speaker = "agent" if verdict is not Verdict.NONE else max(heard[0].speakers, key=lambda name: heard[0].speakers[name])
        recounted = tuple(sorted(strengths)) if speaker == "victim" else ()
        return Screening(verdict, score, signals, stage.id if signals else "", speaker, tuple(stage.advice) if signals else (), recounted, evidence)

    def _signal(self, turn: int, text: _Heard, hit: Hit) -> Signal:
        start, end = text.mapped.raw_span(hit.start, hit.end)
        return Signal(hit.rule.signal, start, end, text.raw[start:end], self._signals[hit.rule.signal].why_zh, hit.rule.id, turn)
