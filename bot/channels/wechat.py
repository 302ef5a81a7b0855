"""The WeChat Official Account: a Rasa channel in safe mode.

Named in `credentials.yml` as `bot.channels.wechat.WeChat`. WeChat gives a passive reply five seconds and delivers a message up to three times,
each time with the same signature, timestamp and nonce: a delivery is recognised by its message and answered once, however often it comes.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import OrderedDict
from pathlib import Path
from typing import Any, Final

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, HTTPResponse, Request, response

from bot.channels.history import offered_buttons
from bot.channels.incoming import ChannelError, IncomingMessage, typed_text
from bot.channels.shared import make_rate_limiter
from bot.channels.turns import Answer, OnNewMessage, Turns
from bot.channels.wechat_crypto import WeChatCrypto, WeChatCryptoError, is_signed
from bot.channels.wechat_messages import WeChatMessage, WeChatMessageError, encrypted_reply, fields, read, text_reply
from bot.channels.wechat_rendering import render, split
from bot.channels.wechat_words import WeChatWords, load_words
from bot.privacy.keyed_hash import keyed_hash
from bot.privacy.keyring import Keyring
from bot.runtime.settings import PROJECT_ROOT, Settings

logger = logging.getLogger(__name__)

CHANNEL: Final = "wechat"
WORDS_FILE: Final = PROJECT_ROOT / "data" / "channels" / "wechat.yml"
REPLY_DEADLINE: Final = 4.3  # seconds; WeChat hangs up after 5, and the reply must travel
HANG_UP_AFTER: Final = 5.5  # seconds to hold a delivery that WeChat will send again
DELIVERIES: Final = 3  # how often WeChat delivers one message
TIMESTAMP_WINDOW: Final = 300  # seconds a signed URL stays valid; the last retry comes after about 15
REMEMBERED_PEOPLE: Final = 5_000  # people whose unread parts are kept
SENDER_DIGITS: Final = 32  # hexadecimal digits of the keyed hash that stands for an OpenID
ACKNOWLEDGED: Final = "success"  # tells WeChat that there is no reply


class WeChat(InputChannel):  # type: ignore[misc]
    """Takes messages from one Official Account.

    Routes, under `/webhooks/wechat`: `GET /webhook` (URL check), `POST /webhook` (messages). Without an account in the settings both answer 404.

    Args:
        settings: The account's token, key and AppID.
        words: What people are told.
        keyring: Its index key turns OpenIDs into the sender ids that are stored.
    """

    def __init__(self, settings: Settings, words: WeChatWords, keyring: Keyring) -> None:
        self._token = settings.wechat_token
        configured = settings.wechat_token and settings.wechat_encoding_aes_key and settings.wechat_app_id
        self._crypto = WeChatCrypto(settings.wechat_token, settings.wechat_encoding_aes_key, settings.wechat_app_id) if configured else None
        self._words = words
        self._index_key = keyring.index_key
        self._limiter = make_rate_limiter()
        self._turns = Turns(CHANNEL)
        self._deliveries: OrderedDict[str, int] = OrderedDict()
        self._unread: OrderedDict[str, list[str] | asyncio.Task[list[str]]] = OrderedDict()

    @classmethod
    def name(cls) -> str:
        """The channel's name, which is also its place under `/webhooks/`."""
        return CHANNEL

    @classmethod
    def from_credentials(cls, _: dict[str, Any] | None) -> WeChat:
        """Make the channel; the account is in the settings, where secrets belong."""
        settings = Settings.load()
        return cls(settings, load_words(Path(WORDS_FILE)), Keyring.load_or_create(settings.keyring_path))

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Make the channel's routes.

        Args:
            on_new_message: Rasa's handler of one message.

        Returns:
            The blueprint, to be mounted by Rasa at `/webhooks/wechat`.
        """
        routes = Blueprint("wechat_official_account")

        @routes.get("/webhook")
        async def check_url(request: Request) -> HTTPResponse:
            arguments = request.args
            if not self._is_from_wechat(request):
                return response.text("", status=403)
            return response.text(arguments.get("echostr", ""))

        @routes.post("/webhook")
        async def deliver(request: Request) -> HTTPResponse:
            return await self._deliver(request, on_new_message)

        return routes

    def _is_from_wechat(self, request: Request) -> bool:
        arguments = request.args
        timestamp = arguments.get("timestamp", "")
        if self._crypto is None or not timestamp.isascii() or not timestamp.isdigit():
            return False
        if abs(time.time() - int(timestamp)) > TIMESTAMP_WINDOW:
            return False
        return is_signed(arguments.get("signature", ""), self._token, timestamp, arguments.get("nonce", ""))

    async def _deliver(self, request: Request, on_new_message: OnNewMessage) -> HTTPResponse:
        if self._crypto is None:
            return response.text("", status=404)
        if not self._is_from_wechat(request):
            return response.text("", status=403)
        arguments = request.args
        try:
            # The URL's signature does not cover the body: only an encrypted one with its own signature is believed.
            encrypted = fields(request.body).get("Encrypt", "")
            document = self._crypto.open(encrypted, arguments.get("msg_signature", ""), arguments["timestamp"][0], arguments.get("nonce", ""))
            message = read(document)
        except WeChatCryptoError as error:
            logger.warning("A WeChat delivery was refused: %s", error)
            return response.text("", status=403)
        except WeChatMessageError as error:
            logger.warning("A WeChat delivery was refused: %s", error)
            return response.text("", status=400)
        text = await self._reply(request, message, on_new_message)
        if text is None:
            return response.text(ACKNOWLEDGED)
        now = int(time.time())
        nonce = secrets.token_hex(8)
        sealed, msg_signature = self._crypto.seal(text_reply(message, text, now), str(now), nonce)
        return response.raw(encrypted_reply(sealed, msg_signature, str(now), nonce), content_type="application/xml")

    async def _reply(self, request: Request, message: WeChatMessage, on_new_message: OnNewMessage) -> str | None:
        said = _words_of(message)
        if said is None:
            return self._without_words(message)
        sender_id = f"{CHANNEL}-{keyed_hash(self._index_key, 'wechat.openid', message.from_user)[:SENDER_DIGITS]}"
        if said.strip() in self._words.continue_words and sender_id in self._unread:
            return await self._continue(sender_id)
        return await self._turn(request, sender_id, message.delivery_key, said, on_new_message)

    def _without_words(self, message: WeChatMessage) -> str | None:
        """What to reply to a message that says nothing; None for nothing at all."""
        if message.kind == "event":
            return self._words.welcome if message.event == "subscribe" else None
        return {"voice": self._words.voice_unclear, "image": self._words.image}.get(message.kind, self._words.unsupported)

    async def _turn(self, request: Request, sender_id: str, delivery: str, said: str, on_new_message: OnNewMessage) -> str:
        attempt = self._deliveries.get(delivery, 0) + 1
        if attempt == 1 and not self._limiter.allow("message_by_session", sender_id):
            return self._words.too_busy
        self._deliveries[delivery] = attempt
        if len(self._deliveries) > REMEMBERED_PEOPLE:
            self._deliveries.popitem(last=False)
        agent = request.app.ctx.agent

        async def understand() -> IncomingMessage:
            tracker = await agent.tracker_store.retrieve(sender_id) if said.strip().isdecimal() else None
            buttons = offered_buttons(tracker.events) if tracker else []
            number = int(said) if buttons else 0
            if 1 <= number <= len(buttons):
                return IncomingMessage(buttons[number - 1]["payload"], delivery, buttons[number - 1]["title"])
            return IncomingMessage(typed_text(said), delivery, None)

        async def answer() -> list[str]:
            try:
                taken = await self._turns.take(agent, sender_id, delivery, understand, on_new_message)
            except ChannelError as error:
                return [getattr(self._words.errors, error.code, self._words.no_answer)]
            except Exception:
                # Whatever broke, the person gets words instead of WeChat's own "service unavailable", and the server stays up.
                logger.exception("a WeChat turn failed")
                return [self._words.no_answer]
            return split(self._text(taken), self._words)

        task = asyncio.create_task(answer())
        last = attempt >= DELIVERIES
        done, _ = await asyncio.wait({task}, timeout=REPLY_DEADLINE if last else HANG_UP_AFTER)
        if done:
            return self._first(sender_id, task.result())
        self._keep(sender_id, task)
        return self._words.thinking

    def _text(self, answer: Answer) -> str:
        rendered = render(answer.messages, self._words) or self._words.no_answer
        return f"{self._words.masked}\n\n{rendered}" if answer.masked else rendered

    async def _continue(self, sender_id: str) -> str:
        waiting = self._unread[sender_id]
        if isinstance(waiting, asyncio.Task):
            done, _ = await asyncio.wait({waiting}, timeout=REPLY_DEADLINE)
            if not done:
                return self._words.still_thinking
            waiting = waiting.result()
        return self._first(sender_id, waiting)

    def _first(self, sender_id: str, parts: list[str]) -> str:
        """Return the first part and keep the rest for `continue_words`."""
        self._unread.pop(sender_id, None)
        if len(parts) > 1:
            self._keep(sender_id, parts[1:])
        return parts[0]

    def _keep(self, sender_id: str, parts: list[str] | asyncio.Task[list[str]]) -> None:
        self._unread[sender_id] = parts
        self._unread.move_to_end(sender_id)
        while len(self._unread) > REMEMBERED_PEOPLE:
            self._unread.popitem(last=False)


def _words_of(message: WeChatMessage) -> str | None:
    """What a person said: typed, spoken and recognised by WeChat, or through the account's menu."""
    if message.kind == "event" and message.event == "CLICK":
        return message.event_key
    return {"text": message.content, "voice": message.recognition.strip() or None}.get(message.kind)
