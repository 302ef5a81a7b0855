"""The scam detector: is an agent speaking, at which stage of the trick, and which words show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import compress, islice
from pathlib import Path

from bot.scam.chats import Turn, parse_chat, persons
from bot.scam.data import DisguiseData, LexiconData, StageData, Verdict, load_rules, load_signals, load_yaml
from bot.scam.evidence import WORDING, Evidence, Heard, gather
from bot.scam.matching import MIN_TRACES, Hit, RuleMatcher
from bot.scam.normalise import Normaliser
from bot.scam.prefilter import Prefilter
from bot.scam.speaker import SpeakerModels
from bot.scam.tables import load_tables
from bot.scam.training import ensure_model
from bot.scam.verdict import NOTHING_FOUND, Screening, Signal, Thresholds, logistic

# Longer texts are screened in pieces, so that no text takes unbounded time in one call of the rules.
MAX_PIECE_CHARS = 1_000
# Of anything longer than so many pieces or turns, only those with a trace are looked at, and no more of them than this: a megabyte of the worst
# text then takes seconds, not minutes.
MANY_PIECES = 120


class ScamDetector:
    """Screens texts and conversations.

    Args:
        matcher: the rules.
        normaliser: undoes disguises.
        models: tell who speaks.
        prefilter: turns away what holds no trace of a signal.
        data_dir: the scam data directory.
    """

    def __init__(self, matcher: RuleMatcher, normaliser: Normaliser, models: SpeakerModels, prefilter: Prefilter, data_dir: Path) -> None:
        self._matcher = matcher
        self._normaliser = normaliser
        self.models = models
        self._prefilter = prefilter
        self._thresholds = load_yaml(data_dir / "thresholds.yml", Thresholds)
        self.weights = self._thresholds.weights()
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
        models = SpeakerModels.load(ensure_model(data_dir, model_dir))
        normaliser = Normaliser.load(data_dir, matcher)
        disguises, tables = load_yaml(data_dir / "disguise.yml", DisguiseData), load_tables(data_dir / "characters.tsv")
        prefilter = Prefilter(matcher.traces, matcher.hints, disguises, tables)
        return cls(matcher, normaliser, models, prefilter, data_dir)

    def screen_text(self, text: str, prefiltered: bool = True) -> Screening:
        """Screen one text; a pasted conversation is recognised and screened turn by turn.

        Args:
            text: raw text of any content.
            prefiltered: whether to turn away at once what holds no trace of a signal; the verdict is the same either way.

        Returns:
            The verdict with signals whose offsets point into ``text``.
        """
        turns = parse_chat(text) if "\n" in text else None
        pasted = turns is not None
        if turns is None and len(text) > MAX_PIECE_CHARS:
            turns = [Turn("", text[at : at + MAX_PIECE_CHARS], at) for at in range(0, len(text), MAX_PIECE_CHARS)]
        if turns is None:
            if prefiltered and not self._prefilter.may_hold(text):
                return NOTHING_FOUND
            return self._judge(self._evidence([Turn("", text)], talk=False))
        whole = self._judge(self._evidence(turns, talk=pasted))
        shifted = (replace(s, start=s.start + turns[s.turn].start, end=s.end + turns[s.turn].start) for s in whole.signals)
        return replace(whole, signals=tuple(shifted), pasted=pasted)

    def screen_texts(self, texts: Sequence[str]) -> list[Screening]:
        """Screen many texts, as `screen_text` does each; most that hold no trace of a signal cost no more than a look at all of them at once."""
        screenings = [NOTHING_FOUND] * len(texts)
        short = [place for place, text in enumerate(texts) if len(text) <= MAX_PIECE_CHARS and "\n" not in text]
        held = dict(zip(short, self._prefilter.may_hold_each([texts[place] for place in short]), strict=True))
        for place, text in enumerate(texts):
            if held.get(place, True):
                screenings[place] = self.screen_text(text, prefiltered=place not in held)
        return screenings

    def screen_turns(self, turns: Sequence[Turn]) -> Screening:
        """Screen a conversation. Each speaker's evidence adds up over the turns; the verdict is about the one with the most.

        Args:
            turns: what was said, in order.

        Returns:
            The verdict; each signal names its turn, its offsets point into that turn's text.
        """
        return self._judge(self._evidence(turns, talk=len(turns) > 1))

    def evidence(self, turns: Sequence[Turn]) -> list[Evidence]:
        """Give the evidence against each speaker, before it is weighed; empty without any trace of a signal."""
        return [evidence for _, evidence in self._evidence(turns, talk=len(turns) > 1)]

    def recount(self, text: str) -> tuple[str, ...]:
        """Give the demands of an agent that a person tells of ("他让我把身份证发过去").

        Args:
            text: what the person wrote.

        Returns:
            Ids of the signals told of; empty when the text tells of none.
        """
        return self.screen_text(text).recounted

    def _hear(self, raw: str, turn: int, at: int, ungated: bool) -> Heard | None:
        """Find what a text holds; None without any trace of a signal."""
        mapped = self._normaliser.normalise(raw)
        found = self._matcher.match(mapped.text, ungated, partial(self._normaliser.is_disguised, raw, mapped))
        return Heard(raw, mapped, found, turn, at) if found else None

    def _evidence(self, turns: Sequence[Turn], talk: bool) -> list[tuple[list[Heard], Evidence]]:
        """Gather what speaks against each speaker, in a conversation or in the pieces of one text."""
        pieces = [(index, turn.text[at : at + MAX_PIECE_CHARS], at) for index, turn in enumerate(turns)
                  for at in range(0, max(1, len(turn.text)), MAX_PIECE_CHARS)]  # fmt: skip
        if len(pieces) > MANY_PIECES:
            held = self._prefilter.may_hold_each([text for _, text, _ in pieces])
            pieces = list(islice(compress(pieces, held), MANY_PIECES))
        who = persons(turns) if talk else [turn.speaker for turn in turns]
        by_speaker: dict[str, list[Heard]] = {}
        for index, text, at in pieces:
            heard = self._hear(text, index, at, ungated=len(turns) > 1)
            if heard:
                by_speaker.setdefault(who[index], []).append(heard)
        everything = [heard for said in by_speaker.values() for heard in said]
        traces = {word for heard in everything for word in heard.found.traces}
        # A card or a code alone is everyday talk; with another of its kind, with insurance or inside a signal it is worth a judgement.
        if not everything or not (talk or len(traces) >= MIN_TRACES or any(heard.found.insurance or heard.signals for heard in everything)):
            return []
        return list(zip(by_speaker.values(), gather(by_speaker, self.models, self._thresholds, talk), strict=True))

    def _judge(self, gathered: list[tuple[list[Heard], Evidence]]) -> Screening:
        """Weigh all that each speaker says; the verdict is about the one with the most evidence."""
        weighed = [(said, evidence, {term.name: self.weights[term.weight] * term.value for term in evidence.terms}) for said, evidence in gathered]
        if not weighed:
            return NOTHING_FOUND
        ranked = sorted(weighed, key=lambda item: sum(item[2].values()), reverse=True)
        said, evidence, amounts = ranked[0]
        limits = self._thresholds
        score = logistic(sum(amounts.values()))
        verdict = Verdict.EVIDENT if score >= limits.evident else Verdict.SUSPICIOUS if score >= limits.suspicious else Verdict.NONE
        if verdict is Verdict.NONE:
            # What an honest person tells of an agent is worth showing too, whoever in the conversation tells it.
            told = next((item for item in ranked if item[1].strengths), None)
            if told is None:
                return Screening(score=score, evidence=amounts)
            said, evidence, _ = told
        found = [(text, hit) for text in said for hit in text.signals]
        stage = self._stages[max((self._stage_of[signal] for signal in evidence.strengths), default=self._stage_of[WORDING])]
        speaker = "agent" if verdict is Verdict.EVIDENT else max(evidence.speakers, key=lambda name: evidence.speakers[name])
        recounted = tuple(sorted(evidence.strengths)) if "victim" in evidence.frames and verdict is not Verdict.EVIDENT else ()
        signals = tuple(self._signal(text, hit) for text, hit in found) if found else (self._wording(evidence.telling),)
        return Screening(verdict, score, signals, stage.id, speaker, tuple(stage.advice), recounted, amounts)

    def _wording(self, text: Heard) -> Signal:
        """Point at the text whose wording is most like an agent's."""
        return Signal(WORDING, text.at, text.at + len(text.raw), text.raw, self._signals[WORDING].why_zh, WORDING, text.turn)

    def _signal(self, text: Heard, hit: Hit) -> Signal:
        start, end = text.mapped.raw_span(hit.start, hit.end)
        why = self._signals[hit.rule.signal].why_zh
        return Signal(hit.rule.signal, text.at + start, text.at + end, text.raw[start:end], why, hit.rule.id, text.turn)
