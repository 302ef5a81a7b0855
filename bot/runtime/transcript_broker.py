"""Rasa's event broker that feeds the searchable record of conversations."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from asyncio import AbstractEventLoop
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.utils.endpoints import EndpointConfig
from sqlalchemy.exc import SQLAlchemyError

from bot.runtime.settings import Settings
from bot.runtime.stores import transcript_store
from bot.transcripts import TranscriptError, TranscriptStore

logger = logging.getLogger(__name__)

QUEUE_LIMIT = 50_000  # events; about 10 minutes of full load while the database is busy or gone
RETRY_DELAY = 2  # seconds between attempts while the database is gone
CLOSE_TIMEOUT = 10  # seconds to write what is queued when the server stops


class TranscriptBroker(EventBroker):  # type: ignore[misc]
    """Named in `endpoints.yml`. Writes in a thread of its own, so that a slow record never delays an answer.

    Args:
        store: Where events are recorded.
    """

    def __init__(self, store: TranscriptStore) -> None:
        self._store = store
        self._events: queue.Queue[dict[str, Any] | None] = queue.Queue(QUEUE_LIMIT)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="transcripts", daemon=True)
        self._thread.start()

    @classmethod
    async def from_endpoint_config(cls, broker_config: EndpointConfig, event_loop: AbstractEventLoop | None = None) -> TranscriptBroker:  # noqa: ARG003
        """Create the broker on the installation's transcript database. See the parent class."""
        return cls(transcript_store(Settings.load()))

    def publish(self, event: dict[str, Any]) -> None:
        """Queue an event for the record; when the queue is full the event is left out and that is logged.

        Args:
            event: A Rasa event as a dict, with `sender_id`.
        """
        try:
            self._events.put_nowait(event)
        except queue.Full:
            logger.error("The transcript queue is full: an event of type %s was not recorded", event.get("event"))

    async def close(self) -> None:
        """Write what is queued and stop."""
        self._closing.set()
        self._events.put(None)
        await asyncio.to_thread(self._thread.join, CLOSE_TIMEOUT)

    def _run(self) -> None:
        while (event := self._events.get()) is not None:
            self._record(event)

    def _record(self, event: dict[str, Any]) -> None:
        while True:
            try:
                self._store.record(event)
            except TranscriptError as error:
                # One event that cannot be kept must not end the thread that keeps all others.
                logger.error("An event of type %s was not recorded: %s", event.get("event"), error.key)
                return
            except SQLAlchemyError as error:
                logger.error("The record of conversations cannot be written: %s", type(error).__name__)
                if self._closing.wait(RETRY_DELAY):
                    return
            else:
                return
