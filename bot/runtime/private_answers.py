"""Hides who a person is from the record of conversations: their name and address, which no pattern finds in text.

Phone numbers are masked there anyway. Rasa's own store keeps everything, encrypted; staff read the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bot.privacy.personal_data import MASK

PRIVATE_QUESTIONS = frozenset({"reporter_name", "reporter_phone", "reporter_address"})  # asked by actions/tip_off_identity.py
IDENTITY_SLOT = "tip_off"
SHORTEST_PRIVATE = 2  # characters; a single one would hide half the language

Event = dict[str, Any]


def without_identity(events: Sequence[Event], new: int) -> list[Event]:
    """Mask who the person is.

    What was answered to a question for it is hidden whole, understood or not; elsewhere, as in the summary, what was understood is.

    Args:
        events: A conversation's events as dicts, in order.
        new: How many of the first ones are on record already.

    Returns:
        The others, each with its texts as long as before.
    """
    private = sorted(_told(events), key=len, reverse=True)
    question: str | None = None
    result = []
    for number, event in enumerate(events):
        if event["event"] == "slot" and event.get("name") == "requested_slot":
            question = event.get("value")
        if number >= new:
            answers = event["event"] == "user" and question in PRIVATE_QUESTIONS and not str(event.get("text")).startswith("/")
            result.append(_hidden(event) if answers else _masked(event, private) if private else event)
    return result


def _told(events: Iterable[Event]) -> set[str]:
    values: set[str] = set()
    for event in events:
        if event["event"] == "slot" and event.get("name") == IDENTITY_SLOT and isinstance(event.get("value"), dict):
            draft = (event["value"].get("values") or {}).get("draft") or {}
            values |= {str(value) for value in (draft.get("reporter") or {}).values() if value}
    return {value for value in values if len(value) >= SHORTEST_PRIVATE}


def _hidden(event: Event) -> Event:
    """An answer without its words and without what was read out of them."""
    text = MASK * len(str(event.get("text") or ""))
    parse = {key: value for key, value in (event.get("parse_data") or {}).items() if key in {"intent", "intent_ranking"}}
    metadata = {key: value for key, value in (event.get("metadata") or {}).items() if key != "shown"}
    return {**event, "text": text, "parse_data": parse, "metadata": metadata}


def _masked(value: Any, private: Sequence[str]) -> Any:
    if isinstance(value, str):
        for words in private:
            value = value.replace(words, MASK * len(words))
        return value
    if isinstance(value, dict):
        return {key: _masked(item, private) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, private) for item in value]
    return value
