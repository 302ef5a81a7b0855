"""The REST channel: for other front ends and for measuring. Named in `credentials.yml` as `bot.channels.rest.RestApi`.

Takes what Rasa's own REST channel takes (`POST /webhooks/rest/webhook`, `{"sender", "message"}`) and answers as it does, with what that one
leaves out: senders live in a namespace of their own, so that no client can talk in somebody's web or WeChat conversation; messages are
checked and masked; and every failure is a proper status with a JSON error in the person's words.
"""

from __future__ import annotations

import logging
import re
from typing import Any, Final

from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from sanic import Blueprint, HTTPResponse, Request, response

from bot.channels.history import WebOutput, offered_buttons
from bot.channels.incoming import ChannelError, clean_text, read_body, read_json, typed_text
from bot.channels.limits import MAX_MESSAGE_BYTES
from bot.channels.masking import STATUS_COMMAND, cleaned
from bot.channels.shared import make_rate_limiter
from bot.channels.turns import OnNewMessage
from bot.channels.web_page import WORDS_FILE
from bot.channels.web_words import WebWords, load_words

logger = logging.getLogger(__name__)

CHANNEL: Final = "rest"
_SENDER: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class RestApi(InputChannel):  # type: ignore[misc]
    """Answers one message a request.

    Args:
        words: Words of errors, shared with the web chat.
    """

    def __init__(self, words: WebWords) -> None:
        self._words = words
        self._limiter = make_rate_limiter()

    @classmethod
    def name(cls) -> str:
        """The channel's name, which is also its place under `/webhooks/`."""
        return CHANNEL

    @classmethod
    def from_credentials(cls, _: dict[str, Any] | None) -> RestApi:
        """Make the channel; it needs no credentials."""
        return cls(load_words(WORDS_FILE))

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Make the channel's route, to be mounted by Rasa at `/webhooks/rest`.

        Args:
            on_new_message: Rasa's handler of one message.
        """
        routes = Blueprint("rest_api")

        @routes.post("/webhook", stream=True)
        async def receive(request: Request) -> HTTPResponse:
            try:
                return await self._answer(request, on_new_message)
            except ChannelError as error:
                return self._error(error.code, error.status)
            except Exception:
                # Whatever broke (store, model), the client gets a status and words, and the server stays up.
                logger.exception("a REST turn failed")
                return self._error("unavailable", 503)

        return routes

    def _error(self, code: str, status: int) -> HTTPResponse:
        return response.json({"error": {"code": code, "words": getattr(self._words.errors, code)}}, status=status)

    async def _answer(self, request: Request, on_new_message: OnNewMessage) -> HTTPResponse:
        fields = read_json(request.headers.get("content-type", ""), await read_body(request, MAX_MESSAGE_BYTES, "too_long"))
        sender, message = fields.get("sender"), fields.get("message")
        if not isinstance(sender, str) or not _SENDER.fullmatch(sender) or not isinstance(message, str):
            raise ChannelError("malformed", 400)
        sender_id = f"{CHANNEL}-{sender}"
        if not self._limiter.allow("message_by_session", sender_id):
            raise ChannelError("too_many", 429)
        clean = cleaned(await self._said(request, sender_id, message))
        text = STATUS_COMMAND if clean.mentions_only_receipt else clean.text
        output = WebOutput()
        metadata = {"masked": clean.masked, "receipt": clean.receipt}
        await on_new_message(UserMessage(text, output, sender_id, input_channel=CHANNEL, metadata=metadata))
        messages = output.public_messages()
        if not messages:
            raise ChannelError("unavailable", 503)
        return response.json([{"recipient_id": sender, **said} for said in messages])

    @staticmethod
    async def _said(request: Request, sender_id: str, message: str) -> str:
        """The message as Rasa may read it: a command only when it is a live button's, so that nobody types `/restart`."""
        text = clean_text(message)
        if text.startswith(INTENT_MESSAGE_PREFIX):
            tracker = await request.app.ctx.agent.tracker_store.retrieve(sender_id)
            if text in {button["payload"] for button in offered_buttons(tracker.events if tracker else ())}:
                return text
        return typed_text(message)
