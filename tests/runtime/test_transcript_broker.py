"""The record of conversations is written beside the conversation, and one bad event does not end it."""

from __future__ import annotations

from typing import Any

from bot.runtime.transcript_broker import TranscriptBroker
from bot.transcripts import TranscriptError


class Store:
    """Keeps what it is given, but no event without a kind."""

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []

    def record(self, event: dict[str, Any]) -> bool:
        if "event" not in event:
            raise TranscriptError("malformed_event")
        self.kept.append(event)
        return True


async def test_events_after_one_that_cannot_be_kept_are_recorded() -> None:
    store = Store()
    broker = TranscriptBroker(store)  # type: ignore[arg-type]
    for event in ({"event": "user"}, {"sender_id": "x"}, {"event": "bot"}):
        broker.publish(event)
    await broker.close()
    assert [event["event"] for event in store.kept] == ["user", "bot"]
