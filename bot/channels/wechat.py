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
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rasa.core.channels.channel import InputChannel
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint, HTTPResponse, Request, Sanic, response

from bot.channels.evidence import CARD, evidence_intake, offered_ticket
from bot.channels.history import offered_buttons
from bot.channels.incoming import ChannelError, IncomingMessage, typed_text
from bot.channels.shared import make_rate_limiter
from bot.channels.turns import OnNewMessage, ReadMessage, Turns
from bot.channels.web_images import ImageRefusedError, image_hook
from bot.channels.wechat_crypto import WeChatCrypto, WeChatCryptoError, is_signed
from bot.channels.wechat_evidence import HeldPictures
from bot.channels.wechat_messages import WeChatMessage, WeChatMessageError, encrypted_reply, fields, read, text_reply
from bot.channels.wechat_pictures import PictureSource, fetch_picture
from bot.channels.wechat_rendering import render, split
from bot.channels.wechat_words import WeChatWords, load_words
from bot.privacy.keyed_hash import keyed_hash
from bot.privacy.keyring import Keyring
from bot.runtime.settings import PROJECT_ROOT, Settings

logger = logging.getLogger(__name__)

CHANNEL: Final = "wechat"
WORDS_FILE: Final = PROJECT_ROOT / "data" / "channels" / "wechat.yml"
PICTURES_FILE: Final = PROJECT_ROOT / "data" / "channels" / "wechat_pictures.yml"
TIP_OFF_FORM: Final = "tip_off_form"  # while it is open, a picture may become evidence
REPLY_DEADLINE: Final = 4.3  # seconds; WeChat hangs up after 5, and the reply must travel
HANG_UP_AFTER: Final = 5.5  # seconds to hold a delivery that WeChat will send again
DELIVERIES: Final = 3  # how often WeChat delivers one message
TIMESTAMP_WINDOW: Final = 300  # seconds a signed URL stays valid; the last retry comes after about 15
REMEMBERED_PEOPLE: Final = 5_000  # people whose unread parts are kept
SENDER_DIGITS: Final = 32  # hexadecimal digits of the keyed hash that stands for an OpenID
ACKNOWLEDGED: Final = "success"  # tells WeChat that there is no reply


@dataclass
class _Delivery:
    """One message and its answer; WeChat asks for it up to `DELIVERIES` times."""

    task: asyncio.Task[list[str]]
    since: float
    attempts: int = 0


@dataclass(frozen=True)
class _Talk:
    """One message of one person, and what is needed to answer it."""

    app: Sanic[Any, Any]
    sender_id: str
    delivery: str
    on_new_message: OnNewMessage

    async def tracker(self) -> DialogueStateTracker | None:
        """The conversation so far."""
        return await self.app.ctx.agent.tracker_store.retrieve(self.sender_id)


class WeChat(InputChannel):  # type: ignore[misc]
    """Takes messages from one Official Account.

    Routes, under `/webhooks/wechat`: `GET /webhook` (URL check), `POST /webhook` (messages). Without an account in the settings both answer 404.

    Args:
        settings: The account's token, key and AppID.
        words: What people are told.
        keyring: Its index key turns OpenIDs into the sender ids that are stored.
        source: Where people's pictures are fetched from.
    """

    def __init__(self, settings: Settings, words: WeChatWords, keyring: Keyring, source: PictureSource) -> None:
        self._token = settings.wechat_token
        configured = settings.wechat_token and settings.wechat_encoding_aes_key and settings.wechat_app_id
        self._crypto = WeChatCrypto(settings.wechat_token, settings.wechat_encoding_aes_key, settings.wechat_app_id) if configured else None
        self._words = words
        self._index_key = keyring.index_key
        self._limiter = make_rate_limiter()
        self._turns = Turns(CHANNEL)
        self._source = source
        self._pictures = HeldPictures(words, source)
        self._deliveries: OrderedDict[str, _Delivery] = OrderedDict()
        self._unread: OrderedDict[str, list[str] | asyncio.Task[list[str]]] = OrderedDict()

    @classmethod
    def name(cls) -> str:
        """The channel's name, which is also its place under `/webhooks/`."""
        return CHANNEL

    @classmethod
    def from_credentials(cls, _: dict[str, Any] | None) -> WeChat:
        """Make the channel; the account is in the settings, where secrets belong."""
        settings = Settings.load()
        return cls(settings, load_words(Path(WORDS_FILE)), Keyring.load_or_create(settings.keyring_path), PictureSource.load(PICTURES_FILE))

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
        sender_id = f"{CHANNEL}-{keyed_hash(self._index_key, 'wechat.openid', message.from_user)[:SENDER_DIGITS]}"
        delivery = message.delivery_key
        if delivery in self._deliveries:
            return await self._when_ready(sender_id, delivery)
        talk = _Talk(request.app, sender_id, delivery, on_new_message)
        if message.kind == "image":
            return await self._start(talk, "image_by_session", lambda: self._picture(talk, message.picture_url))
        said = _words_of(message)
        if said is None:
            return self._without_words(message)
        if said.strip() in self._words.continue_words and sender_id in self._unread:
            return await self._continue(sender_id)
        return await self._start(talk, "message_by_session", lambda: self._hear(talk, said))

    def _without_words(self, message: WeChatMessage) -> str | None:
        """What to reply to a message that says nothing; None for nothing at all."""
        if message.kind == "event":
            return self._words.welcome if message.event == "subscribe" else None
        return self._words.voice_unclear if message.kind == "voice" else self._words.unsupported

    async def _start(self, talk: _Talk, limit: str, work: Callable[[], Awaitable[str]]) -> str:
        if not self._limiter.allow(limit, talk.sender_id):
            return self._words.too_busy
        now = time.monotonic()
        self._deliveries[talk.delivery] = _Delivery(asyncio.create_task(self._finish(work)), now)
        # A later repetition is refused for its signature's age; until then its answer, which may hold a receipt, is all that is kept.
        while next(iter(self._deliveries.values())).since < now - TIMESTAMP_WINDOW:
            self._deliveries.popitem(last=False)
        return await self._when_ready(talk.sender_id, talk.delivery)

    async def _finish(self, work: Callable[[], Awaitable[str]]) -> list[str]:
        """Do what a message asks for; whatever breaks, the person gets words instead of WeChat's own "service unavailable"."""
        try:
            return split(await work(), self._words)
        except ChannelError as error:
            return [getattr(self._words.errors, error.code, self._words.no_answer)]
        except ImageRefusedError as error:
            return [str(error)]
        except Exception:
            # Whatever broke (store, model), the person gets words, and the server stays up.
            logger.exception("a WeChat turn failed")
            return [self._words.no_answer]

    async def _when_ready(self, sender_id: str, delivery: str) -> str:
        """Hold a delivery until its answer is there, or until WeChat would hang up for the last time."""
        under_way = self._deliveries[delivery]
        under_way.attempts += 1
        last = under_way.attempts >= DELIVERIES
        done, _ = await asyncio.wait({under_way.task}, timeout=REPLY_DEADLINE if last else HANG_UP_AFTER)
        if done:
            return self._first(sender_id, under_way.task.result())
        self._keep(sender_id, under_way.task)
        return self._words.thinking

    async def _hear(self, talk: _Talk, said: str) -> str:
        match self._pictures.answer(talk.sender_id, said):
            case True:
                return await self._attach(talk)
            case False:
                return await self._leave(talk)
        return await self._turn(talk, lambda: self._understand(talk, said))

    async def _understand(self, talk: _Talk, said: str) -> IncomingMessage:
        tracker = await talk.tracker() if said.strip().isdecimal() else None
        buttons = offered_buttons(tracker.events) if tracker else []
        number = int(said) if buttons else 0
        if 1 <= number <= len(buttons):
            return IncomingMessage(buttons[number - 1]["payload"], talk.delivery, buttons[number - 1]["title"])
        return IncomingMessage(typed_text(said), talk.delivery, None)

    async def _turn(self, talk: _Talk, read: ReadMessage) -> str:
        answer = await self._turns.take(talk.app.ctx.agent, talk.sender_id, talk.delivery, read, talk.on_new_message)
        parts = [self._words.masked] if answer.masked else []
        parts.append(render(answer.messages, self._words) or self._words.no_answer)
        if talk.sender_id in self._pictures and any((message.get("custom") or {}).get("type") == CARD for message in answer.messages):
            parts.append(self._pictures.ask(talk.sender_id))
        return "\n\n".join(parts)

    async def _picture(self, talk: _Talk, address: str) -> str:
        """Read a picture as a screenshot; where it may be evidence, hold it too, or ask first."""
        tracker = await talk.tracker()
        if tracker and offered_ticket(tracker.events):
            self._pictures.hold(talk.sender_id, address, read=False)
            return self._pictures.ask(talk.sender_id)
        reporting = tracker is not None and tracker.active_loop_name == TIP_OFF_FORM
        if reporting:
            self._pictures.hold(talk.sender_id, address, read=True)
        said = await self._turn(talk, lambda: self._words_in(talk, [address]))
        return f"{said}\n\n{self._words.evidence.kept}" if reporting else said

    async def _words_in(self, talk: _Talk, addresses: list[str]) -> IncomingMessage:
        hook = image_hook(talk.app)
        if hook is None:
            raise ChannelError("image_unsupported", 422)
        read = [await hook(await fetch_picture(self._source, address), talk.sender_id) for address in addresses]
        words = "\n".join(read).strip()
        if not words:
            raise ChannelError("image_unreadable", 422)
        text = typed_text(words)
        return IncomingMessage(text, talk.delivery, f"{self._words.image_sent}\n{text}")

    async def _attach(self, talk: _Talk) -> str:
        tracker = await talk.tracker()
        ticket = offered_ticket(tracker.events) if tracker else None
        if ticket is None:
            return self._words.evidence.over
        return await self._pictures.attach(evidence_intake(talk.app), ticket, talk.sender_id)

    async def _leave(self, talk: _Talk) -> str:
        """Add nothing; pictures nobody has read yet are read as the screenshots they may be."""
        unread = self._pictures.release(talk.sender_id)
        return await self._turn(talk, lambda: self._words_in(talk, unread)) if unread else self._words.evidence.left

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
