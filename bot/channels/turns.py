"""One message, one turn: a session's messages in order, and a message delivered twice processed once."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from rasa.core.channels.channel import UserMessage

from bot.channels.history import WebOutput, answer_to, offered_buttons, shown_words
from bot.channels.incoming import ChannelError, IncomingMessage
from bot.channels.limits import ANSWER_SECONDS, MAX_KEPT_ANSWERS
from bot.channels.masking import STATUS_COMMAND, cleaned
from bot.channels.shared import make_alone

CHANNEL: Final = "web"
OnNewMessage = Callable[[UserMessage], Awaitable[Any]]
ReadMessage = Callable[[], Awaitable[IncomingMessage]]


@dataclass(frozen=True)
class Answer:
    """What one message led to.

    Attributes:
        text: The message as it was kept, which is what the page shows from now on.
        masked: Whether something in it was masked.
        messages: The bot's messages; empty when the bot had nothing to say, for example because the action server is down.
    """

    text: str
    masked: bool
    messages: list[dict[str, Any]]


class Turns:
    """Turns under way in this process, and what is known of the ones that are done.

    A retry of a turn under way joins it. A retry of a finished turn gets its answer from memory for `ANSWER_SECONDS`: only there is a
    receipt still readable, and a phone that lost the answer would otherwise lose it for good. After that, after a restart or on another
    server the answer is found in the tracker.

    Args:
        channel: The name of the channel the messages come through.
        clock: Seconds that never run backwards.
    """

    def __init__(self, channel: str = CHANNEL, clock: Callable[[], float] = time.monotonic) -> None:
        self._channel = channel
        self._clock = clock
        self._answered: OrderedDict[tuple[str, str], tuple[float, Answer]] = OrderedDict()
        self._running: dict[tuple[str, str], asyncio.Task[Answer]] = {}
        self._order: dict[str, asyncio.Lock] = {}
        self._alone = make_alone()

    async def take(self, agent: Any, sender_id: str, message_id: str, read: ReadMessage, on_new_message: OnNewMessage) -> Answer:
        """Process a message, or give the answer it already got.

        Args:
            agent: Rasa's agent, for its tracker store.
            sender_id: Whose message it is.
            message_id: The page's id of the message.
            read: Gives the message; only called when it is new, so that a retry of a screenshot is not read twice.
            on_new_message: Rasa's handler.

        Returns:
            The answer.

        Raises:
            ChannelError: The message cannot be taken.
            Exception: Whatever the model or a store raised.
        """
        key = (sender_id, message_id)
        self._drop_old_answers()
        if key in self._answered:
            return self._answered[key][1]
        if key not in self._running:
            task = asyncio.create_task(self._in_order(agent, key, read, on_new_message))
            self._running[key] = task
            task.add_done_callback(lambda _: self._forget(key))
        # Shielded: a phone that loses its connection must not stop the turn; its retry gets the answer.
        return await asyncio.shield(self._running[key])

    def _drop_old_answers(self) -> None:
        while self._answered:
            when, _ = next(iter(self._answered.values()))
            if len(self._answered) <= MAX_KEPT_ANSWERS and when > self._clock() - ANSWER_SECONDS:
                return
            self._answered.popitem(last=False)

    def _forget(self, key: tuple[str, str]) -> None:
        task = self._running.pop(key)
        # Every waiter may be gone by now; asyncio would complain about an error nobody looked at.
        if not task.cancelled() and task.exception() is None:
            self._answered[key] = (self._clock(), task.result())
        if not any(sender_id == key[0] for sender_id, _ in self._running):
            self._order.pop(key[0], None)

    async def _in_order(self, agent: Any, key: tuple[str, str], read: ReadMessage, on_new_message: OnNewMessage) -> Answer:
        sender_id, message_id = key
        async with self._order.setdefault(sender_id, asyncio.Lock()), self._alone(sender_id):
            tracker = await agent.tracker_store.retrieve(sender_id)
            events = list(tracker.events) if tracker else []
            done = answer_to(events, message_id)
            if done is not None:
                asked, messages = done
                return Answer(shown_words(asked), bool(asked.metadata.get("masked")), messages)
            message = await read()
            # A command names an intent outright. Only buttons shown since the last message may do that: not a typed or invented one,
            # and not a button of a form that was left long ago.
            if message.is_command and message.text not in {button["payload"] for button in offered_buttons(events)}:
                raise ChannelError("stale_button", 409)
            clean = cleaned(message.text)
            shown = message.shown and cleaned(message.shown).text
            text = clean.text
            if clean.mentions_only_receipt:
                text, shown = STATUS_COMMAND, shown or clean.text
            output = WebOutput()
            metadata = {"shown": shown, "masked": clean.masked, "receipt": clean.receipt}
            await on_new_message(UserMessage(text, output, sender_id, input_channel=self._channel, message_id=message_id, metadata=metadata))
            return Answer(shown or text, bool(clean.masked), output.public_messages())
