"""Starts the three processes, tells when each is ready, and stops all of them together."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable

import httpx
from honcho.manager import Manager

from bot.runtime.settings import PROJECT_ROOT, Settings

READY_TIMEOUT = 120  # seconds; loading takes about 6 on two cores
POLL_INTERVAL = 0.2  # seconds
PROBE_TIMEOUT = 2  # seconds


class PatientManager(Manager):  # type: ignore[misc]
    """Honcho's manager, which fails and leaves everything running when it is stopped before it has heard that a process started."""

    def terminate(self) -> None:
        """Stop all processes, as soon as all have started."""
        if self._all_started():
            super().terminate()
        else:
            threading.Timer(POLL_INTERVAL, self.terminate).start()


def health_urls(settings: Settings) -> dict[str, str]:
    """Return where each process tells that it is ready, by process name."""
    return {"actions": f"{settings.actions_url}/health", "chat": f"{settings.chat_url}/health", "console": f"{settings.console_url}/health"}


def commands() -> dict[str, str]:
    """Return what the shell is to run for each process, by process name."""
    guard = f'"{sys.executable}" -m bot.runtime'
    return {"actions": f"{guard} serve actions", "chat": f"{guard} serve chat", "console": f"{guard} console serve"}


def wait_until_ready(url: str, timeout: float = READY_TIMEOUT) -> bool:
    """Ask `url` until it answers 200.

    Args:
        url: A health address.
        timeout: How long to ask, in seconds.

    Returns:
        Whether it answered in time.
    """
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        try:
            if httpx.get(url, timeout=PROBE_TIMEOUT, trust_env=False).is_success:
                return True
        except httpx.TransportError:
            pass  # not listening yet
        time.sleep(POLL_INTERVAL)
    return False


def run(settings: Settings, announce: Callable[[str], None]) -> int:
    """Run all processes until one ends or the operator presses Ctrl-C; then end the rest.

    A crashed process stops the whole, with its last lines on the screen: half an assistant that answers but cannot take tip-offs would be
    worse than one that a service manager restarts as a whole.

    Args:
        settings: Where everybody listens.
        announce: Called with one line for each process that is ready.

    Returns:
        The exit status of the process that ended first, never 0: a process that ends by itself is missing, however it ended. 130 after Ctrl-C.
    """
    manager = PatientManager()
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    for name, command in commands().items():
        manager.add_process(name, command, env=environment, cwd=str(PROJECT_ROOT))

    def report() -> None:
        pages = {"chat": settings.chat_url, "console": settings.console_url}
        for name, url in health_urls(settings).items():
            if wait_until_ready(url) and name in pages:
                announce(f"ready: {name:<8} {pages[name]}")

    threading.Thread(target=report, daemon=True).start()
    manager.loop()
    return int(manager.returncode or 1)
