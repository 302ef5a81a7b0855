"""The scam detector: is an agent speaking, at which stage of the trick, and which words show it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from bot.scam.chats import Turn, parse_chat
from bot.scam.data import DisguiseData, LexiconData, StageData, Verdict, load_rules, load_signals, load_yaml
from bot.scam.matching import Found, Hit, RuleMatcher
from bot.scam.normalise import Normaliser
from bot.scam.offsets import MappedText
from bot.scam.prefilter import Prefilter
from bot.scam.speaker import SpeakerModel, features
from bot.scam.tables import load_tables
from bot.scam.training import ensure_model
from bot.scam.verdict import NOTHING_FOUND, Screening, Signal, Thresholds, logistic

# Longer texts are screened in pieces, so that no text takes unbounded time in one call of the rules.
MAX_PIECE_CHARS = 1_000
# Of anything longer than so many pieces or turns, only those with a trace are looked at, and no more of them than this: a megabyte of the worst
# text then takes seconds, not minutes.
MANY_PIECES = 120
# The signal of a text without any other, which the speaker model alone found.
WORDING = "agent_wording"
UNDER_EVIDENT = 0.01


@dataclass(frozen=True, slots=True)
class _Heard:
    """What one text holds, before judgement."""

    raw: str
    mapped: MappedText
    found: Found
    speakers: dict[str, float]
    turn: int
    at: int


class ScamDetector:
    """Screens texts and conversations.

    Args:
        matcher: the rules.
        normaliser: undoes disguises.
        model: tells who speaks.
        prefilter: turns away what holds no trace of a signal.
        data_dir: the scam data directory.
    """

    def __init__(self, matcher: RuleMatcher, normaliser: Normaliser, model: SpeakerModel, prefilter: Prefilter, data_dir: Path) -> None:
        self._matcher = matcher
        self._normaliser = normaliser
        self._model = model
        self._prefilter = prefilter
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
        normaliser = Normaliser.load(data_dir, matcher.words, matcher.traces)
        prefilter = Prefilter(matcher.traces, load_yaml(data_dir / "disguise.yml", DisguiseData), load_tables(data_dir / "characters.tsv"))
        return cls(matcher, normaliser, model, prefilter, data_dir)

    def screen_text(self, text: str, prefiltered: bool = True) -> Screening:
        """Screen one text; a pasted conversation is recognised and screened turn by turn.

        Args:
            text: raw text of any content.
            prefiltered: whether to turn away at once what holds no trace of a signal; the verdict is the same either way.

        Returns:
            The verdict with signals whose offsets point into ``text``.
        """
        turns = parse_chat(text) if "\n" in text else None
        if turns is None and len(text) > MAX_PIECE_CHARS:
            turns = [Turn("", text[at : at + MAX_PIECE_CHARS], at) for at in range(0, len(text), MAX_PIECE_CHARS)]
        if turns is None:
            if prefiltered and not self._prefilter.may_hold(text):
                return NOTHING_FOUND
            heard = self._hear(text)
            return self._judge([heard]) if heard else NOTHING_FOUND
        whole = self.screen_turns(turns)
        shifted = (replace(s, start=s.start + turns[s.turn].start, end=s.end + turns[s.turn].start) for s in whole.signals)
        return replace(whole, signals=tuple(shifted))

    def screen_turns(self, turns: Sequence[Turn]) -> Screening:
        """Screen a conversation. Each speaker's evidence adds up over the turns; the verdict is about the one with the most.

        Args:
            turns: what was said, in order.

        Returns:
            The verdict; each signal names its turn, its offsets point into that turn's text.
        """
        pieces = [(index, turn.text[at : at + MAX_PIECE_CHARS], at) for index, turn in enumerate(turns)
                  for at in range(0, max(1, len(turn.text)), MAX_PIECE_CHARS)]  # fmt: skip
        if len(pieces) > MANY_PIECES:
            pieces = list(islice((piece for piece in pieces if self._prefilter.may_hold(piece[1])), MANY_PIECES))
        by_speaker: dict[str, list[_Heard]] = {}
        traced = False
        for index, text, at in pieces:
            heard = self._hear(text, index, at, ungated=True)
            if heard:
                traced = traced or heard.found.traced or any(hit.rule.signal for hit in heard.found.hits)
                by_speaker.setdefault(turns[index].speaker, []).append(heard)
        if not traced:
            return NOTHING_FOUND
        return max((self._judge(said) for said in by_speaker.values()), key=lambda screening: screening.score, default=NOTHING_FOUND)

    def recount(self, text: str) -> tuple[str, ...]:
        """Give the demands of an agent that a person tells of ("他让我把身份证发过去").

        Args:
            text: what the person wrote.

        Returns:
            Ids of the signals told of; empty when the text tells of none.
        """
        return self.screen_text(text).recounted

    def _hear(self, raw: str, turn: int = 0, at: int = 0, ungated: bool = False) -> _Heard | None:
        """Find what a text holds; None without any trace of a signal."""
        mapped = self._normaliser.normalise(raw)
        found = self._matcher.match(mapped.text, ungated)
        if found is None:
            return None
        speakers = self._model.probabilities(features(mapped.text, found.lemmas, [hit.rule.id for hit in found.hits]))
        return _Heard(raw, mapped, found, speakers, turn, at)

    def _judge(self, heard: list[_Heard]) -> Screening:
        """Weigh all that one speaker says."""
        limits = self._thresholds
        found = [(text, hit) for text in heard for hit in text.found.hits if hit.rule.signal]
        strengths: dict[str, str] = {}
        for _, hit in found:
            known = strengths.get(hit.rule.signal)
            if known is None or limits.strengths[hit.rule.strength] > limits.strengths[known]:
                strengths[hit.rule.signal] = hit.rule.strength
        evidence = {"bias": limits.bias}
        for place, (signal, strength) in enumerate(sorted(strengths.items(), key=lambda item: -limits.strengths[item[1]])):
            evidence[signal] = limits.further[strength] if place else limits.strengths[strength]
        if not found:
            heard = [text for text in heard if text.found.topical]
            if not heard:
                return NOTHING_FOUND
            evidence[WORDING] = limits.wording
        frames = _frames(heard)
        evidence |= {frame: limits.frames[frame] for frame in sorted(frames)}
        evidence["speaker"] = limits.speaker * _agent_log_odds(heard, limits.speaker_limit)
        score = logistic(sum(evidence.values()))
        if not found:
            # Without any words to point at, the most that is said is: be careful.
            score = min(score, limits.evident - UNDER_EVIDENT)
        if not found and score < limits.suspicious:
            return NOTHING_FOUND
        verdict = Verdict.EVIDENT if score >= limits.evident else Verdict.SUSPICIOUS if score >= limits.suspicious else Verdict.NONE
        stage = self._stages[max((self._stage_of[signal] for signal in strengths), default=self._stage_of[WORDING])]
        speaker = "agent" if verdict is Verdict.EVIDENT else max(heard[0].speakers, key=lambda name: heard[0].speakers[name])
        recounted = tuple(sorted(strengths)) if "victim" in frames and verdict is not Verdict.EVIDENT else ()
        signals = tuple(self._signal(text, hit) for text, hit in found) if found else (self._wording(heard),)
        return Screening(verdict, score, signals, stage.id, speaker, tuple(stage.advice), recounted, evidence)

    def _wording(self, heard: list[_Heard]) -> Signal:
        """Point at the turn whose wording is most like an agent's."""
        text = max(heard, key=lambda said: said.speakers["agent"])
        return Signal(WORDING, text.at, text.at + len(text.raw), text.raw, self._signals[WORDING].why_zh, WORDING, text.turn)

    def _signal(self, text: _Heard, hit: Hit) -> Signal:
        start, end = text.mapped.raw_span(hit.start, hit.end)
        why = self._signals[hit.rule.signal].why_zh
        return Signal(hit.rule.signal, text.at + start, text.at + end, text.raw[start:end], why, hit.rule.id, text.turn)


def _frames(heard: list[_Heard]) -> set[str]:
    """Give what shows another speaker. In a conversation agents ask questions too, so there only what most turns show counts."""
    counts = Counter(frame for text in heard for frame in {hit.rule.frame for hit in text.found.hits if hit.rule.frame})
    return {frame for frame, count in counts.items() if 2 * count > len(heard)}


def _agent_log_odds(heard: list[_Heard], limit: float) -> float:
    """Give the speaker model's log-odds of an agent: of the turn that shows it most, among those with a signal if there are any."""
    telling = [text for text in heard if any(hit.rule.signal for hit in text.found.hits)] or heard
    agent = max(text.speakers["agent"] for text in telling)
    return max(-limit, min(limit, math.log(max(agent, 1e-9) / max(1 - agent, 1e-9))))
