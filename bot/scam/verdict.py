"""From evidence to a verdict: one sum, whose terms are also the explanation."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from bot.scam.data import Strict, Verdict


class Thresholds(Strict):
    """``thresholds.yml``. Weights are log-odds.

    Args:
        evident: score from which on the verdict is evident.
        suspicious: score from which on it is suspicious.
        context: where the sum starts when rules found something, with and without insurance being named.
        wording: the same when no rule found anything and the speaker model alone is heard.
        strengths: what the strongest signal adds.
        further: what each further signal adds.
        frames: what each sign of another speaker takes away.
        conversation: weights of a conversation: where its sum starts, the log-odds that an agent is at work in it, the log-odds that the person is
            one, what is added where only one person speaks, and where insurance is not named and hardly a word is a trace of a signal.
        rules_in_conversation: the part of its weight that a signal or a frame has in a conversation, where people tell what an agent said.
        speaker: weight of the speaker model's log-odds of an agent.
        speaker_limit: log-odds beyond which the model only repeats itself.
    """

    evident: float
    suspicious: float
    context: dict[str, float]
    wording: dict[str, float]
    strengths: dict[str, float]
    further: dict[str, float]
    frames: dict[str, float]
    conversation: dict[str, float]
    rules_in_conversation: float
    speaker: float
    speaker_limit: float

    def weights(self) -> dict[str, float]:
        """Give every weight by the name that a `bot.scam.evidence.Term` calls it, such as ``strengths.strong``."""
        groups = {
            "context": self.context, "wording": self.wording, "strengths": self.strengths, "further": self.further, "frames": self.frames,
            "conversation": self.conversation,
        }  # fmt: skip
        named = {f"{group}.{name}": weight for group, weights in groups.items() for name, weight in weights.items()}
        return named | {"speaker": self.speaker}


@dataclass(frozen=True, slots=True)
class Signal:
    """One sign of an agent at work.

    Args:
        signal: id of ``signals.csv``.
        start: where its phrase starts in the raw text (of its turn).
        end: where its phrase ends, exclusive.
        phrase: the raw text between the two.
        why: what it means, for the person.
        rule: id of the rule that found it.
        turn: index of the turn it stands in.
    """

    signal: str
    start: int
    end: int
    phrase: str
    why: str
    rule: str
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Screening:
    """What is known about a text or conversation.

    Args:
        verdict: what the evidence amounts to.
        score: probability that an agent is speaking, in [0, 1].
        signals: what was found, in order of place.
        stage: id of the furthest stage reached, '' without signals.
        speaker: who seems to be speaking: agent, victim, notice, insurer or other.
        advice: keys of what to tell the person, in order.
        recounted: signals that the person tells of someone else (身份证…他让我发过去).
        evidence: the terms of the score, name to log-odds.
        pasted: whether the text was a pasted conversation.
    """

    verdict: Verdict = Verdict.NONE
    score: float = 0.0
    signals: tuple[Signal, ...] = ()
    stage: str = ""
    speaker: str = "other"
    advice: tuple[str, ...] = ()
    recounted: tuple[str, ...] = ()
    evidence: dict[str, float] = field(default_factory=dict)
    pasted: bool = False


NOTHING_FOUND = Screening()


def logistic(log_odds: float) -> float:
    """Turn log-odds into a probability, without overflow."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, log_odds))))
