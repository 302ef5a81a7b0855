"""The two commands on a bare machine: uv is fetched and checked, and `make test` stops at the first part that fails."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import subprocess
import sys
import urllib.error
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bot.runtime.settings import PROJECT_ROOT

PROGRAM = b"#!/bin/sh\necho uv 9.9.9\n"
INDEX = "https://mirror.invalid/simple"


def load(name: str) -> ModuleType:
    """Load a file of tools/, which is no package: a newcomer's Python runs it before anything is installed."""
    spec = importlib.util.spec_from_file_location(f"tools_{name}", PROJECT_ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def wheel(program: bytes = PROGRAM) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("uv-9.9.9.data/scripts/uvx", b"another program")
        archive.writestr("uv-9.9.9.data/scripts/uv", program)
    return content.getvalue()


class Index:
    """A package index that needs no network; wheels that are not put into it have other content."""

    def __init__(self) -> None:
        self.files: list[dict[str, Any]] = []
        self.asked: list[str] = []

    def add(self, version: str, tag: str, **changes: Any) -> None:
        name = f"uv-{version}-py3-none-{tag}.whl"
        self.files.append({"filename": name, "url": f"../../files/{name}", "hashes": {"sha256": hashlib.sha256(wheel()).hexdigest()}, **changes})

    def fetch(self, url: str, accept: str = "*/*") -> bytes:
        self.asked.append(url)
        return json.dumps({"files": self.files}).encode() if url.endswith("/uv/") else wheel()


@pytest.fixture
def index() -> Index:
    return Index()


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: Index) -> ModuleType:
    """The script on a bare Linux machine with an index of ours: no uv, no pip."""
    module = load("bootstrap_uv")
    monkeypatch.setattr(module, "TOOLS", tmp_path / ".tools")
    monkeypatch.setattr(module, "fetch", index.fetch)
    monkeypatch.setattr(module, "install_with_pip", lambda: False)
    monkeypatch.setattr(module.shutil, "which", lambda _: None)
    monkeypatch.setattr(module, "wheel_tag", lambda: ("manylinux", "x86_64"))
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", INDEX)
    return module


def test_a_bare_machine_gets_a_uv_it_can_run(bootstrap: ModuleType, index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    index.add("0.9.30", "manylinux_2_17_x86_64")
    bootstrap.main()
    path = capsys.readouterr().out.strip()
    assert subprocess.run([path], capture_output=True, check=True).stdout == b"uv 9.9.9\n"
    assert index.asked[0] == f"{INDEX}/uv/"


def test_a_uv_that_is_there_is_used_and_nothing_is_fetched(bootstrap: ModuleType, index: Index, capsys: pytest.CaptureFixture[str]) -> None:
    index.add("0.9.30", "manylinux_2_17_x86_64")
    bootstrap.main()
    index.asked.clear()
    bootstrap.main()
    assert index.asked == []


def test_a_download_that_does_not_have_the_checksum_of_the_index_is_never_unpacked(bootstrap: ModuleType, index: Index) -> None:
    index.add("0.9.30", "manylinux_2_17_x86_64", hashes={"sha256": "0" * 64})
    with pytest.raises(RuntimeError, match="checksum"):
        bootstrap.main()
    assert not (bootstrap.TOOLS / "bin" / "uv").exists()


def test_a_download_without_any_checksum_is_refused_too(bootstrap: ModuleType, index: Index) -> None:
    index.add("0.9.30", "manylinux_2_17_x86_64", hashes={})
    with pytest.raises(RuntimeError, match="checksum"):
        bootstrap.main()


def test_the_newest_finished_version_for_this_machine_is_taken(bootstrap: ModuleType, index: Index) -> None:
    index.add("0.9.30", "manylinux_2_17_x86_64")
    index.add("0.10.2", "manylinux_2_17_x86_64")
    index.add("0.11.0", "manylinux_2_17_x86_64", yanked="broken")
    index.add("0.12.0rc1", "manylinux_2_17_x86_64")
    index.add("0.13.0", "manylinux_2_17_aarch64")
    index.add("0.13.0", "macosx_11_0_arm64")
    bootstrap.install_from_index()
    assert index.asked[1] == "https://mirror.invalid/files/uv-0.10.2-py3-none-manylinux_2_17_x86_64.whl"


def test_a_version_too_old_for_the_lock_file_is_not_taken(bootstrap: ModuleType, index: Index) -> None:
    index.add("0.4.30", "manylinux_2_17_x86_64")
    with pytest.raises(RuntimeError, match="no uv for manylinux x86_64"):
        bootstrap.install_from_index()


def test_a_mirror_named_for_uv_counts_before_one_named_for_pip(bootstrap: ModuleType, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://other.invalid/simple/")
    index.add("0.9.30", "manylinux_2_17_x86_64")
    bootstrap.install_from_index()
    assert index.asked[0] == "https://other.invalid/simple/uv/"


@pytest.mark.parametrize(
    ("platform", "machine", "alpine", "expected"),
    [
        ("linux", "x86_64", False, ("manylinux", "x86_64")),
        ("linux", "AMD64", False, ("manylinux", "x86_64")),
        ("linux", "arm64", False, ("manylinux", "aarch64")),
        ("linux", "aarch64", True, ("musllinux", "aarch64")),
        ("darwin", "arm64", False, ("macosx", "arm64")),
        ("darwin", "x86_64", False, ("macosx", "x86_64")),
    ],
)
def test_the_wheel_fits_system_and_processor(
    monkeypatch: pytest.MonkeyPatch, platform: str, machine: str, alpine: bool, expected: tuple[str, str]
) -> None:
    module = load("bootstrap_uv")
    monkeypatch.setattr(module.sys, "platform", platform)
    monkeypatch.setattr(module.platform, "machine", lambda: machine)
    monkeypatch.setattr(module.Path, "exists", lambda path: alpine)
    found = module.wheel_tag()
    monkeypatch.undo()
    assert found == expected


def test_without_a_network_the_last_line_says_what_to_do(tmp_path: Path) -> None:
    program = tmp_path / "tools" / "bootstrap_uv.py"
    program.parent.mkdir()
    program.write_bytes((PROJECT_ROOT / "tools" / "bootstrap_uv.py").read_bytes())
    # A bare Debian has neither uv nor pip; the port is one nobody listens on.
    environment = {"PATH": str(tmp_path), "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PYTHONNOUSERSITE": "1", "PIP_RETRIES": "0"}
    done = subprocess.run([sys.executable, "-S", str(program)], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert "PIP_INDEX_URL" in last
    assert "Traceback" not in done.stderr


def test_an_index_that_answers_with_a_web_page_is_told_in_words(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "fetch", lambda *_: b"<html>log in to the hotel's network</html>")
    with pytest.raises((OSError, RuntimeError, ValueError, urllib.error.URLError)):  # what the script tells in words
        bootstrap.main()


class Runs:
    """Stands in for the commands of `make test`."""

    def __init__(self, failing: str = "") -> None:
        self.failing = failing
        self.seen: list[list[str]] = []
        self.environment: dict[str, str] = {}

    def __call__(self, command: list[str], env: dict[str, str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        self.seen.append([Path(command[0]).name, *command[1:]])
        self.environment = env
        return subprocess.CompletedProcess(command, 7 if self.seen[-1][0] == self.failing else 0)


def test_make_test_runs_every_part_and_gives_its_arguments_to_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    module, runs = load("test"), Runs()
    monkeypatch.setattr(module.subprocess, "run", runs)
    monkeypatch.setattr(module.sys, "argv", ["test.py", "-k", "receipt"])
    assert module.main() == 0
    assert [command for command in runs.seen if command[0] == "pytest"] == [["pytest", "-k", "receipt"]]
    assert len(runs.seen) == len(module.PARTS)
    assert runs.environment["RASA_TELEMETRY_ENABLED"] == "false"


def test_make_test_stops_at_the_first_part_that_fails_names_it_and_passes_its_status_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module, runs = load("test"), Runs(failing="mypy")
    monkeypatch.setattr(module.subprocess, "run", runs)
    assert module.main() == 7
    assert runs.seen[-1][0] == "mypy"
    assert "types failed" in capsys.readouterr().err
