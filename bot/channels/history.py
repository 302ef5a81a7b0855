"""What was already said, rebuilt from Rasa's tracker: after a reload, for a second delivery, and to know which buttons are live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.events import BotUttered, Event, UserUttered

from bot.channels.limits import HISTORY_TURNS


class WebOutput(CollectingOutputChannel):  # type: ignore[misc]
    """Collects the bot's messages of one turn, each in one piece.

    Rasa's own collector cuts texts at blank lines, which would tear verdict texts and letters apart.
    """

    @classmethod
    def name(cls) -> str:
        """Name for responses in the domain that are meant for this channel only."""
        return "web"

    async def send_text_message(self, recipient_id: str, text: str, **_: Any) -> None:
        """Keep one text."""
        await self._persist_message(self._message(recipient_id, text=text))

    def public_messages(self) -> list[dict[str, Any]]:
        """Give the messages of this turn without the session id, which only the cookie may carry."""
        return [{key: value for key, value in message.items() if key != "recipient_id"} for message in self.messages]


def bot_messages(event: BotUttered) -> Iterator[dict[str, Any]]:
    """Turn one stored utterance into the messages the output channel made of it.

    Args:
        event: What the bot said.

    Yields:
        `{"text", "buttons"}`, `{"custom"}` or `{"image"}`, in the order Rasa sends them.
    """
    data = event.data or {}
    if event.text:
        yield {"text": event.text} | ({"buttons": data["buttons"]} if data.get("buttons") else {})
    if data.get("custom"):
        yield {"custom": data["custom"]}
    if data.get("image"):
        yield {"image": data["image"]}


def answer_to(events: Iterable[Event], message_id: str) -> tuple[UserUttered, list[dict[str, Any]]] | None:
    """Find the answer a message already got.

    Args:
        events: The conversation.
        message_id: The page's id of the message.

    Returns:
        The message and the bot's messages after it, or None when it was never processed.
    """
    asked: UserUttered | None = None
    answer: list[dict[str, Any]] = []
    for event in events:
        if isinstance(event, UserUttered):
            if asked is not None:
                break
            if event.message_id == message_id:
                asked = event
        elif asked is not None and isinstance(event, BotUttered):
            answer.extend(bot_messages(event))
    return None if asked is None else (asked, answer)


def shown_words(event: UserUttered) -> str:
    """Give what a person saw themselves say: the words on the button they pressed, else their own words."""
    return str((event.metadata or {}).get("shown") or event.text)


def offered_buttons(events: Iterable[Event]) -> list[dict[str, str]]:
    """Find which buttons the person can press now.

    Args:
        events: The conversation.

    Returns:
        The buttons (`title`, `payload`) shown since the person last said something, in order.
    """
    offered: list[dict[str, str]] = []
    for event in events:
        if isinstance(event, UserUttered):
            offered = []
        elif isinstance(event, BotUttered):
            offered += (event.data or {}).get("buttons") or []
    return offered


def conversation(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Rebuild what both sides saw.

    Args:
        events: The conversation.

    Returns:
        The newest `HISTORY_TURNS` messages, oldest first: `{"from": "user", "id", "text", "time", "masked"}` or
        `{"from": "bot", "time", …}` with the fields of `bot_messages`. Times are ISO 8601 in UTC.
    """
    turns: list[dict[str, Any]] = []
    for event in events:
        time = datetime.fromtimestamp(event.timestamp, UTC).isoformat(timespec="seconds")
        if isinstance(event, UserUttered) and event.text:
            masked = bool((event.metadata or {}).get("masked"))
            turns.append({"from": "user", "id": event.message_id, "text": shown_words(event), "time": time, "masked": masked})
        elif isinstance(event, BotUttered):
            turns.extend({"from": "bot", "time": time} | message for message in bot_messages(event))
    return turns[-HISTORY_TURNS:]
