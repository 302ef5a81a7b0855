"""What speaks for an agent in what one person says, as named terms of one sum."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.scam.matching import MIN_TRACES, Found, Hit
from bot.scam.offsets import MappedText
from bot.scam.speaker import MAX_CHARS, MAX_CONVERSATION_CHARS, SpeakerModel, SpeakerModels, conversation_features, features
from bot.scam.verdict import Thresholds

# The signal of a text without any other, which the speaker model alone found.
WORDING = "agent_wording"
STRENGTHS = ("strong", "medium", "weak")


@dataclass(frozen=True, slots=True)
class Heard:
    """What one text holds, before judgement."""

    raw: str
    mapped: MappedText
    found: Found
    turn: int
    at: int

    @property
    def signals(self) -> list[Hit]:
        """The hits that are signals."""
        return [hit for hit in self.found.hits if hit.rule.signal]


@dataclass(frozen=True, slots=True)
class Term:
    """One term of the sum.

    Args:
        name: what it is about: a signal, a frame, or one of the names of this module.
        weight: which number of ``thresholds.yml`` it is weighed with, such as ``strengths.strong``.
        value: how much of it there is.
    """

    name: str
    weight: str
    value: float = 1.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of what one person says.

    Args:
        terms: the terms of the sum, by name.
        strengths: for each signal the strength of its strongest rule.
        frames: what shows another speaker.
        speakers: who speaks how likely, in the stretch most like an agent's.
        telling: the text most like an agent's.
    """

    terms: tuple[Term, ...]
    strengths: dict[str, str]
    frames: frozenset[str]
    speakers: dict[str, float]
    telling: Heard


def gather(said: Mapping[str, Sequence[Heard]], models: SpeakerModels, thresholds: Thresholds, talk: bool) -> list[Evidence]:
    """Gather the evidence in what each person says.

    Args:
        said: what each person says, in order, by the name the person bears; at least one text each.
        models: tell who speaks.
        thresholds: the limits of evidence.
        talk: whether this is a conversation.
    """
    insurance = any(text.found.insurance for texts in said.values() for text in texts)
    heard = [[(stretch, _speakers(stretch, models.texts)) for stretch in _stretches(texts, MAX_CHARS)] for texts in said.values()]
    most = [max(stretches, key=lambda item: item[1]["agent"]) for stretches in heard]
    odds = [_odds(speakers, thresholds.speaker_limit) for _, speakers in most]
    shared = _conversation_terms(said, models.conversations, thresholds, insurance) if talk else []
    gathered = []
    for place, texts in enumerate(said.values()):
        strengths = _strengths(texts)
        frames = _frames(texts)
        quoted = thresholds.rules_in_conversation if talk else 1.0
        terms = [Term(frame, f"frames.{frame}", quoted) for frame in sorted(frames)]
        terms += _rule_terms(strengths, quoted)
        if talk:
            terms += [*shared, Term("speaker", "conversation.speaker", odds[place])]
        else:
            start = "insurance" if insurance else "elsewhere"
            terms.append(Term("context", f"context.{start}") if strengths else Term(WORDING, f"wording.{start}"))
            terms.append(Term("speaker", "speaker", odds[place]))
        stretch, speakers = most[place]
        telling = stretch[0] if len(stretch) == 1 else max(stretch, key=lambda text: _speakers([text], models.texts)["agent"])
        gathered.append(Evidence(tuple(terms), strengths, frozenset(frames), speakers, telling))
    return gathered


def _conversation_terms(said: Mapping[str, Sequence[Heard]], model: SpeakerModel, thresholds: Thresholds, insurance: bool) -> list[Term]:
    """Give what speaks for an agent at work in a conversation, whoever it is: how likely one is in the stretch where that is likeliest."""
    person = {(text.turn, text.at): name for name, texts in said.items() for text in texts}
    everything = sorted((text for texts in said.values() for text in texts), key=lambda text: (text.turn, text.at))
    stretches = _stretches(everything, MAX_CONVERSATION_CHARS)
    described = [[(person[text.turn, text.at], text.mapped.text, text.found.lemmas) for text in stretch] for stretch in stretches]
    odds = max(_odds(model.probabilities(conversation_features(stretch)), thresholds.speaker_limit) for stretch in described)
    terms = [Term("conversation", "conversation.start"), Term("whole", "conversation.whole", odds)]
    if len(said) == 1:
        terms.append(Term("alone", "conversation.alone"))
    traces = {word for text in everything for word in text.found.traces}
    if len(traces) < MIN_TRACES and not insurance:
        terms.append(Term("untraced", "conversation.untraced"))
    return terms


def _odds(speakers: dict[str, float], limit: float) -> float:
    """Give the log-odds of an agent, within limits."""
    agent = speakers["agent"]
    return max(-limit, min(limit, math.log(max(agent, 1e-9) / max(1 - agent, 1e-9))))


def _strengths(texts: Sequence[Heard]) -> dict[str, str]:
    """Give the strength of the strongest rule of each signal."""
    strengths: dict[str, str] = {}
    for hit in (hit for text in texts for hit in text.signals):
        known = strengths.get(hit.rule.signal)
        if known is None or STRENGTHS.index(hit.rule.strength) < STRENGTHS.index(known):
            strengths[hit.rule.signal] = hit.rule.strength
    return strengths


def _rule_terms(strengths: dict[str, str], value: float) -> list[Term]:
    """Give a term for each signal; the strongest counts most."""
    ordered = sorted(strengths.items(), key=lambda item: STRENGTHS.index(item[1]))
    return [Term(signal, f"{'further' if number else 'strengths'}.{strength}", value) for number, (signal, strength) in enumerate(ordered)]


def _frames(heard: Sequence[Heard]) -> set[str]:
    """Give what shows another speaker. In a conversation agents ask questions too, so there only what most turns show counts."""
    counts = Counter(frame for text in heard for frame in {hit.rule.frame for hit in text.found.hits if hit.rule.frame})
    return {frame for frame, count in counts.items() if 2 * count > len(heard)}


def _stretches(heard: Sequence[Heard], limit: int) -> list[list[Heard]]:
    """Cut what is said into stretches of so many characters as a speaker model reads: lines that are innocent alone add up."""
    stretches: list[list[Heard]] = []
    size = 0
    for text in heard:
        size += len(text.mapped.text)
        # A text of nothing but invisible characters may come first.
        if not stretches or size > limit:
            stretches.append([])
            size = len(text.mapped.text)
        stretches[-1].append(text)
    return stretches


def _speakers(stretch: Sequence[Heard], model: SpeakerModel) -> dict[str, float]:
    text = "\n".join(part.mapped.text for part in stretch)
    lemmas = [lemma for part in stretch for lemma in part.found.lemmas]
    return model.probabilities(features(text, lemmas))
