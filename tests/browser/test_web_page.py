"""The chat page in Chromium at a small phone's size, over the real channel with a made-up assistant."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Browser, Route, expect

from bot.channels.limits import MAX_IMAGE_BYTES
from bot.channels.web import set_image_hook
from tests.browser.web_chat import SAID, answered, chatting, say
from tests.channels.web_app import WORDS, echo

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session")]


class TestConversation:
    async def test_a_question_is_answered_and_a_reload_keeps_both(self, browser: Browser) -> None:
        async with chatting(browser) as (window, server):
            await say(window.page, "退保要几天")
            await answered(window.page, "您说：退保要几天")
            await window.page.reload()
            await answered(window.page, "您说：退保要几天")
            await expect(window.page.locator(".user .bubble")).to_have_text(["退保要几天"])
            assert server.agent.heard == ["退保要几天"]

    async def test_two_quick_messages_are_answered_in_order(self, browser: Browser) -> None:
        async with chatting(browser) as (window, server):
            await say(window.page, "第一句")
            await say(window.page, "第二句")
            await answered(window.page, "您说：第二句")
            assert server.agent.heard == ["第一句", "第二句"]

    async def test_a_starter_begins_the_conversation_in_the_persons_own_words(self, browser: Browser) -> None:
        async with chatting(browser) as (window, server):
            await window.page.get_by_role("button", name=SAID.starters[1].title).click()
            await answered(window.page, SAID.starters[1].payload)
            await expect(window.page.locator(".user .bubble")).to_have_text([SAID.starters[1].title])
            assert server.agent.heard == [SAID.starters[1].payload]

    async def test_everything_works_with_the_keyboard_alone(self, browser: Browser) -> None:
        async with chatting(browser) as (window, _):
            await window.page.get_by_label(SAID.composer.label).focus()
            await window.page.keyboard.type("第一行")
            await window.page.keyboard.press("Shift+Enter")
            await window.page.keyboard.type("第二行")
            await window.page.keyboard.press("Enter")
            await answered(window.page, "您说：第一行\n第二行")

    async def test_commands_go_with_their_question_and_suggestions_stay(self, browser: Browser) -> None:
        async def offer(text: str) -> list[dict[str, Any]]:
            if text != "你好":
                return await echo(text)
            return [{"text": "要吗", "buttons": [{"title": "要", "payload": "/affirm"}, {"title": "别的事", "payload": "退保要几天"}]}]

        async with chatting(browser, offer) as (window, server):
            await say(window.page, "你好")
            await window.page.get_by_role("button", name="要", exact=True).click()
            await answered(window.page, "您说：/affirm")
            await expect(window.page.locator(".user .bubble")).to_have_text(["你好", "要"])
            await expect(window.page.get_by_role("button", name="要", exact=True)).to_have_count(0)
            await window.page.get_by_role("button", name="别的事").click()
            await answered(window.page, "您说：退保要几天")
            assert server.agent.heard == ["你好", "/affirm", "退保要几天"]

    async def test_masked_words_replace_the_persons_own_bubble(self, browser: Browser) -> None:
        async with chatting(browser) as (window, _):
            await say(window.page, "身份证号220302195001011234")
            await answered(window.page, WORDS.notes.masked)
            assert "19500101" not in await window.page.inner_text("body")

    async def test_ending_asks_first_and_then_leaves_nothing(self, browser: Browser) -> None:
        async with chatting(browser) as (window, _):
            page = window.page
            await say(page, "我的私事")
            await answered(page, "我的私事")
            await page.get_by_role("button", name=SAID.header.menu).click()
            await page.get_by_role("button", name=SAID.header.end_conversation).click()
            await expect(page.get_by_role("button", name=SAID.ending.cancel)).to_be_focused()
            await page.keyboard.press("Escape")
            await answered(page, "我的私事")
            await page.get_by_role("button", name=SAID.header.menu).click()
            await page.get_by_role("button", name=SAID.header.end_conversation).click()
            await page.get_by_role("button", name=SAID.ending.confirm).click()
            await expect(page.get_by_role("alert")).to_contain_text(SAID.ending.done)
            assert "我的私事" not in await page.inner_text("body")
            await page.reload()
            await expect(page.get_by_role("button", name=SAID.starters[0].title)).to_be_visible()
            assert "我的私事" not in await page.inner_text("body")


class TestNothingIsLost:
    async def test_a_refused_message_goes_back_into_the_box_with_the_reason(self, browser: Browser) -> None:
        async with chatting(browser) as (window, _):
            await say(window.page, "🙏🙏")
            await expect(window.page.get_by_role("alert")).to_contain_text(WORDS.errors.no_words)
            await expect(window.page.get_by_label(SAID.composer.label)).to_have_value("🙏🙏")
            await expect(window.page.locator(".user")).to_have_count(0)

    async def test_a_paste_that_is_too_long_stays_in_the_box(self, browser: Browser) -> None:
        async with chatting(browser) as (window, server):
            await say(window.page, "长" * 100_000)
            await expect(window.page.get_by_role("alert")).to_contain_text(WORDS.errors.too_long)
            assert len(await window.page.get_by_label(SAID.composer.label).input_value()) == 100_000
            assert server.agent.heard == []

    async def test_a_half_written_message_survives_a_reload(self, browser: Browser) -> None:
        async with chatting(browser) as (window, _):
            await window.page.get_by_label(SAID.composer.label).fill("写了一半")
            await window.page.reload()
            await expect(window.page.get_by_label(SAID.composer.label)).to_have_value("写了一半")

    async def test_what_is_typed_is_kept_before_the_next_frame(self, browser: Browser) -> None:
        type_and_look = "box => { box.value = '写了一半'; box.dispatchEvent(new Event('input', {bubbles: true})); return sessionStorage.draft }"
        async with chatting(browser) as (window, _):
            assert await window.page.get_by_label(SAID.composer.label).evaluate(type_and_look) == "写了一半"

    async def test_a_message_sent_while_the_history_loads_does_not_displace_one_that_failed_before(self, browser: Browser) -> None:
        loaded = asyncio.Event()

        async def load_late(route: Route) -> None:
            await loaded.wait()
            await route.continue_()

        async with chatting(browser) as (window, server):
            page = window.page
            await page.route("**/messages", lambda route: route.abort())
            await say(page, "早先的话")
            await expect(page.get_by_role("button", name=SAID.states.resend)).to_be_visible()
            await page.route("**/history", load_late)
            await page.unroute("**/messages")
            await page.reload()
            await say(page, "新的话")
            loaded.set()
            await answered(page, "您说：新的话")
            await expect(page.locator(".user .bubble")).to_have_text(["早先的话", "新的话"])
            await page.get_by_role("button", name=SAID.states.resend).click()
            await answered(page, "您说：早先的话")
            assert server.agent.heard == ["新的话", "早先的话"]

    async def test_a_lost_answer_is_fetched_again_and_the_message_processed_once(self, browser: Browser) -> None:
        lost = 0

        async def lose_the_first_answer(route: Route) -> None:
            nonlocal lost
            if lost == 0:
                lost += 1
                await route.fetch()
                await route.abort()
            else:
                await route.continue_()

        async with chatting(browser) as (window, server):
            await window.page.route("**/messages", lose_the_first_answer)
            await say(window.page, "只办一次")
            await answered(window.page, "您说：只办一次")
            assert (lost, server.agent.heard) == (1, ["只办一次"])

    async def test_without_a_network_the_message_waits_for_a_touch_even_after_a_reload(self, browser: Browser) -> None:
        async with chatting(browser) as (window, server):
            page = window.page
            await page.route("**/messages", lambda route: route.abort())
            await say(page, "没有网络")
            resend = page.get_by_role("button", name=SAID.states.resend)
            await expect(resend).to_be_visible()
            await page.reload()
            await expect(resend).to_be_visible()
            await expect(page.locator(".user .bubble")).to_have_text(["没有网络"])
            await page.unroute("**/messages")
            await resend.click()
            await answered(page, "您说：没有网络")
            await expect(resend).to_have_count(0)
            assert server.agent.heard == ["没有网络"]

    async def test_an_expired_session_is_renewed_without_the_person_noticing(self, browser: Browser) -> None:
        async with chatting(browser) as (window, _):
            await say(window.page, "第一句")
            await answered(window.page, "您说：第一句")
            await window.page.context.clear_cookies()
            await say(window.page, "第二句")
            await answered(window.page, "您说：第二句")


class TestPictures:
    @staticmethod
    def screenshot() -> dict[str, Any]:
        buffer = io.BytesIO()
        Image.new("RGB", (90, 160), "white").save(buffer, "PNG")
        return {"name": "聊天.png", "mimeType": "image/png", "buffer": buffer.getvalue()}

    async def test_a_screenshot_is_shown_and_its_words_are_answered(self, browser: Browser) -> None:
        async def reader(_: bytes, __: str) -> str:
            return "对方：全额退保"

        async with chatting(browser) as (window, server):
            set_image_hook(server.app, reader)
            await window.page.get_by_label(SAID.composer.image_label).set_input_files(self.screenshot())
            await answered(window.page, "您说：对方：全额退保")
            await expect(window.page.locator(".user img")).to_be_visible()
            await window.page.reload()
            await expect(window.page.locator(".user .bubble")).to_contain_text("对方：全额退保")

    async def test_a_photo_that_is_too_big_is_made_smaller_and_not_refused(self, browser: Browser) -> None:
        sizes: list[int] = []

        async def reader(image: bytes, _: str) -> str:
            sizes.append(len(image))
            return "对方：全额退保"

        buffer = io.BytesIO()
        Image.effect_noise((3200, 3200), 90).save(buffer, "PNG")
        assert len(buffer.getvalue()) > MAX_IMAGE_BYTES
        async with chatting(browser) as (window, server):
            set_image_hook(server.app, reader)
            photo = {"name": "大.png", "mimeType": "image/png", "buffer": buffer.getvalue()}
            await window.page.get_by_label(SAID.composer.image_label).set_input_files(photo)
            await answered(window.page, "您说：对方：全额退保")
        assert sizes[0] <= MAX_IMAGE_BYTES

    async def test_where_pictures_cannot_be_read_the_person_is_asked_to_paste(self, browser: Browser) -> None:
        async with chatting(browser) as (window, _):
            await window.page.get_by_label(SAID.composer.image_label).set_input_files(self.screenshot())
            await expect(window.page.get_by_role("alert")).to_contain_text(WORDS.errors.image_unsupported)
