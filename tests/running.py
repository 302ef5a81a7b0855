"""Starts the real servers on free ports with a data folder of their own, and talks to them as a client would."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[1]
START_TIMEOUT = 120  # seconds
REPLY_TIMEOUT = 30  # seconds
WECHAT = {
    "wechat_token": "a-token-of-the-tests",
    "wechat_app_id": "wx0123456789abcdef",
    "wechat_encoding_aes_key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
}


@dataclass
class Server:
    """One `guard` process."""

    name: str
    command: tuple[str, ...]
    health: str
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot.runtime", *self.command], cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"{self.name} ended at start:\n{self.log.read_text(errors='replace')[-3000:]}"
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(self.health, timeout=2, trust_env=False).is_success:
                    return
            time.sleep(0.1)
        raise AssertionError(f"{self.name} did not answer in {START_TIMEOUT} s:\n{self.log.read_text(errors='replace')[-3000:]}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it and everything it started."""
        if self.process is None or self.process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, how)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)


@dataclass
class Reply:
    """What the assistant said to one message."""

    status: int
    messages: list[dict[str, Any]]

    @property
    def text(self) -> str:
        """Everything a person can read, cards included."""
        return "\n".join([*(message.get("text") or "" for message in self.messages), *(_words(message.get("custom")) for message in self.messages)])

    @property
    def buttons(self) -> list[dict[str, str]]:
        """All buttons, in order."""
        return [button for message in self.messages for button in message.get("buttons") or ()]

    @property
    def titles(self) -> list[str]:
        """The words on the buttons."""
        return [button["title"] for button in self.buttons]

    def custom(self, kind: str) -> dict[str, Any]:
        """Return the card of a kind."""
        return next(message["custom"] for message in self.messages if (message.get("custom") or {}).get("type") == kind)

    @property
    def customs(self) -> list[str]:
        """The kinds of cards shown."""
        return [message["custom"]["type"] for message in self.messages if message.get("custom")]


def _words(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "\n".join(_words(part) for part in value.values())
    if isinstance(value, list):
        return "\n".join(_words(part) for part in value)
    return ""


@dataclass
class Conversation:
    """One person talking over the REST channel."""

    url: str
    sender: str = field(default_factory=lambda: uuid.uuid4().hex)
    last: Reply = field(default_factory=lambda: Reply(200, []))

    def say(self, text: str) -> Reply:
        """Send a message and return the reply."""
        answer = httpx.post(
            f"{self.url}/webhooks/rest/webhook", json={"sender": self.sender, "message": text}, timeout=REPLY_TIMEOUT, trust_env=False
        )
        body = answer.json()
        self.last = Reply(answer.status_code, body if answer.is_success else [{"text": body["error"]["words"]}])
        return self.last

    def press(self, title: str) -> Reply:
        """Press the button of the last reply whose words contain `title`."""
        button = next((button for button in self.last.buttons if title in button["title"]), None)
        assert button is not None, f"no button with {title!r} among {self.last.titles}"
        return self.say(button["payload"])


def agree(conversation: Conversation) -> Reply:
    """Agree to pass a tip-off on, up to its summary; other tests filed one like it, so it may be asked whether that was the same person."""
    reply = conversation.press("同意转交")
    return conversation.press("没报过") if any("没报过" in title for title in reply.titles) else reply


# What a person without anything to hide answers to each question of the tip-off form, by words of the question.
TIP_OFF_ANSWERS = {
    "请您看一遍": "提交",  # first: the summary repeats the words of other questions
    "知道对方是谁": "不知道",
    "发生在哪儿": "梨树县",
    "给过对方钱": "没给钱",
    "联系方式": "不留，匿名举报",
    "您同意送吗": "同意转交",
    "有两种办法": "举报（可匿名）",
    "以前自己报过吗": "没报过",
}
MOST_QUESTIONS = 8


def file_tip_off(conversation: Conversation, story: str) -> str:
    """File an anonymous tip-off as a person would, and return its receipt."""
    conversation.say("我要举报")
    reply = conversation.say(story)
    for _ in range(MOST_QUESTIONS):
        if "receipt" in reply.customs:
            return str(reply.custom("receipt")["receipt"])
        asked = reply.messages[-1].get("text") or ""
        answer = next((answer for question, answer in TIP_OFF_ANSWERS.items() if question in asked), None)
        assert answer is not None, f"nobody expects the question {asked!r}"
        reply = conversation.say(answer)
    raise AssertionError(f"no receipt after {MOST_QUESTIONS} answers: {reply.text}")


@dataclass
class Assistant:
    """The chat and action servers, and where their data is."""

    data_dir: Path
    environment: dict[str, str]
    chat: Server
    actions: Server
    console: Server
    chat_url: str
    console_url: str

    def conversation(self) -> Conversation:
        """Begin a new conversation."""
        return Conversation(self.chat_url)

    def log(self) -> str:
        """Everything both servers printed."""
        return "".join(server.log.read_text(errors="replace") for server in (self.chat, self.actions) if server.log.exists())


def build(data_dir: Path, **settings: str) -> Assistant:
    """Describe an assistant on free ports; nothing is started yet.

    Args:
        data_dir: An empty folder.
        settings: More `GUARD_…` variables, without the prefix.
    """
    ports = {name: free_port() for name in ("chat", "actions", "console")}
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GUARD_")}
    environment |= {"GUARD_DATA_DIR": str(data_dir), "OMP_NUM_THREADS": "1"}
    environment |= {f"GUARD_{name.upper()}_PORT": str(port) for name, port in ports.items()}
    environment |= {f"GUARD_{name.upper()}": value for name, value in settings.items()}
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}

    def server(name: str, *command: str) -> Server:
        return Server(name, command, f"{urls[name]}/health", environment, data_dir / f"{name}.log")

    return Assistant(
        data_dir,
        environment,
        server("chat", "serve", "chat"),
        server("actions", "serve", "actions"),
        server("console", "console", "serve"),
        urls["chat"],
        urls["console"],
    )


@contextlib.contextmanager
def running(assistant: Assistant, *, console: bool = False) -> Iterator[Assistant]:
    """Run the servers while the block lasts."""
    servers = [assistant.actions, assistant.chat, *([assistant.console] if console else [])]
    try:
        for server in servers:
            server.start()
        yield assistant
    finally:
        for server in reversed(servers):
            server.stop()
