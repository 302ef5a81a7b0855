"""A console of its own for each test, reached by real HTTP."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from sanic import Sanic

from bot.console import accounts, house
from bot.console.accounts import Accounts
from bot.console.app import create_app
from bot.console.roles import Role
from bot.console.settings import ConsoleSettings
from bot.intake.desk import IntakeDesk
from bot.privacy.keyring import Keyring
from bot.transcripts import TranscriptStore, connect, upgrade
from tests.servers import free_port, postgres_cluster

__all__ = ["postgres_cluster"]

PASSWORD = "correct horse 9"
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


@pytest.fixture(autouse=True)
def quick_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real hashing with the smallest cost, so that a hundred logins do not take a minute."""
    monkeypatch.setattr(accounts, "PasswordHasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def settings(tmp_path: Path) -> ConsoleSettings:
    return ConsoleSettings(
        console_url=f"sqlite:///{tmp_path / 'console.db'}",
        transcripts_url=f"sqlite:///{tmp_path / 'transcripts.db'}",
        intake_url=f"sqlite:///{tmp_path / 'intake.db'}",
        evidence_folder=tmp_path / "evidence",
        keyring_path=tmp_path / "keyring.json",
        secret_key="s" * 64,
    )


@pytest.fixture
def keyring(settings: ConsoleSettings) -> Keyring:
    return Keyring.load_or_create(settings.keyring_path)


@pytest.fixture
def staff(settings: ConsoleSettings, keyring: Keyring) -> Accounts:
    """The accounts, with one of each role."""
    _, made = house.open_accounts(settings.console_url, keyring)
    for role in Role:
        made.add(role.value, role, PASSWORD)
    return made


@pytest.fixture
def transcripts(settings: ConsoleSettings, keyring: Keyring) -> TranscriptStore:
    engine = connect(settings.transcripts_url)
    upgrade(engine)
    return TranscriptStore(engine, keyring.index_key)


@pytest.fixture
def desk(settings: ConsoleSettings, keyring: Keyring) -> IntakeDesk:
    return house.open_desk(settings, keyring)


class Running:
    """A Sanic app served from a thread on a free port."""

    def __init__(self, app: Sanic[Any, Any]) -> None:
        self.app = app
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(app,), daemon=True)
        self._thread.start()
        assert self._ready.wait(20)

    def _serve(self, app: Sanic[Any, Any]) -> None:
        asyncio.set_event_loop(self._loop)

        async def start() -> None:
            self._server = await app.create_server(host="127.0.0.1", port=self.port, return_asyncio_server=True)
            await self._server.startup()
            await self._server.start_serving()
            self._ready.set()

        self._loop.run_until_complete(start())
        self._loop.run_forever()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


@pytest.fixture
def console(settings: ConsoleSettings, staff: Accounts) -> Iterator[Running]:
    running = Running(create_app(settings))
    yield running
    running.stop()


@dataclass
class Browser:
    """What a browser does: keeps cookies and sends forms with the token it was given."""

    client: httpx.Client

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.client.get(path, **options)

    def token(self, path: str = "/account") -> str:
        found = TOKEN.search(self.client.get(path).text)
        assert found, "the page has no form token"
        return found[1]

    def send(self, path: str, **fields: str) -> httpx.Response:
        return self.client.post(path, data={"csrf": self.token(), **fields})

    def login(self, name: str, password: str = PASSWORD, **fields: str) -> httpx.Response:
        return self.client.post("/login", data={"csrf": self.token("/login"), "name": name, "password": password, **fields})


@pytest.fixture
def browser(console: Running) -> Iterator[Callable[..., Browser]]:
    """Open a browser; with a name, one that is logged in."""
    opened: list[httpx.Client] = []

    def open_browser(name: str = "") -> Browser:
        opened.append(httpx.Client(base_url=console.url, timeout=20))
        made = Browser(opened[-1])
        if name:
            assert made.login(name).status_code == 303
        return made

    yield open_browser
    for client in opened:
        client.close()
