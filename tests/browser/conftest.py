"""The browser; the made-up assistant needs Rasa, which can only be imported after `prepare`."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser

from bot.runtime import lean
from tests.browser.chromium import open_browser

lean.prepare()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests; each opens a window of its own."""
    async with open_browser() as chromium:
        yield chromium
