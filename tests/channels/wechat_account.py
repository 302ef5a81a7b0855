"""An Official Account for tests: the channel on a Sanic app, with wechatpy as the other side."""

from __future__ import annotations

import asyncio
import socket
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Sanic
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto as PeerCrypto
from wechatpy.utils import WeChatSigner

from bot.channels import wechat
from bot.channels.wechat_pictures import PictureSource
from bot.privacy.keyed_hash import keyed_hash
from bot.privacy.keyring import Keyring
from bot.runtime.settings import Settings
from tests.running import WECHAT

TOKEN, APP_ID, AES_KEY = WECHAT["wechat_token"], WECHAT["wechat_app_id"], WECHAT["wechat_encoding_aes_key"]
WORDS = wechat.load_words(wechat.WORDS_FILE)
NOWHERE = PictureSource(hosts=frozenset(), seconds=1)


class FakeAgent:
    """Keeps conversations in memory, as Rasa's tracker store would."""

    def __init__(self) -> None:
        self.trackers: dict[str, DialogueStateTracker] = {}
        self.tracker_store = self

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        return self.trackers.get(sender_id)


class Account:
    """The channel on a Sanic app, and WeChat's side of it."""

    def __init__(self, tmp_path: Path, *, encoding_aes_key: str = AES_KEY, source: PictureSource = NOWHERE) -> None:
        settings = Settings(wechat_token=TOKEN, wechat_app_id=APP_ID, wechat_encoding_aes_key=encoding_aes_key)
        self.channel = wechat.WeChat(settings, WORDS, Keyring.load_or_create(tmp_path / "keys.json"), source)
        self.agent = FakeAgent()
        self.heard: list[UserMessage] = []
        self.replies: list[dict[str, Any]] = [{"text": "答案"}]
        self.delay = 0.0
        self.failure: Exception | None = None
        self.app: Sanic[Any, Any] = Sanic(f"wechat_{uuid.uuid4().hex}", configure_logging=False)
        self.app.config.TOUCHUP = False  # Sanic rewrites its own methods at start, which works once a process
        self.app.ctx.agent = self.agent
        self.app.blueprint(self.channel.blueprint(self._on_message), url_prefix="/webhooks/wechat")
        self.peer = PeerCrypto(TOKEN, AES_KEY, APP_ID)

    @property
    def sender_id(self) -> str:
        """Under which the channel knows the person of the tests."""
        digits = keyed_hash(self.channel._index_key, "wechat.openid", "openid-1")[: wechat.SENDER_DIGITS]
        return f"{wechat.CHANNEL}-{digits}"

    async def _on_message(self, message: UserMessage) -> None:
        self.heard.append(message)
        if self.failure:
            raise self.failure
        await asyncio.sleep(self.delay)
        events = [UserUttered(message.text, input_channel="wechat", message_id=message.message_id, metadata=message.metadata)]
        for reply in self.replies:
            await message.output_channel.send_response(message.sender_id, dict(reply))
            events.append(BotUttered(reply.get("text"), {key: value for key, value in reply.items() if key != "text"}))
        tracker = self.agent.trackers.setdefault(message.sender_id, DialogueStateTracker.from_events(message.sender_id, []))
        for event in events:
            tracker.update(event)

    def signed(self, *, timestamp: str | None = None, token: str = TOKEN) -> dict[str, str]:
        timestamp, nonce = timestamp or str(int(time.time())), "nonce1"
        signer = WeChatSigner()
        signer.add_data(token, timestamp, nonce)
        return {"signature": signer.signature, "timestamp": timestamp, "nonce": nonce}

    def document(self, *, kind: str = "text", message_id: str = "1", person: str = "openid-1", **more: str) -> str:
        parts = {"ToUserName": "gh_1", "FromUserName": person, "CreateTime": "1700000000", "MsgType": kind, "MsgId": message_id, **more}
        return "<xml>" + "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in parts.items()) + "</xml>"

    def sealed(self, document: str, **signing: str) -> tuple[str, bytes]:
        arguments = self.signed(**signing)
        envelope = self.peer.encrypt_message(document, arguments["nonce"], arguments["timestamp"])
        import xmltodict

        fields = xmltodict.parse(envelope)["xml"]
        arguments |= {"encrypt_type": "aes", "msg_signature": fields["MsgSignature"]}
        body = f"<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[{fields['Encrypt']}]]></Encrypt></xml>"
        return f"/webhooks/wechat/webhook?{urlencode(arguments)}", body.encode()

    async def post(self, url: str, body: bytes) -> httpx.Response:
        return await self.client.post(url, content=body)

    async def say(self, text: str, **options: str) -> str:
        response = await self.post(*self.sealed(self.document(Content=text, **options)))
        return self.opened(response)

    def opened(self, response: httpx.Response) -> str:
        assert response.status_code == 200, response.text
        import xmltodict

        fields = xmltodict.parse(response.text)["xml"]
        plain = self.peer.decrypt_message(response.text, fields["MsgSignature"], fields["TimeStamp"], fields["Nonce"])
        message = parse_message(plain)
        assert (message.target, message.source) == (fields_person(plain), "gh_1")
        return str(message.content)


def fields_person(plain: str) -> str:
    import xmltodict

    return str(xmltodict.parse(plain)["xml"]["ToUserName"])


@pytest.fixture
async def account(tmp_path: Path) -> AsyncIterator[Account]:
    async for started in serving(Account(tmp_path)):
        yield started


async def serving(account: Account) -> AsyncIterator[Account]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = await account.app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
    assert server is not None
    await server.startup()
    await server.before_start()
    await server.start_serving()
    port = listener.getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=20) as account.client:
        yield account
    await server.close()


