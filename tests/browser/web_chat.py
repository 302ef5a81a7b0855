"""The chat page with a made-up assistant behind it, for the page's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page, expect

from tests.browser.chromium import Visit, visit
from tests.channels.web_app import WORDS, Think, WebServer, echo, serve_web_chat

SAID = WORDS.page


@asynccontextmanager
async def chatting(browser: Browser, think: Think = echo, **options: Any) -> AsyncIterator[tuple[Visit, WebServer]]:
    """Visit a running chat; whatever the test did, nothing may have left the machine or broken the page's policy."""
    async with serve_web_chat(think) as server, visit(browser, server.url, **options) as window:
        yield window, server
        assert window.outside == []
        assert [error for error in window.errors if "ERR_" not in error and "status of 4" not in error] == []


async def say(page: Page, text: str) -> None:
    """Type and send."""
    await page.get_by_label(SAID.composer.label).fill(text)
    await page.get_by_role("button", name=SAID.composer.send).click()


async def answered(page: Page, text: str) -> None:
    """Wait for a bubble of the bot."""
    await expect(page.locator(".bot .bubble", has_text=text).last).to_be_visible()
