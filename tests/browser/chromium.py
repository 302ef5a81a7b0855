"""Chromium for tests, driven by Playwright: nothing of it may phone home, and a missing browser is an error where CI promises one."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Request, async_playwright, expect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 30_000  # milliseconds; a test that passes never waits this long, and a busy machine must not fail one
PHONE = {"viewport": {"width": 360, "height": 640}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True, "locale": "zh-CN"}

expect.set_options(timeout=PATIENCE)


def require_chromium() -> str:
    """Return the browser's path; without one skip the test, or fail it when `CI=true`."""
    if CHROMIUM:
        return CHROMIUM
    reason = "Chromium is missing: install Debian's packages chromium and fonts-noto-cjk"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """Start Chromium for as long as the block lasts."""
    executable = require_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


class Visit:
    """One person's browser window, and everything it did that it should not.

    Attributes:
        page: The Playwright page.
        outside: Requests to any other place than `origin`.
        errors: Uncaught errors and console errors, among them refusals by the page's own policy.
    """

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self.origin = origin
        self.outside: list[str] = []
        self.errors: list[str] = []
        page.on("request", self._note_request)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "blob:", "data:")):
            self.outside.append(request.url)


@asynccontextmanager
async def visit(browser: Browser, origin: str, **options: Any) -> AsyncIterator[Visit]:
    """Open a window of its own, by default a small phone's, and go to the page at `origin`."""
    context = await browser.new_context(**(PHONE | options))
    context.set_default_timeout(PATIENCE)
    try:
        window = Visit(await context.new_page(), origin)
        await window.page.goto(origin)
        yield window
    finally:
        await context.close()
