"""The chat page for old eyes, large fingers, screen readers and old phones."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.web_chat import SAID, answered, chatting, say

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session")]


class TestOldEyes:
    async def test_the_letters_grow_at_a_touch_and_stay_so(self, browser: Browser) -> None:
        size = "getComputedStyle(document.querySelector('.bubble')).fontSize"
        async with chatting(browser) as (window, _):
            button = window.page.get_by_role("button", name=SAID.header.font_size)
            sizes = [await window.page.evaluate(size)]
            for name in SAID.header.font_sizes[1:]:
                await button.click()
                await expect(button).to_contain_text(name)
                sizes.append(await window.page.evaluate(size))
            assert sizes == ["18px", "22px", "26px"]
            await window.page.reload()
            await expect(button).to_contain_text(SAID.header.font_sizes[2])
            assert await window.page.evaluate(size) == "26px"

    @pytest.mark.parametrize("presses", [0, 1, 2])
    async def test_everything_to_touch_is_large_and_nothing_runs_off_the_screen(self, browser: Browser, presses: int) -> None:
        async def plenty(_: str) -> list[dict[str, Any]]:
            buttons = [{"title": "一个比较长的按钮，说的是下一步该怎么办才好", "payload": "再说说"}]
            return [
                {"text": "a" * 200, "buttons": buttons},
                {"custom": {"type": "receipt", "receipt": "1234567890123456"}},
                {"custom": {"type": "document", "name": "投诉信", "text": "b" * 200}},
                {"custom": {"type": "checklist", "title": "清单", "items": ["c" * 80]}},
            ]

        async with chatting(browser, plenty) as (window, _):
            page = window.page
            for _ in range(presses):
                await page.get_by_role("button", name=SAID.header.font_size).click()
            await say(page, "d" * 300)
            await expect(page.locator(".checklist")).to_be_visible()
            small = await page.locator("button:visible, a.tool, .hotlines a, summary, .checklist label").evaluate_all(
                "all => all.filter(one => one.getBoundingClientRect().height < 44).map(one => one.textContent)"
            )
            assert small == []
            assert await page.evaluate("document.querySelector('main').scrollWidth <= document.querySelector('main').clientWidth")
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    async def test_help_by_telephone_and_who_is_speaking_are_always_in_sight(self, browser: Browser) -> None:
        async with chatting(browser) as (window, _):
            header = window.page.locator("header")
            await expect(header).to_contain_text(SAID.header.robot)
            numbers = await header.locator("a").evaluate_all("all => all.map(link => link.getAttribute('href'))")
            assert numbers == ["tel:110", "tel:96110", "tel:12378", "tel:12315"]

    async def test_a_screen_reader_hears_new_messages_politely(self, browser: Browser) -> None:
        async with chatting(browser) as (window, _):
            await expect(window.page.get_by_role("log")).to_have_attribute("aria-live", "polite")
            assert await window.page.evaluate("document.documentElement.lang") == "zh-CN"
            unnamed = await window.page.locator("button, a, textarea, input").evaluate_all(
                "all => all.filter(one => !(one.textContent.trim() || one.getAttribute('aria-label'))).length"
            )
            assert unnamed == 0

    async def test_colours_have_enough_contrast(self, browser: Browser) -> None:
        async def judge(_: str) -> list[dict[str, Any]]:
            return [
                {"custom": {"type": "verdict", "verdict": verdict, "score": 0.5, "raw": "x", "signals": [], "advice": ["x"]}}
                for verdict in ("evident", "suspicious", "none")
            ]

        async with chatting(browser, judge) as (window, _):
            await say(window.page, "你好")
            await expect(window.page.locator(".verdict")).to_have_count(3)
            poor = await window.page.evaluate(CONTRAST)
        assert poor == []

    async def test_where_the_page_cannot_run_people_are_told_whom_to_call(self, browser: Browser) -> None:
        async with chatting(browser, java_script_enabled=False) as (window, _):
            assert SAID.states.opening in await window.page.inner_text("body")

    async def test_the_last_words_stay_in_sight_when_the_keyboard_opens(self, browser: Browser) -> None:
        async with chatting(browser) as (window, _):
            await say(window.page, "一行\n" * 30 + "完")
            await answered(window.page, "完")
            await window.page.evaluate("document.querySelector('main').scrollTop = 1e6")
            await expect(window.page.get_by_role("button", name=SAID.states.more_below)).to_have_count(0)
            await window.page.set_viewport_size({"width": 360, "height": 360})
            # The page's policy forbids the evaluation that Playwright's own waiting needs.
            hidden = "(area => area.scrollHeight - area.scrollTop - area.clientHeight)(document.querySelector('main'))"
            for _ in range(400):
                if (left := await window.page.evaluate(hidden)) < 60:
                    break
                await window.page.wait_for_timeout(50)
            assert left < 60

    async def test_what_is_hidden_below_is_one_touch_away(self, browser: Browser) -> None:
        async with chatting(browser) as (window, _):
            await say(window.page, "一行\n" * 40 + "完")
            await answered(window.page, "完")
            down = window.page.get_by_role("button", name=SAID.states.more_below)
            await down.click()
            # By script from here on: the button goes away in the very moment between being found and being clicked.
            touch = "(below => below && (below.click(), true))(document.querySelector('.below'))"
            while await window.page.evaluate(touch):
                await window.page.wait_for_timeout(100)
            await expect(down).to_have_count(0)


# WCAG 2.1: the contrast of every visible text against the nearest painted background behind it, at least 4.5.
CONTRAST = """() => {
  const channels = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => channels(colour).slice(0, 3).map(c => (c /= 255) <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const behind = node => { for (; node; node = node.parentElement) {
    const colour = getComputedStyle(node).backgroundColor; if (channels(colour)[3] !== 0) return colour; } return 'rgb(255,255,255)'; };
  return Array.from(document.querySelectorAll('body *')).filter(node => node.offsetParent &&
      Array.from(node.childNodes).some(child => child.nodeType === 3 && child.data.trim())).map(node => {
    const [one, other] = [light(getComputedStyle(node).color), light(behind(node))];
    return [(Math.max(one, other) + .05) / (Math.min(one, other) + .05), node.textContent.slice(0, 20)];
  }).filter(([ratio]) => ratio < 4.5);
}"""
