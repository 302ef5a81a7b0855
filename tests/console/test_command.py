from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from bot.console.accounts import Accounts
from bot.console.house import open_accounts
from bot.privacy.keyring import Keyring
from tests.console.conftest import PASSWORD
from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def place(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "GUARD_DATA_DIR": str(tmp_path), "GUARD_DATABASE_URL": f"sqlite:///{tmp_path / 'all.db'}"}


def guard(place: dict[str, str], *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot.runtime", *words]
    return subprocess.run(command, input=typed, env=place, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def accounts(tmp_path: Path) -> Accounts:
    return open_accounts(f"sqlite:///{tmp_path / 'all.db'}", Keyring.load(tmp_path / "keyring.json"))[1]


def test_the_first_account_is_made_with_a_password_that_never_stands_on_the_command_line(place: dict[str, str], tmp_path: Path) -> None:
    assert "no such option" in guard(place, "console", "add-user", "boss", "--role", "supervisor", "--password", "x").stderr.lower()
    made = guard(place, "console", "add-user", "boss", "--role", "supervisor", typed=f"{PASSWORD}\n")
    assert made.returncode == 0, made.stderr
    assert accounts(tmp_path).authenticate("boss", PASSWORD, "").role == "supervisor"
    assert "boss\tsupervisor" in guard(place, "console", "users").stdout


def test_a_weak_password_or_a_taken_name_is_refused_in_words(place: dict[str, str]) -> None:
    weak = guard(place, "console", "add-user", "boss", "--role", "worker", typed="short\n")
    assert weak.returncode == 1
    assert "密码至少10位" in weak.stderr
    guard(place, "console", "add-user", "boss", "--role", "worker", typed=f"{PASSWORD}\n")
    assert "已经有人用了" in guard(place, "console", "add-user", "Boss", "--role", "worker", typed=f"{PASSWORD}\n").stderr


def test_a_served_console_answers_and_lets_the_new_account_in(place: dict[str, str]) -> None:
    guard(place, "console", "add-user", "boss", "--role", "supervisor", typed=f"{PASSWORD}\n")
    port = str(free_port())
    server = subprocess.Popen(
        [sys.executable, "-m", "bot.runtime", "console", "serve", "--port", port], env=place, cwd=ROOT, stderr=subprocess.DEVNULL
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=5) as client:
            for _ in range(200):
                try:
                    assert client.get("/health").json() == {"status": "ok"}
                    break
                except httpx.TransportError:
                    time.sleep(0.2)
            token = client.get("/login").text.split('name="csrf" value="')[1].split('"')[0]
            assert client.post("/login", data={"csrf": token, "name": "boss", "password": PASSWORD}).status_code == 303
            assert client.get("/tip-offs").status_code == 200
    finally:
        server.terminate()
        assert server.wait(20) is not None


def test_old_conversations_are_counted_before_they_are_forgotten(place: dict[str, str]) -> None:
    told = guard(place, "transcripts", "purge", "--days", "30", "--dry-run").stdout
    assert "would be forgotten: 0 tracker events, 0 transcript events" in told
