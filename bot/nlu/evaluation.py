"""Measures topic recognition on labelled sentences, in the words of `FORMATS.md`: what `guard eval topics` prints."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.nlu.resolution import Outcome, topics_of

LABELS_BESIDE_TOPICS = frozenset({Outcome.OUT_OF_SCOPE.value, Outcome.REFUSED.value})

REDIRECT_TOPIC = "social_insurance_redirect"
"""Its answer says that this is not ours and who is in charge (12333), so an out-of-scope question that gets it was redirected."""

DECLINING = frozenset({*Outcome, REDIRECT_TOPIC})
"""Outcomes that answer no surrender topic: an out-of-scope question is declined, redirected or asked back with any of them."""

CANDIDATES_SHOWN = 3


class RowError(ValueError):
    """A row of the file is not what `FORMATS.md` asks for; the message names its line."""


class Row(BaseModel):
    """A labelled sentence. `topics` holds the acceptable ids, best first; OOS is out of scope, REFUSE unlawful help. Other keys are ignored."""

    model_config = ConfigDict(frozen=True)

    text: str
    topics: tuple[str, ...] = Field(default=(Outcome.OUT_OF_SCOPE.value,), min_length=1)

    @property
    def has_topic(self) -> bool:
        """Whether a topic of the knowledge base is acceptable."""
        return not LABELS_BESIDE_TOPICS.issuperset(self.topics)


@dataclass(frozen=True, slots=True)
class Judged:
    """A row and what the assistant would answer: outcomes with confidence, the real answer first."""

    row: Row
    got: Sequence[tuple[str, float]]

    @property
    def answer(self) -> str:
        """The outcome that the person would get."""
        return self.got[0][0]

    @property
    def right(self) -> bool:
        """Whether the answer is an acceptable one; for an out-of-scope row, whether no surrender topic was answered."""
        if self.answer in self.row.topics:
            return True
        return not self.row.has_topic and Outcome.OUT_OF_SCOPE in self.row.topics and self.answer in DECLINING

    @property
    def among_first_three(self) -> bool:
        """Whether an acceptable topic is among the three most likely candidates, asked back or not."""
        candidates = [outcome for outcome, _ in self.got if outcome != Outcome.NOT_UNDERSTOOD][:CANDIDATES_SHOWN]
        return not set(self.row.topics).isdisjoint(candidates)


@dataclass(slots=True)
class Evaluation:
    """All judged rows, and the figures over them."""

    judged: list[Judged] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """Return the figures of `FORMATS.md`; shares over no rows are None."""
        topical = [one for one in self.judged if one.row.has_topic]
        out_of_scope = [one for one in self.judged if set(one.row.topics) == {Outcome.OUT_OF_SCOPE}]
        refusals = [one for one in self.judged if not one.row.has_topic and Outcome.REFUSED in one.row.topics]
        by_topic: dict[str, list[Judged]] = {}
        for one in topical:
            by_topic.setdefault(one.row.topics[0], []).append(one)
        return {
            "n": len(self.judged),
            "top1": _share(one.right for one in topical),
            "top3": _share(one.among_first_three for one in topical),
            "oos_n": len(out_of_scope),
            "oos_declined": _share(one.answer in DECLINING for one in out_of_scope),
            "oos_asked_back": _share(one.answer == Outcome.NOT_UNDERSTOOD for one in out_of_scope),
            "oos_redirected_12333": _share(one.answer == REDIRECT_TOPIC for one in out_of_scope),
            "refuse_n": len(refusals),
            "refused": _share(one.answer == Outcome.REFUSED for one in refusals),
            "by_topic": {
                topic: {"n": len(ones), "top1": _share(one.right for one in ones), "top3": _share(one.among_first_three for one in ones)}
                for topic, ones in sorted(by_topic.items())
            },
            "errors": [_as_error(one) for one in self.judged if not one.right],
        }


def read_rows(lines: Iterable[str]) -> list[Row]:
    """Read JSON lines; empty lines are skipped, rows without `topics` are out of scope.

    Raises:
        RowError: A line is not such a row.
    """
    rows = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                rows.append(Row.model_validate(json.loads(line)))
            except (json.JSONDecodeError, ValidationError) as error:
                raise RowError(f'line {number}: a row is {{"text": …, "topics": […]}} ({error})') from error
    return rows


def evaluate(rows: Iterable[Row], parse: Callable[[str], Mapping[str, Any]]) -> Evaluation:
    """Judge rows.

    Args:
        rows: Labelled sentences.
        parse: What the server's pipeline makes of a message (Rasa's parse result).
    """
    return Evaluation([Judged(row, topics_of(parse(row.text))) for row in rows])


def _share(hits: Iterable[bool]) -> float | None:
    found = list(hits)
    return round(sum(found) / len(found), 4) if found else None


def _as_error(one: Judged) -> dict[str, Any]:
    got = [{"topic": str(outcome), "confidence": round(confidence, 4)} for outcome, confidence in one.got[:CANDIDATES_SHOWN]]
    return {"text": one.row.text, "expected": list(one.row.topics), "got": got}
