"""No process talks to another machine: every connection and name look-up is recorded from inside Python and must be to this one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import build, running

RECORDER = """
import ipaddress, os, sys

def record(event, arguments):
    if event == "socket.connect":
        address = arguments[1]
        target = address[0] if isinstance(address, tuple) else "unix"
    elif event == "socket.getaddrinfo":
        target = arguments[0]
    else:
        return
    target = target.decode() if isinstance(target, bytes) else target
    if target in (None, "", "unix", "localhost"):
        return
    try:
        if ipaddress.ip_address(target).is_loopback or ipaddress.ip_address(target).is_unspecified:
            return
    except ValueError:
        pass
    with open(os.environ["OUTSIDE_CALLS"], "a") as file:
        file.write(f"{event} {target}\\n")

sys.addaudithook(record)
"""


@pytest.mark.servers
def test_a_whole_conversation_reaches_no_other_machine(tmp_path: Path) -> None:
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(RECORDER)
    (tmp_path / "data").mkdir()
    assistant = build(tmp_path / "data")
    calls = tmp_path / "calls.txt"
    calls.touch()
    assistant.environment |= {"PYTHONPATH": str(tmp_path / "hook"), "OUTSIDE_CALLS": str(calls), "RASA_TELEMETRY_ENABLED": "true"}
    with running(assistant, console=True):
        conversation = assistant.conversation()
        assert "现金价值" in conversation.say("退保能拿回多少钱").text
        assert conversation.say("我要举报").buttons
    assert calls.read_text() == ""
