"""Adding files to a tip-off on a small phone, over the real channel and intake with a made-up assistant."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, expect

from bot.channels.web import set_image_hook
from tests.browser.chromium import Visit
from tests.browser.web_chat import SAID, answered, chatting, say
from tests.channels.uploads import PDF, Intake, an_intake, connect, photo
from tests.channels.web_app import WebServer

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session")]
PICTURE = {"name": "转账记录.jpg", "mimeType": "image/jpeg", "buffer": photo()}
CONTRACT = {"name": "合同.pdf", "mimeType": "application/pdf", "buffer": PDF}


@pytest.fixture
def intake(tmp_path: Path) -> Iterator[Intake]:
    with an_intake(tmp_path) as opened:
        yield opened


@asynccontextmanager
async def submitting(browser: Browser, intake: Intake) -> AsyncIterator[tuple[Visit, WebServer]]:
    """A chat in which "提交" shows the receipt and the card that takes files."""
    servers: list[WebServer] = []

    async def think(text: str) -> list[dict[str, Any]]:
        if text != "提交":
            return [{"text": f"您说：{text}"}]
        return [{"custom": {"type": "receipt", "receipt": intake.receipt.number}}, {"custom": intake.card(servers[0].agent.senders[-1])}]

    async def read(_: bytes, __: str) -> str:
        return "对方：全额退保"

    async with chatting(browser, think) as (window, server):
        servers.append(server)
        connect(server, intake)
        set_image_hook(server.app, read)
        yield window, server


async def choose(page: Page, *files: Any) -> None:
    """Pick files in the card."""
    await page.get_by_label(SAID.evidence.choose).set_input_files(list(files))


async def test_a_picture_and_a_pdf_are_added_and_said_to_be(browser: Browser, intake: Intake) -> None:
    async with submitting(browser, intake) as (window, _):
        await say(window.page, "提交")
        await choose(window.page, PICTURE, CONTRACT)
        rows = window.page.locator(".evidence .pieces li")
        await expect(rows.locator(".name")).to_have_text(["转账记录.jpg", "合同.pdf"])
        await expect(rows.locator(".state")).to_have_text([SAID.evidence.attached] * 2)
    assert [(item.media_type, item.name) for item in intake.kept] == [("image/jpeg", "转账记录.jpg"), ("application/pdf", "合同.pdf")]


async def test_pictures_sent_while_telling_the_story_are_offered_as_they_were_chosen(browser: Browser, intake: Intake) -> None:
    async with submitting(browser, intake) as (window, _):
        page = window.page
        await page.get_by_label(SAID.composer.image_label).set_input_files(PICTURE)
        await answered(page, "您说：对方：全额退保")
        await say(page, "提交")
        offer = page.get_by_role("button", name=SAID.evidence.attach_sent.format(count=1))
        await offer.click()
        await expect(page.locator(".evidence .state")).to_have_text([SAID.evidence.attached])
        await expect(offer).to_have_count(0)
    assert intake.desk.original_evidence(intake.kept[0].id, "clerk", "核对").content == photo()


async def test_a_file_that_failed_stays_with_its_reason_and_is_sent_again_at_a_touch(browser: Browser, intake: Intake) -> None:
    async def fail(route: Route) -> None:
        await route.abort()

    async with submitting(browser, intake) as (window, _):
        page = window.page
        await say(page, "提交")
        await page.route("**/evidence", fail)
        await choose(page, PICTURE)
        card = page.locator(".evidence")
        await expect(card).to_contain_text(SAID.evidence.unreachable)
        await page.unroute("**/evidence")
        await card.get_by_role("button", name=SAID.evidence.again).click()
        await expect(card.locator(".state")).to_have_text([SAID.evidence.attached])
        await expect(card.locator(".hint")).to_have_count(0)
    assert len(intake.kept) == 1


async def test_what_is_refused_says_why_and_the_next_file_goes_through(browser: Browser, intake: Intake) -> None:
    async with submitting(browser, intake) as (window, _):
        page = window.page
        await say(page, "提交")
        await choose(page, {"name": "程序.apk", "mimeType": "application/octet-stream", "buffer": b"PK\x03\x04"}, CONTRACT)
        card = page.locator(".evidence")
        await expect(card.locator(".state")).to_have_text([SAID.evidence.failed, SAID.evidence.attached])
        await expect(card.locator(".hint")).to_have_text([intake.desk.catalog.words.errors["evidence_kind_unknown"]])
        await expect(card.get_by_role("button", name=SAID.evidence.again)).to_have_count(0)
    assert [item.name for item in intake.kept] == ["合同.pdf"]


async def test_after_a_reload_files_can_still_be_added(browser: Browser, intake: Intake) -> None:
    async with submitting(browser, intake) as (window, _):
        await say(window.page, "提交")
        await expect(window.page.locator(".evidence")).to_be_visible()
        await window.page.reload()
        await choose(window.page, CONTRACT)
        await expect(window.page.locator(".evidence .state")).to_have_text([SAID.evidence.attached])
    assert len(intake.kept) == 1
