"""The web chat: a Rasa channel for the page at `/`.

Named in `credentials.yml` as `bot.channels.web.WebChat`. Rasa's own Socket.IO channel lets any client claim any session and its REST
channel any sender; here the sender is whoever holds a signed cookie.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from bot.channels.evidence import EvidenceRefusedError, evidence_intake
from bot.channels.history import conversation
from bot.channels.incoming import ChannelError, IncomingMessage, checked_message_id, parse_message, read_body, typed_text
from bot.channels.limits import MAX_IMAGE_BYTES, MAX_MESSAGE_BYTES
from bot.channels.shared import make_rate_limiter
from bot.channels.turns import CHANNEL, OnNewMessage, ReadMessage, Turns
from bot.channels.web_images import ImageRefusedError, check_image, image_hook, set_image_hook
from bot.channels.web_page import WORDS_FILE, register_page
from bot.channels.web_session import SessionCookies
from bot.channels.web_words import WebWords, load_words
from bot.privacy.keyed_hash import keyed_hash

__all__ = ["ImageRefusedError", "WebChat", "register_page", "set_image_hook"]

logger = logging.getLogger(__name__)

MESSAGE_ID_HEADER: Final = "x-message-id"
PAGE_HEADER: Final = "x-web-chat"
TICKET_HEADER: Final = "x-upload-ticket"
FILE_NAME_HEADER: Final = "x-file-name"  # percent-encoded UTF-8
_PRIVATE: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


class WebChat(InputChannel):  # type: ignore[misc]
    """Takes messages and screenshots from the page and gives the conversation back after a reload.

    Routes, under `/webhooks/web`: `GET /` (health), `GET /history`, `POST /messages`, `POST /images`, `POST /evidence`,
    `POST /end`.

    Args:
        secret: Signs sessions and keys the address hashes; at least 32 characters, the same in every process.
        words: What people are told.
        always_secure: Mark cookies Secure whatever the scheme of the request (behind a TLS proxy).
    """

    def __init__(self, secret: str, words: WebWords, *, always_secure: bool = False) -> None:
        self._cookies = SessionCookies(secret, always_secure=always_secure)
        self._secret = secret.encode()
        self._words = words
        self._limiter = make_rate_limiter()
        self._turns = Turns()

    @classmethod
    def name(cls) -> str:
        """The channel's name, which is also its place under `/webhooks/`."""
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebChat:
        """Make the channel from its part of `credentials.yml`.

        Args:
            credentials: `secret` (required), `words` (path of the words' file) and `public_url` (the page's address as users see it).

        Returns:
            The channel.

        Raises:
            RasaException: There are no credentials.
            ValueError: The secret is too short.
        """
        credentials = credentials or {}
        if not credentials.get("secret"):
            cls.raise_missing_credentials_exception()
        words = load_words(Path(credentials.get("words") or WORDS_FILE))
        return cls(str(credentials["secret"]), words, always_secure=str(credentials.get("public_url") or "").startswith("https:"))

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Make the channel's routes.

        Args:
            on_new_message: Rasa's handler of one message.

        Returns:
            The blueprint, to be mounted by Rasa at `/webhooks/web`.
        """
        routes = Blueprint("web_chat")

        @routes.get("/")
        async def health(_: Request) -> HTTPResponse:
            return json({"status": "ok"}, headers=_PRIVATE)

        @routes.get("/history")
        async def history(request: Request) -> HTTPResponse:
            return await self._answer(request, lambda: self._history(request))

        @routes.post("/messages", stream=True)
        async def messages(request: Request) -> HTTPResponse:
            return await self._answer(request, lambda: self._message(request, on_new_message))

        @routes.post("/images", stream=True)
        async def images(request: Request) -> HTTPResponse:
            return await self._answer(request, lambda: self._image(request, on_new_message))

        @routes.post("/evidence", stream=True)
        async def evidence(request: Request) -> HTTPResponse:
            return await self._answer(request, lambda: self._evidence(request))

        @routes.post("/end")
        async def end(request: Request) -> HTTPResponse:
            return await self._answer(request, lambda: self._end(request))

        return routes

    async def _answer(self, request: Request, act: Callable[[], Awaitable[HTTPResponse]]) -> HTTPResponse:
        try:
            return await act()
        except ChannelError as error:
            return self._error(error.code, getattr(self._words.errors, error.code), error.status)
        except ImageRefusedError as error:
            return self._error("image_unreadable", str(error), 422)
        except EvidenceRefusedError as error:
            return self._error(error.code, str(error), 503 if error.may_pass else 422)
        except Exception:
            # Whatever broke (store, model, hook), the person gets words and keeps their text, and the server stays up.
            logger.exception("web chat request to %s failed", request.path)
            return self._error("unavailable", self._words.errors.unavailable, 503)

    @staticmethod
    def _error(code: str, words: str, status: int) -> HTTPResponse:
        return json({"error": {"code": code, "words": words}}, status=status, headers=_PRIVATE)

    @staticmethod
    def _only_from_page(request: Request) -> None:
        # A link or form on another site can send people here without their cookie, and the answer would put a new one in its place:
        # their conversation would be gone. No link or form can add a header.
        if PAGE_HEADER not in request.headers:
            raise ChannelError("malformed", 400)

    async def _end(self, request: Request) -> HTTPResponse:
        self._only_from_page(request)
        response = json({"ended": True}, headers=_PRIVATE)
        self._cookies.end(request, response)
        return response

    async def _history(self, request: Request) -> HTTPResponse:
        self._only_from_page(request)
        self._limit(request, "history")
        sender_id = self._cookies.recognise(request)
        if sender_id is None:
            response = json({"messages": []}, headers=_PRIVATE)
            self._cookies.start(request, response)
            return response
        tracker = await request.app.ctx.agent.tracker_store.retrieve_full_tracker(sender_id)
        turns = conversation(tracker.events) if tracker else []
        for turn in turns:
            if turn.pop("masked", False):
                turn["note"] = self._words.notes.masked
        return json({"messages": turns}, headers=_PRIVATE)

    async def _message(self, request: Request, on_new_message: OnNewMessage) -> HTTPResponse:
        sender_id = self._session(request)
        self._limit(request, "message", sender_id)
        body = await read_body(request, MAX_MESSAGE_BYTES, "too_long")
        message = parse_message(request.headers.get("content-type", ""), body)

        async def read() -> IncomingMessage:
            return message

        return await self._turn(request, sender_id, message.message_id, read, on_new_message)

    async def _image(self, request: Request, on_new_message: OnNewMessage) -> HTTPResponse:
        sender_id = self._session(request)
        self._limit(request, "image", sender_id)
        message_id = checked_message_id(request.headers.get(MESSAGE_ID_HEADER))
        image = await read_body(request, MAX_IMAGE_BYTES, "image_too_big")
        await check_image(image)
        hook = image_hook(request.app)
        if hook is None:
            raise ChannelError("image_unsupported", 422)

        async def read() -> IncomingMessage:
            words = (await hook(image, sender_id)).strip()
            if not words:
                raise ChannelError("image_unreadable", 422)
            text = typed_text(words)
            return IncomingMessage(text, message_id, f"{self._words.notes.image_sent}\n{text}")

        return await self._turn(request, sender_id, message_id, read, on_new_message)

    async def _evidence(self, request: Request) -> HTTPResponse:
        self._only_from_page(request)
        sender_id = self._session(request)
        self._limit(request, "evidence", sender_id)
        intake = evidence_intake(request.app)
        ticket = request.headers.get(TICKET_HEADER, "")
        most_bytes = await intake.check(ticket, sender_id)
        content = await read_body(request, most_bytes, "evidence_too_big")
        await intake.take(ticket, sender_id, content, unquote(request.headers.get(FILE_NAME_HEADER, "")))
        return json({"attached": True}, headers=_PRIVATE)

    def _session(self, request: Request) -> str:
        sender_id = self._cookies.recognise(request)
        if sender_id is None:
            raise ChannelError("session", 401)
        return sender_id

    def _limit(self, request: Request, what: str, sender_id: str | None = None) -> None:
        by_address = self._limiter.allow(f"{what}_by_address", keyed_hash(self._secret, "web_chat.address", request.client_ip))
        if not by_address or (sender_id and not self._limiter.allow(f"{what}_by_session", sender_id)):
            raise ChannelError("too_many", 429)

    async def _turn(self, request: Request, sender_id: str, message_id: str, read: ReadMessage, on_new_message: OnNewMessage) -> HTTPResponse:
        answer = await self._turns.take(request.app.ctx.agent, sender_id, message_id, read, on_new_message)
        notes = self._words.notes
        return json(
            {
                "id": message_id,
                "text": answer.text,
                "note": notes.masked if answer.masked else None,
                "messages": answer.messages or [{"text": notes.no_answer}],
            },
            headers=_PRIVATE,
        )
