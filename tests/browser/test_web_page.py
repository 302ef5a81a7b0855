"""The chat page in Chromium at a small phone's size, over the real channel with a made-up assistant."""

from __future__ import annotations

import base64
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, Route, expect

from bot.channels.web import set_image_hook
from bot.channels.web_limits import MAX_IMAGE_BYTES
from tests.browser.chromium import Visit, visit
from tests.channels.web_app import WORDS, Think, WebServer, echo, serve_web_chat

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session")]

SAID = WORDS.page
ATTACK = """<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>"""


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
            await expect(resend).to_be_visible(timeout=15_000)
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


class TestAttacks:
    async def test_markup_in_what_people_and_the_bot_say_stays_text(self, browser: Browser) -> None:
        async def parrot(text: str) -> list[dict[str, Any]]:
            return [
                {"text": text, "buttons": [{"title": ATTACK, "payload": "再来"}]},
                {"custom": {"type": "answer", "topic": "x", "more": [ATTACK], "citations": [{"law": ATTACK, "article": ATTACK, "checked": ATTACK}]}},
                {
                    "custom": {
                        "type": "verdict",
                        "verdict": "evident",
                        "score": 1,
                        "stage": ATTACK,
                        "raw": ATTACK,
                        "signals": [{"signal": "x", "name": ATTACK, "start": 3, "end": 20, "phrase": ATTACK, "why": ATTACK}],
                        "advice": [ATTACK],
                    }
                },
                {"custom": {"type": "receipt", "receipt": ATTACK, "words": ATTACK}},
                {"custom": {"type": "document", "name": ATTACK, "text": ATTACK}},
                {"custom": {"type": "checklist", "title": ATTACK, "items": [ATTACK]}},
            ]

        async with chatting(browser, parrot) as (window, _):
            await say(window.page, ATTACK)
            await expect(window.page.locator(".checklist")).to_be_visible()
            await window.page.reload()
            await expect(window.page.locator(".checklist")).to_be_visible()
            await expect(window.page.locator(".user .bubble")).to_have_text([ATTACK])
            assert await window.page.evaluate("window.hacked") is None
            assert await window.page.locator("main img, main script").count() == 0
            parts = await window.page.locator("blockquote").evaluate("node => Array.from(node.childNodes, part => part.nodeName)")
            assert parts == ["#text", "MARK", "#text"]

    @pytest.mark.parametrize(
        "url", ["javascript:window.hacked=1", "https://example.org/x", "//example.org/x", "/\\example.org/x", "data:text/html,x"]
    )
    async def test_a_document_never_leads_to_another_place(self, browser: Browser, url: str) -> None:
        async def give(_: str) -> list[dict[str, Any]]:
            return [{"custom": {"type": "document", "name": "信", "url": url}}]

        async with chatting(browser, give) as (window, _):
            await say(window.page, "给我信")
            await expect(window.page.locator(".document")).to_be_visible()
            await expect(window.page.locator(".document a")).to_have_count(0)


def signal(raw: str, phrase: str, name: str) -> dict[str, Any]:
    """Describe one signal with Python's offsets."""
    start = raw.index(phrase)
    return {"signal": name, "name": name, "start": start, "end": start + len(phrase), "phrase": phrase, "why": f"{name}的道理"}


class TestCards:
    async def test_a_verdict_underlines_the_very_phrases_also_after_emoji(self, browser: Browser) -> None:
        raw = "😀💰姐，全额退保，不成功不收费！"

        async def judge(_: str) -> list[dict[str, Any]]:
            signals = [signal(raw, "全额退保", "全退"), signal(raw, "不成功不收费", "先办后付"), signal(raw, "退保", "重叠")]
            verdict = {"type": "verdict", "verdict": "evident", "score": 0.9, "stage": "接触", "raw": raw, "signals": signals, "advice": ["拨打110"]}
            return [{"custom": verdict}]

        async with chatting(browser, judge) as (window, _):
            await say(window.page, raw)
            card = window.page.locator(".verdict")
            await expect(card.locator("h3")).to_have_text(SAID.verdict.evident)
            await expect(card.locator("h3 svg")).to_be_visible()
            marked = await card.locator("mark").evaluate_all(
                "marks => marks.map(mark => [mark.firstChild.textContent, mark.querySelector('sup').textContent.slice(1)])"
            )
            assert marked == [["全额", "1"], ["退保", "1、3"], ["不成功不收费", "2"]]
            await expect(card.locator(".reasons li")).to_have_count(3)
            await expect(card.get_by_role("link", name="110")).to_have_attribute("href", "tel:110")

    async def test_an_answer_folds_its_details_and_basis_above_its_buttons(self, browser: Browser) -> None:
        async def answer(_: str) -> list[dict[str, Any]]:
            cited = [{"law": "《中华人民共和国保险法》", "article": "第四十七条", "checked": "2026-11-22"}]
            return [
                {"text": "能退。", "buttons": [{"title": "要几天", "payload": "退保要几天"}]},
                {"custom": {"type": "answer", "topic": "surrender_right", "more": ["带上身份证。"], "citations": cited}},
            ]

        async with chatting(browser, answer) as (window, _):
            await say(window.page, "能退吗")
            details = window.page.get_by_text("带上身份证。")
            await expect(window.page.locator(".fold")).to_be_visible()
            await expect(details).to_be_hidden()
            await window.page.get_by_text(SAID.answer.more).click()
            await expect(details).to_be_visible()
            await expect(window.page.locator(".basis")).to_contain_text("《中华人民共和国保险法》 第四十七条")
            fold, button = await window.page.locator(".fold").bounding_box(), await window.page.get_by_role("button", name="要几天").bounding_box()
            assert fold is not None
            assert button is not None
            assert fold["y"] < button["y"]

    async def test_a_receipt_is_shown_in_groups_of_four_and_can_be_saved(self, browser: Browser) -> None:
        async def receipt(_: str) -> list[dict[str, Any]]:
            return [{"custom": {"type": "receipt", "receipt": "1234567890123456"}}]

        async with chatting(browser, receipt) as (window, _):
            await say(window.page, "提交")
            await expect(window.page.locator(".receipt .number span")).to_have_text(["1234", "5678", "9012", "3456"])
            async with window.page.expect_download() as started:
                await window.page.get_by_role("button", name=SAID.receipt.download).click()
            slip = Path(await (await started.value).path()).read_text(encoding="utf-8-sig")
            assert "1234 5678 9012 3456" in slip
            await window.page.get_by_role("button", name=SAID.receipt.copy_number).click()
            await expect(window.page.get_by_role("button", name=SAID.receipt.copied)).to_be_visible()

    async def test_a_receipt_that_was_hidden_since_says_so_and_offers_nothing_to_copy(self, browser: Browser) -> None:
        async def receipt(_: str) -> list[dict[str, Any]]:
            return [{"custom": {"type": "receipt", "receipt": "*" * 16}}]

        async with chatting(browser, receipt) as (window, _):
            await say(window.page, "提交")
            await expect(window.page.locator(".receipt")).to_contain_text(SAID.receipt.hidden)
            await expect(window.page.locator(".receipt button")).to_have_count(0)

    async def test_only_the_card_whose_print_button_was_touched_is_printed(self, browser: Browser) -> None:
        async def lists(_: str) -> list[dict[str, Any]]:
            return [{"custom": {"type": "checklist", "title": name, "items": ["身份证"]}} for name in ("甲单", "乙单")]

        async with chatting(browser, lists) as (window, _):
            page = window.page
            await say(page, "清单")
            await page.emulate_media(media="print")
            await page.evaluate("window.print = () => { window.printed = document.querySelector('main').innerText }")
            await page.evaluate("document.querySelectorAll('.checklist')[1].querySelectorAll('button')[1].click()")
            printed = await page.evaluate("window.printed")
        assert "乙单" in printed
        assert "甲单" not in printed
        assert SAID.welcome[0] not in printed

    async def test_a_checklist_of_sections_has_headings_ticks_and_notes(self, browser: Browser) -> None:
        async def lists(_: str) -> list[dict[str, Any]]:
            items = ["11月22日做的", "【要带的】\n身份证\n保单", "【去哪办】\n打95519问"]
            return [
                {"custom": {"type": "checklist", "title": "清单", "items": items}},
                {"custom": {"type": "checklist", "title": "比一比", "items": ["退保：拿回现金价值", "贷款：先借出来"], "ticks": False}},
            ]

        async with chatting(browser, lists) as (window, _):
            await say(window.page, "清单")
            first, second = window.page.locator(".checklist").nth(0), window.page.locator(".checklist").nth(1)
            await expect(first.locator("h4")).to_have_text(["要带的", "去哪办"])
            await expect(first.locator("label")).to_have_text(["身份证", "保单", "打95519问"])
            await expect(first.locator(".remark")).to_have_text("11月22日做的")
            await expect(second.locator("li")).to_have_count(2)
            await expect(second.locator("input")).to_have_count(0)

    async def test_documents_of_every_kind_come_down_as_they_are_and_only_plain_text_is_shown(self, browser: Browser) -> None:
        word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        documents = [
            {"name": "清单.html", "media_type": "text/html", "text": "<h1>清单</h1>"},
            {"name": "投诉信.docx", "media_type": word, "base64": base64.b64encode(b"PK\x03\x04\xff").decode(), "text": "尊敬的公司"},
            {"name": "信", "text": "一行\n二行"},
        ]

        async def give(_: str) -> list[dict[str, Any]]:
            return [{"custom": {"type": "document"} | document} for document in documents]

        async with chatting(browser, give) as (window, _):
            await say(window.page, "给我")
            cards = window.page.locator(".document")
            await expect(cards.locator("h3")).to_have_text(["清单", "投诉信", "信"])
            await expect(cards.locator(".paper")).to_have_text(["尊敬的公司", "一行\n二行"])
            files = {}
            for number in range(3):
                async with window.page.expect_download() as started:
                    await cards.nth(number).get_by_role("button", name=SAID.document.download).click()
                arrived = await started.value
                files[arrived.suggested_filename] = Path(await arrived.path()).read_bytes()
        mark = b"\xef\xbb\xbf"
        assert files == {
            "清单.html": mark + "<h1>清单</h1>".encode(),
            "投诉信.docx": b"PK\x03\x04\xff",
            "信.txt": mark + "一行\r\n二行".encode(),
        }

    async def test_only_known_numbers_can_be_dialled(self, browser: Browser) -> None:
        async def numbers(_: str) -> list[dict[str, Any]]:
            return [{"text": "打95519或12378、110，客服400-810-1234；交了12378元、95519元、1100天、110 天，卡号尾号**110"}]

        async with chatting(browser, numbers) as (window, _):
            await say(window.page, "电话")
            links = window.page.locator(".bot .bubble a")
            await expect(links.first).to_be_visible()
            found = await links.evaluate_all("all => all.map(link => link.getAttribute('href'))")
            assert found == ["tel:95519", "tel:12378", "tel:110", "tel:4008101234"]

    async def test_a_card_of_a_later_version_does_not_break_the_conversation(self, browser: Browser) -> None:
        async def later(_: str) -> list[dict[str, Any]]:
            return [{"custom": {"type": "hologram"}}, {"text": "后面的话"}]

        async with chatting(browser, later) as (window, _):
            await say(window.page, "你好")
            await answered(window.page, "后面的话")


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
            for _ in range(40):
                if (left := await window.page.evaluate(hidden)) < 60:
                    break
                await window.page.wait_for_timeout(50)
            assert left < 60

    async def test_what_is_hidden_below_is_one_touch_away(self, browser: Browser) -> None:
        async with chatting(browser) as (window, _):
            await say(window.page, "一行\n" * 40 + "完")
            await answered(window.page, "完")
            down = window.page.get_by_role("button", name=SAID.states.more_below)
            for _ in range(6):
                if await down.count() == 0:
                    break
                await down.click()
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
