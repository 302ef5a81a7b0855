"""From a Rasa event dict to the row that is kept: masked, cut to size, and only what staff need to see."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from bot.privacy.keyed_hash import keyed_hash
from bot.privacy.personal_data import MASK, mask, plain_digits
from bot.transcripts import limits
from bot.transcripts.errors import TranscriptError
from bot.transcripts.model import Verdict

KEPT_KINDS = frozenset({"user", "bot", "action", "slot", "active_loop", "restart", "session_started"})
SMALLEST_HIDDEN = 10**7  # numbers below are ages, sums and years; from eight digits on they may be a phone, card, ID or receipt number
ELLIPSIS = "…"
# A receipt opens a tip-off, so it must not survive here even when it was typed in a way no number is usually written.
RECEIPT = re.compile(r"\d(?:[\s\-_.,:;/|·、，。~*]{0,3}\d){15}")

# Who a person is, which no pattern finds in text, and what a receipt is made from.
PRIVATE_KEY = re.compile(r"(?:reporter|name$|address$|identity|key$|sender$|receipt$)")
# Parts of a card nobody reads as text.
NOT_READ = frozenset(
    {
        "type", "topic", "verdict", "signal", "raw", "receipt", "ticket", "payload", "url", "start", "end", "checked", "name", "base64", "media_type",
        "once",
    }
)  # fmt: skip
COMMAND = "/"  # begins what a button sends instead of words

Row = dict[str, Any]


def pseudonym(key: bytes, sender_id: str) -> str:
    """Name a conversation without naming the person.

    Args:
        key: The keyring's index key.
        sender_id: Rasa's sender id, which may be a WeChat OpenID.

    Returns:
        64 hexadecimal characters that only a holder of the key can recompute.
    """
    return keyed_hash(key, "transcript_conversations.id", sender_id)


def project(event: Mapping[str, Any], key: bytes) -> Row | None:
    """Turn an event into a row of `transcript_events`.

    Args:
        event: As Rasa's `EventBroker.publish` gets it.
        key: The keyring's index key.

    Returns:
        The row, or None for an event that says nothing to staff.

    Raises:
        TranscriptError: The event has no sender, kind or time.
    """
    sender, kind, at = event.get("sender_id"), event.get("event"), event.get("timestamp")
    if not isinstance(sender, str) or not isinstance(kind, str) or isinstance(at, bool) or not isinstance(at, int | float):
        raise TranscriptError("malformed_event")
    if kind not in KEPT_KINDS:
        return None
    row: Row = {
        "conversation_id": pseudonym(key, sender),
        "digest": keyed_hash(key, "transcript_events.digest", _identity(event)),
        "at": float(at),
        "kind": kind,
        "name": None,
        "topic": None,
        "text": None,
        "confidence": None,
        "verdict": None,
        "payload": {},
        "channel": "",
    }
    if kind == "user":
        _project_message(event, row)
    elif kind == "bot":
        data = _mapping(event.get("data"))
        said = event.get("text")
        row["text"] = clean_text("\n".join([said] if isinstance(said, str) and said else _readable(data.get("custom"))))
        row["payload"] = {"buttons": [clean_value(button.get("title")) for button in _mappings(data.get("buttons"))]}
    elif kind == "slot":
        value = event.get("value")
        row["name"] = clean_name(event.get("name"))
        row["topic"] = clean_name(_mapping(value).get("topic"))
        row["payload"] = {"value": clean_value(value)}
    else:
        row["name"] = clean_name(event.get("name"))
    return row


def _identity(event: Mapping[str, Any]) -> str:
    """What makes an event itself. Rasa's stamps are microseconds, so two events of one conversation differ in one of these."""
    parts = ("sender_id", "event", "timestamp", "name", "text", "value", "message_id")
    return json.dumps([event.get(part) for part in parts], default=str, ensure_ascii=True)


def _project_message(event: Mapping[str, Any], row: Row) -> None:
    parse = _mapping(event.get("parse_data"))
    intent = _mapping(parse.get("intent"))
    sent, shown = clean_text(event.get("text")), _mapping(event.get("metadata")).get("shown")
    pressed = sent.startswith(COMMAND) and isinstance(shown, str)  # of a button people saw its title, the assistant its command
    row["text"] = clean_text(shown) if pressed else sent
    row["name"] = clean_name(intent.get("name"))
    row["confidence"] = _number(intent.get("confidence"))
    row["topic"] = clean_name(parse.get("topic")) or row["name"]
    row["channel"] = (clean_name(event.get("input_channel")) or "")[:64]
    candidates = [
        {"intent": clean_name(candidate.get("name")) or "", "confidence": _number(candidate.get("confidence")) or 0.0}
        for candidate in _mappings(parse.get("intent_ranking"))[: limits.MAX_CANDIDATES]
    ]
    entities = [
        {"name": clean_name(entity.get("entity")) or "", "value": clean_value(entity.get("value")), **_range(entity)}
        for entity in _mappings(parse.get("entities"))
    ]
    row["payload"] = {"candidates": candidates, "entities": entities, "command": sent if pressed else None}
    scam = _mapping(parse.get("scam"))
    if scam.get("verdict") in set(Verdict):
        verdict = Verdict(scam["verdict"])
        row["verdict"] = verdict.rank
        row["payload"]["scam"] = {
            "score": _number(scam.get("score")),
            "stage": clean_name(scam.get("stage")),
            "signals": [
                {"name": clean_name(signal.get("signal")) or "", "phrase": clean_text(signal.get("phrase")), **_range(signal)}
                for signal in _mappings(scam.get("signals"))
            ],
        }


def clean_text(value: object) -> str:
    """Mask a text and make it storable.

    Args:
        value: What should be text; anything else becomes empty.

    Returns:
        The text without personal data, NUL (which PostgreSQL refuses) and lone surrogates (which no database takes), cut to size.
        Every character keeps its place, so offsets into what was said hold in what is kept.
    """
    text = value if isinstance(value, str) else ""
    text = text.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")
    masked = mask(text)
    for receipt in RECEIPT.finditer(plain_digits(masked)):
        masked = masked[: receipt.start()] + MASK * len(receipt.group()) + masked[receipt.end() :]
    return masked if len(masked) <= limits.MAX_TEXT_CHARS else masked[: limits.MAX_TEXT_CHARS] + ELLIPSIS


def clean_name(value: object) -> str | None:
    """Keep a name from the assistant's own vocabulary, such as an intent's.

    Args:
        value: The name, or anything else, which becomes None.

    Returns:
        The name cut to its column; masked, because a slot or intent name is normally ours but an event can say anything.
    """
    return clean_text(value)[:255] if isinstance(value, str) and value else None


def clean_value(value: Any) -> Any:
    """Mask a slot or entity value of any JSON shape.

    Args:
        value: Anything Rasa put into a slot.

    Returns:
        The same shape with masked text; long numbers become masked text, because a phone number is personal data as a number too.
    """
    if isinstance(value, str):
        text = clean_text(value)
        return text if len(text) <= limits.MAX_VALUE_CHARS else text[: limits.MAX_VALUE_CHARS] + ELLIPSIS
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return value if abs(value) < SMALLEST_HIDDEN else clean_text(str(value))
    if isinstance(value, Mapping):
        kept = [(str(key), item) for key, item in value.items()][: limits.MAX_ITEMS]
        return {clean_text(key): MASK if item and PRIVATE_KEY.match(key) else clean_value(item) for key, item in kept}
    if isinstance(value, list | tuple):
        return [clean_value(item) for item in value[: limits.MAX_ITEMS]]
    return clean_text(str(value))


def _readable(card: object) -> list[str]:
    """Collect the text of a card the chat page draws, in the order it is read."""
    if isinstance(card, str):
        return [card] if card else []
    if isinstance(card, Mapping) and "law" in card:
        return [f"{card['law']} {card.get('article', '')}"]
    if isinstance(card, Mapping):
        return [text for key, part in card.items() if key not in NOT_READ for text in _readable(part)]
    if isinstance(card, list):
        return [text for part in card[: limits.MAX_ITEMS] for text in _readable(part)]
    return []


def _range(item: Mapping[str, Any]) -> dict[str, int | None]:
    return {key: item[key] if type(item.get(key)) is int else None for key in ("start", "end")}


def _number(value: object) -> float | None:
    """Keep a finite number: PostgreSQL's JSON has no NaN."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: object) -> list[Mapping[str, Any]]:
    items = value if isinstance(value, list) else []
    return [item for item in items[: limits.MAX_ITEMS] if isinstance(item, Mapping)]
