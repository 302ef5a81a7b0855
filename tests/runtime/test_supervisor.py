"""Three processes are one assistant: they are announced when ready, and end together."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.runtime import supervisor
from bot.runtime.settings import Settings
from tests.running import ROOT
from tests.servers import free_port

WAIT = 20  # seconds
# A server that is ready once it has written its own process number down.
SERVER = """
import http.server, os, sys

class Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass

server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Healthy)
open(sys.argv[2], "w").write(str(os.getpid()))
server.serve_forever()
"""
RUN = """
import json, os, sys
from bot.runtime import supervisor
from bot.runtime.settings import Settings

supervisor.commands = lambda: json.loads(os.environ["FAKE_COMMANDS"])
sys.exit(supervisor.run(Settings.load(), lambda line: print(line, flush=True)))
"""
# Ctrl-C in the moment in which the processes exist and none has told so yet.
STOPPED_AT_ONCE = """
import os, signal
from bot.runtime.supervisor import PatientManager

start = PatientManager._start
PatientManager._start = lambda manager: (start(manager), os.kill(os.getpid(), signal.SIGTERM))
""" + RUN


class Whole:
    """The supervisor in a process of its own, over fake servers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {name: free_port() for name in ("actions", "chat", "console")}
        (folder / "server.py").write_text(SERVER)
        self.log = folder / "log"
        self.commands = {name: f'"{sys.executable}" "{folder / "server.py"}" {port} "{folder / name}"' for name, port in self.ports.items()}
        self.environment = {**os.environ, "GUARD_DATA_DIR": str(folder / "data"), "PYTHONUNBUFFERED": "1"}
        self.environment |= {f"GUARD_{name.upper()}_PORT": str(port) for name, port in self.ports.items()}

    def start(self, program: str = RUN) -> subprocess.Popen[bytes]:
        """Start it and wait until it has started every process."""
        environment = {**self.environment, "FAKE_COMMANDS": json.dumps(self.commands)}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=environment, stdout=log, stderr=log)
        for name in self.commands:
            self.wait_for(f"{name} started")
        return self.process

    def child(self, name: str) -> int:
        """Wait for a fake server to run, and return its process number."""
        place = self.folder / name
        deadline = time.monotonic() + WAIT
        while not place.exists() or not place.read_text():
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)
        return int(place.read_text())

    def clear(self) -> None:
        """Leave nothing running, whatever a test has found."""
        if self.process.poll() is not None:
            return
        for number in [*(int(place.read_text()) for name in self.ports if (place := self.folder / name).exists()), self.process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)

    def wait_for(self, words: str) -> None:
        deadline = time.monotonic() + WAIT
        while words not in self.log.read_text():
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Whole]:
    described = Whole(tmp_path)
    yield described
    described.clear()


def test_the_pages_are_announced_once_they_answer_and_ctrl_c_stops_everything(whole: Whole) -> None:
    process = whole.start()
    whole.wait_for(f"ready: chat     http://127.0.0.1:{whole.ports['chat']}")
    whole.wait_for(f"ready: console  http://127.0.0.1:{whole.ports['console']}")
    process.send_signal(signal.SIGINT)
    assert process.wait(WAIT) == 130
    assert not any(map(answers, whole.ports.values()))


def test_a_service_manager_stops_everything_too(whole: Whole) -> None:
    process = whole.start()
    process.terminate()
    assert process.wait(WAIT) == 143
    assert not any(map(answers, whole.ports.values()))


def test_stopping_before_the_first_process_is_heard_of_stops_everything_too(whole: Whole) -> None:
    process = whole.start(STOPPED_AT_ONCE)
    assert process.wait(WAIT) == 143
    assert not any(map(answers, whole.ports.values()))


@pytest.mark.parametrize("name", ["actions", "chat", "console"])
def test_a_process_that_crashes_takes_the_others_with_it(whole: Whole, name: str) -> None:
    process = whole.start()
    os.kill(whole.child(name), signal.SIGKILL)
    assert process.wait(WAIT) != 0
    assert not any(map(answers, whole.ports.values()))
    assert f"{name} stopped" in whole.log.read_text()


def test_the_last_words_of_a_process_that_cannot_start_are_on_the_screen(whole: Whole) -> None:
    whole.commands["chat"] = "echo the port is taken; exit 3"
    process = whole.start()
    assert process.wait(WAIT) == 3
    assert "the port is taken" in whole.log.read_text()


def test_a_process_that_ends_without_an_error_is_missing_all_the_same(whole: Whole) -> None:
    whole.commands["console"] = "exit 0"
    assert whole.start().wait(WAIT) == 1


def test_waiting_for_a_server_that_never_answers_ends() -> None:
    started = time.monotonic()
    assert not supervisor.wait_until_ready(f"http://127.0.0.1:{free_port()}/health", timeout=0.5)
    assert time.monotonic() - started < 5


def test_every_process_that_is_started_has_a_place_where_it_tells_that_it_is_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARD_DATA_DIR", str(tmp_path))
    assert set(supervisor.commands()) == set(supervisor.health_urls(Settings.load()))
