"""Event dicts as Rasa's event brokers get them."""

from __future__ import annotations

from typing import Any

NOON = 1_763_870_400.0  # 2025-11-23 04:00 UTC


def said(
    text: str, *, sender: str = "openid-1", at: float = NOON, intent: str = "surrender_right", confidence: float = 0.91, **parse: Any
) -> dict[str, Any]:
    ranking = [{"name": intent, "confidence": confidence}, {"name": "refund_amount", "confidence": round(1 - confidence, 3)}]
    return {
        "sender_id": sender,
        "event": "user",
        "timestamp": at,
        "text": text,
        "message_id": f"m{at}",
        "input_channel": "web",
        "metadata": {},
        "parse_data": {"text": text, "intent": ranking[0], "intent_ranking": ranking, "entities": [], **parse},
    }


def replied(text: str, *, sender: str = "openid-1", at: float = NOON + 1, buttons: tuple[str, ...] = ()) -> dict[str, Any]:
    data = {"buttons": [{"title": title, "payload": f"/{title}"} for title in buttons] or None, "custom": None, "image": None}
    return {"sender_id": sender, "event": "bot", "timestamp": at, "text": text, "data": data, "metadata": {}}


def did(name: str, *, sender: str = "openid-1", at: float = NOON + 0.5) -> dict[str, Any]:
    return {"sender_id": sender, "event": "action", "timestamp": at, "name": name, "policy": "RulePolicy", "confidence": 1.0, "action_text": None}


def slot(name: str, value: Any, *, sender: str = "openid-1", at: float = NOON + 0.6) -> dict[str, Any]:
    return {"sender_id": sender, "event": "slot", "timestamp": at, "name": name, "value": value}


def loop(name: str | None, *, sender: str = "openid-1", at: float = NOON + 0.7) -> dict[str, Any]:
    return {"sender_id": sender, "event": "active_loop", "timestamp": at, "name": name}
