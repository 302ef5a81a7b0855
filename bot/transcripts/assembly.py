"""From stored rows to the turns a person reads. Order is decided here, at reading time, so events may arrive in any order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping

from bot.transcripts.model import Candidate, Entity, ScamFinding, Signal, Step, Turn, Verdict, Who

STEP_KINDS = {"action": "action", "slot": "slot", "active_loop": "loop", "restart": "restart", "session_started": "session"}

FOLLOW_UP = "follow_up"  # the intent of short questions that only the context explains


def moment(at: float) -> datetime:
    """Turn a stored time into an aware datetime in UTC."""
    return datetime.fromtimestamp(at, UTC)


def turns_of(rows: Iterable[RowMapping]) -> tuple[Turn, ...]:
    """Put events together into turns.

    Args:
        rows: Rows of `transcript_events` of one conversation, oldest first.

    Returns:
        One turn a message of either side. What the assistant did (actions, slots, loops) hangs on the person's message that caused it;
        what happened before any message hangs on a turn of the system.
    """
    turns: list[Turn] = []
    cause: int | None = None
    known: dict[str, Any] = {}
    for row in rows:
        if row["kind"] == "user":
            cause = len(turns)
            turns.append(_person_turn(row))
        elif row["kind"] == "bot":
            turns.append(Turn(moment(row["at"]), Who.ASSISTANT, row["text"] or "", buttons=tuple(str(title) for title in row["payload"]["buttons"])))
        else:
            if cause is None:
                cause = len(turns)
                turns.append(Turn(moment(row["at"]), Who.SYSTEM, ""))
            turn = turns[cause]
            # The assistant's memory names the last topic after every message; only for a follow-up does it say what the message was about.
            topic = row["topic"] if turn.intent == FOLLOW_UP and row["topic"] else turn.topic
            turns[cause] = replace(turn, topic=topic, steps=(*turn.steps, *_steps(row, known)))
    return tuple(turns)


def _steps(row: RowMapping, known: dict[str, Any]) -> list[Step]:
    """Say what an event did. Of a slot that holds many things only those that changed are told."""
    value = row["payload"].get("value")
    if row["kind"] != "slot":
        return [Step(STEP_KINDS[row["kind"]], row["name"])]
    before, known[row["name"]] = known.get(row["name"]), value
    if not isinstance(value, dict):
        return [Step("slot", row["name"], value)]
    old, new = _flat(before if isinstance(before, dict) else {}), _flat(value)
    changed = {key: new.get(key) for key in {**old, **new} if old.get(key) != new.get(key)}
    return [Step("slot", f"{row['name']}.{key}", item) for key, item in changed.items()]


def _flat(value: dict[str, Any]) -> dict[str, Any]:
    """Write nested keys with dots."""
    flat: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(item, dict):
            flat |= {f"{key}.{inner}": deep for inner, deep in _flat(item).items()}
        elif item not in (None, [], ""):  # a field nothing is known of yet
            flat[key] = item
    return flat


def _person_turn(row: RowMapping) -> Turn:
    payload: dict[str, Any] = row["payload"]
    scam = payload.get("scam")
    finding = None
    if scam is not None:
        signals = tuple(Signal(item["name"], item["phrase"], item["start"], item["end"]) for item in scam["signals"])
        finding = ScamFinding(Verdict.of_rank(row["verdict"]), scam["score"], scam["stage"], signals)
    return Turn(
        at=moment(row["at"]),
        who=Who.PERSON,
        text=row["text"] or "",
        intent=row["name"],
        topic=row["topic"],
        confidence=row["confidence"],
        candidates=tuple(Candidate(item["intent"], item["confidence"]) for item in payload["candidates"]),
        entities=tuple(Entity(item["name"], item["value"], item["start"], item["end"]) for item in payload["entities"]),
        scam=finding,
        command=payload.get("command"),
    )
