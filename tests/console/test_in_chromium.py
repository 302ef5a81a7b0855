"""What only a real browser shows: that pages work with scripts, fit a phone, and ask nothing of other sites."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect, sync_playwright

from bot.intake.desk import IntakeDesk
from bot.transcripts import TranscriptStore
from tests.console.conftest import PASSWORD, Running
from tests.console.intake import HOSTILE, REPORTER, tell
from tests.transcripts.events import NOON, replied, said

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
pytestmark = [pytest.mark.chromium, pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's package chromium is not installed")]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def page(chromium: Chromium, console: Running) -> Iterator[Page]:
    context = chromium.new_context(base_url=console.url, viewport={"width": 1280, "height": 900}, locale="zh-CN")
    page = context.new_page()
    foreign: list[str] = []
    troubles: list[str] = []
    page.on("request", lambda request: None if request.url.startswith((console.url, "data:")) else foreign.append(request.url))
    page.on("console", lambda message: troubles.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("dialog", lambda dialog: troubles.append("a script ran: " + dialog.message))
    page.goto("/login")
    page.fill("[name=name]", "supervisor")
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/tip-offs")
    yield page
    context.close()
    assert foreign == []
    assert troubles == []


def test_the_whole_way_of_a_tip_off_from_the_queue_to_its_history(page: Page, desk: IntakeDesk) -> None:
    tell(desk, "one", HOSTILE, reporter=REPORTER, company=HOSTILE)
    page.goto("/tip-offs")
    page.click("a.whole")
    page.get_by_label("改成").select_option(label="已分送")
    page.get_by_label("理由").first.fill("属于他们管")
    page.get_by_role("button", name="改状态").click()
    page.wait_for_load_state()
    assert "已登记 → 已分送" in page.inner_text(".history")
    page.fill("[name=note]", "回过电话")
    page.get_by_role("button", name="写备注").dblclick()
    page.wait_for_load_state("networkidle")
    assert page.inner_text(".history").count("回过电话") == 1
    page.get_by_label("查看全文").select_option(label="举报人电话")
    page.fill("[name=unmask_reason]", "回电核实")
    page.get_by_role("button", name="查看全文").click()
    assert page.inner_text(".revealed") == "13912345678"


def test_choosing_a_filter_changes_the_list_and_the_address_without_a_new_page(page: Page, transcripts: TranscriptStore) -> None:
    scam = {"verdict": "evident", "score": 0.9, "stage": "contact", "signals": []}
    transcripts.record_all([said("全额退保", scam=scam), said("几天到账", sender="openid-2", at=NOON + 5)])
    page.goto("/transcripts")
    page.evaluate("window.stillHere = true")
    page.get_by_label("骗局判断").select_option("evident")
    page.wait_for_url("**/transcripts?verdict=evident")
    expect(page.locator("table.list tbody tr")).to_have_count(1)
    assert page.evaluate("window.stillHere")
    page.get_by_label("骗局判断").select_option("")
    page.wait_for_url("**/transcripts")
    page.fill("[name=text]", "几天到账")
    page.wait_for_url("**/transcripts?text=*")
    expect(page.locator("a.whole")).to_have_text(["几天到账"])
    page.go_back()
    page.wait_for_url("**/transcripts")
    expect(page.locator("table.list tbody tr")).to_have_count(2)


def test_a_list_can_be_walked_with_j_and_k(page: Page, transcripts: TranscriptStore) -> None:
    transcripts.record_all([said(f"第{number}句", sender=f"s{number}", at=NOON + number) for number in range(3)])
    page.goto("/transcripts")
    for key, expected in (("j", "第2句"), ("j", "第1句"), ("k", "第2句")):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.textContent") == expected


def test_every_page_fits_a_phone(page: Page, desk: IntakeDesk, transcripts: TranscriptStore) -> None:
    tip_off = tell(desk, "one", "长" * 500 + "https://example.com/" + "x" * 300, reporter=REPORTER, company="公" * 80).tip_off_id
    tell(desk, "two")
    scam = {"verdict": "evident", "score": 0.9, "stage": "contact", "signals": [{"signal": "full_refund_promise", "phrase": "y" * 200}]}
    transcripts.record_all([said("x" * 400, intent="i" * 100, scam=scam), replied("y" * 400, buttons=tuple("按钮很长很长" for _ in range(8)))])
    page.set_viewport_size({"width": 360, "height": 740})
    talk = transcripts.conversation_id("openid-1")
    for path in (
        "/tip-offs",
        f"/tip-offs/{tip_off}",
        "/tip-offs/due",
        "/tip-offs/groups",
        "/transcripts",
        f"/transcripts/{talk}",
        "/statistics",
        "/account",
    ):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


def test_on_a_phone_the_filters_fold_away_until_they_are_wanted(page: Page, transcripts: TranscriptStore) -> None:
    transcripts.record(said("退保"))
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/transcripts")
    assert not page.locator("[name=text]").is_visible()
    page.get_by_text("筛选").click()
    assert page.locator("[name=text]").is_visible()
