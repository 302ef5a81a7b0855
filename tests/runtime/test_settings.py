"""Settings: where things are, and secrets that are made once and read by their owner alone."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.runtime.settings import PROJECT_ROOT, Settings

PROCESSES = 8


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "PUBLIC_URL", "MODELS_DIR"):
        monkeypatch.delenv(f"GUARD_{name}", raising=False)
    monkeypatch.setenv("GUARD_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def test_many_processes_that_start_at_once_end_with_the_same_secret(folder: Path) -> None:
    program = "from bot.runtime.settings import Settings; import sys; sys.stdin.read(); print(Settings.load().secret_key)"
    started = [
        subprocess.Popen([sys.executable, "-c", program], cwd=PROJECT_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.close()  # the starting gun
    keys = set()
    for process in started:
        assert process.stdout is not None
        keys.add(process.stdout.read().strip())
        assert process.wait(60) == 0
    assert len(keys) == 1
    assert len(keys.pop()) == 64
    assert [path.name for path in folder.iterdir()] == ["secret.key"], "a draft was left behind"


def test_the_secret_survives_a_restart(folder: Path) -> None:
    assert Settings.load().secret_key == Settings.load().secret_key


def test_nobody_but_the_owner_reads_the_folder_and_the_secret(folder: Path) -> None:
    assert Settings.load().secret_key
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "secret.key").stat().st_mode) == 0o600


def test_relative_paths_are_relative_to_the_project_wherever_the_command_is_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARD_MODELS_DIR", "models/other")
    assert Settings.load().models_dir == PROJECT_ROOT / "models" / "other"


def test_absolute_paths_stay_what_they_are(folder: Path) -> None:
    assert Settings.load().data_dir == folder
    assert Settings.load().keyring_path == folder / "keyring.json"


def test_without_a_database_each_store_has_a_file_of_its_own(folder: Path) -> None:
    settings = Settings.load()
    urls = [settings.database_url_tracker, settings.database_url_intake, settings.database_url_transcripts, settings.database_url_console]
    assert len(set(urls)) == 4
    assert all(url.startswith(f"sqlite:///{folder}") for url in urls)


def test_one_database_address_serves_every_store(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARD_DATABASE_URL", "postgresql+psycopg://guard@db/guard")
    settings = Settings.load()
    assert settings.database_url_tracker == settings.database_url_intake == "postgresql+psycopg://guard@db/guard"
    assert settings.database_url_transcripts == settings.database_url_console == "postgresql+psycopg://guard@db/guard"


def test_a_port_that_is_no_number_is_refused_by_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARD_CHAT_PORT", "five thousand")
    with pytest.raises(ValidationError, match="chat_port"):
        Settings.load()


def test_passwords_and_keys_do_not_appear_when_settings_are_printed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARD_WECHAT_ENCODING_AES_KEY", "k" * 43)
    monkeypatch.setenv("GUARD_WECHAT_TOKEN", "very-secret")
    monkeypatch.setenv("GUARD_DATABASE_URL", "postgresql+psycopg://guard:very-secret@db/guard")
    monkeypatch.setenv("GUARD_REDIS_URL", "redis://:very-secret@cache/0")
    printed = repr(Settings.load())
    assert "k" * 43 not in printed
    assert "very-secret" not in printed


def test_everything_rasas_own_files_name_is_filled_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os
    import re

    names = set()
    for file in ("endpoints.yml", "credentials.yml"):
        names |= set(re.findall(r"\$\{(GUARD_\w+)\}", (PROJECT_ROOT / file).read_text(encoding="utf-8")))
    for name in names:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    Settings.load().export()
    assert names
    assert names <= os.environ.keys()


@pytest.mark.parametrize(("proxies", "told"), [("2", "2"), ("0", None)])
def test_the_number_of_proxies_reaches_the_chat_server(proxies: str, told: str | None, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv("GUARD_PROXIES", proxies)
    monkeypatch.delenv("SANIC_PROXIES_COUNT", raising=False)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    Settings.load().export()
    assert os.environ.get("SANIC_PROXIES_COUNT") == told


def test_a_number_of_proxies_below_none_is_refused_by_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUARD_PROXIES", "-1")
    with pytest.raises(ValidationError, match="proxies"):
        Settings.load()
