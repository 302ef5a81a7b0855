"""Evidence sent through the chat: taken for the tip-off whose upload ticket this very conversation was given, and for no other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

from rasa.shared.core.events import BotUttered, Event
from sanic import Sanic

from bot.channels.incoming import ChannelError
from bot.channels.limits import MAX_UPLOADS_AT_ONCE
from bot.intake.desk import IntakeDesk
from bot.intake.errors import IntakeError

App = Sanic[Any, Any]
OpenDesk = Callable[[], IntakeDesk]
CARD: Final = "evidence"  # the type of the card that carries a ticket


class EvidenceRefusedError(Exception):
    """A file that was not taken.

    Args:
        code: The key of the intake's error.
        words: What the person reads.
    """

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code

    @property
    def may_pass(self) -> bool:
        """Whether the same file may be taken later."""
        return self.code == "store_unavailable"


class EvidenceIntake:
    """Takes files in for one process, a few at a time: a large picture needs hundreds of megabytes while it is decoded.

    Args:
        open_desk: Gives the intake, opened on first use: the chat must start and answer while its database is gone.
    """

    def __init__(self, open_desk: OpenDesk) -> None:
        self._open_desk = open_desk
        self._places = asyncio.Semaphore(MAX_UPLOADS_AT_ONCE)

    async def check(self, ticket: str, owner: str) -> int:
        """Check a ticket before a byte of a file is read.

        Args:
            ticket: What the card held.
            owner: The conversation that shows it.

        Returns:
            The most bytes a file may have.

        Raises:
            EvidenceRefusedError: The ticket is made up, another conversation's, or over.
        """
        return await asyncio.to_thread(self._check, ticket, owner)

    async def take(self, ticket: str, owner: str, content: bytes, filename: str) -> None:
        """Add a file; the same file again changes nothing.

        Args:
            ticket: See `check`.
            owner: See `check`.
            content: The file.
            filename: What the person's device calls it; only ever text.

        Raises:
            EvidenceRefusedError: With the words for the person.
        """
        async with self._places:
            await asyncio.to_thread(self._take, ticket, owner, content, filename)

    def _check(self, ticket: str, owner: str) -> int:
        desk = self._open_desk()
        try:
            desk.check_upload_ticket(ticket, owner)
        except IntakeError as error:
            raise EvidenceRefusedError(error.key, desk.words_for(error)) from error
        return desk.catalog.limits.budgets.evidence_bytes

    def _take(self, ticket: str, owner: str, content: bytes, filename: str) -> None:
        desk = self._open_desk()
        try:
            desk.add_evidence_by_ticket(ticket, owner, content, filename)
        except IntakeError as error:
            raise EvidenceRefusedError(error.key, desk.words_for(error)) from error


def set_evidence_desk(app: App, open_desk: OpenDesk) -> None:
    """Say where evidence goes.

    Args:
        app: The chat server's app.
        open_desk: Gives the intake; may raise while its database is gone.
    """
    app.ctx.evidence_intake = EvidenceIntake(open_desk)


def evidence_intake(app: App) -> EvidenceIntake:
    """Find out who takes evidence in.

    Raises:
        ChannelError: Nobody here does.
    """
    intake: EvidenceIntake | None = getattr(app.ctx, "evidence_intake", None)
    if intake is None:
        raise ChannelError("unavailable", 503)
    return intake


def offered_ticket(events: Iterable[Event]) -> str | None:
    """Find the newest upload ticket a conversation was given, if it is not over; the intake checks it again.

    Args:
        events: The conversation.
    """
    cards = [(event.data or {}).get("custom") or {} for event in events if isinstance(event, BotUttered)]
    newest = next((card for card in reversed(cards) if card.get("type") == CARD), None)
    return newest["ticket"] if newest and newest["until"] > time.time() else None
