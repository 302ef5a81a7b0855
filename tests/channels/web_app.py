"""The web chat on a real server with a made-up assistant, for the channel's and the page's tests."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from rasa.core.channels import channel
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from sanic import Sanic

from bot.channels.web import PAGE_HEADER, WebChat, register_page
from bot.channels.web_words import load_words

ROOT = Path(__file__).resolve().parents[2]
WORDS = load_words(ROOT / "data" / "channels" / "web.yml")
SECRET = "s" * 32
Think = Callable[[str], Awaitable[list[dict[str, Any]]]]


async def echo(text: str) -> list[dict[str, Any]]:
    """Say everything back."""
    return [{"text": f"您说：{text}"}]


@dataclass
class MadeUpAgent:
    """Stands where Rasa's agent stands: stores each turn in a real tracker store and answers with `think`."""

    think: Think = echo
    tracker_store: InMemoryTrackerStore = field(default_factory=lambda: InMemoryTrackerStore(Domain.empty()))
    heard: list[str] = field(default_factory=list)
    metadata: list[dict[str, Any]] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)

    async def handle_message(self, message: Any) -> None:
        """Take one message as Rasa would."""
        self.heard.append(message.text)
        self.metadata.append(message.metadata)
        self.senders.append(message.sender_id)
        tracker = await self.tracker_store.get_or_create_tracker(message.sender_id)
        tracker.update(UserUttered(message.text, {"name": "x"}, message_id=message.message_id, metadata=message.metadata))
        for reply in await self.think(message.text):
            data = {key: reply[key] for key in ("buttons", "custom") if key in reply}
            tracker.update(BotUttered(reply.get("text"), data))
            await message.output_channel.send_response(message.sender_id, dict(reply))
        await self.tracker_store.save(tracker)


@dataclass
class WebServer:
    """A running web chat."""

    url: str
    app: Sanic[Any, Any]
    agent: MadeUpAgent
    chat: WebChat

    def person(self) -> httpx.AsyncClient:
        """Give a new browser with the page open: its own cookies, no proxy."""
        return httpx.AsyncClient(base_url=self.url, headers={PAGE_HEADER: "1"}, trust_env=False, timeout=20)


@asynccontextmanager
async def serve_web_chat(think: Think = echo, *, chat: WebChat | None = None, **options: Any) -> AsyncIterator[WebServer]:
    """Serve the channel and the page on a free port while the block lasts."""
    app: Sanic[Any, Any] = Sanic(f"web_chat_{id(options)}_{asyncio.get_running_loop().time():.6f}".replace(".", "_"), configure_logging=False)
    app.config.TOUCHUP = False  # Sanic rewrites its own methods at start, which works once a process

    @app.get("/")
    async def hello(_: Any) -> None:  # what Rasa answers at `/`; the page must take its place
        raise AssertionError("the page did not replace Rasa's greeting")

    chat = chat or WebChat(SECRET, WORDS, **options)
    agent = MadeUpAgent(think)
    app.ctx.agent = agent
    channel.register([chat], app, route="/webhooks/")
    register_page(app)
    listener = socket.create_server(("127.0.0.1", 0))
    server = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
    assert server is not None
    await server.startup()
    await server.before_start()
    await server.start_serving()
    await server.after_start()
    try:
        yield WebServer(f"http://127.0.0.1:{listener.getsockname()[1]}", app, agent, chat)
    finally:
        await server.before_stop()
        await server.close()
        await server.after_stop()
        Sanic._app_registry.pop(app.name, None)
