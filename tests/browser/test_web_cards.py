"""What the assistant shows besides plain words, and what attackers make it show."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.web_chat import SAID, answered, chatting, say

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session")]
ATTACK = """<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>"""


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
                "marks => marks.map(mark => Array.from(mark.childNodes, part => part.textContent.replace('\u2060', '')))"
            )
            assert marked == [["全额"], ["退保", "1、3"], ["不成功不收费", "2"]]
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

    async def test_what_a_receipt_says_keeps_its_lines_and_its_urgent_numbers_can_be_dialled(self, browser: Browser) -> None:
        async def receipt(_: str) -> list[dict[str, Any]]:
            return [{"custom": {"type": "receipt", "receipt": "1234567890123456", "words": "请马上拨打110。\n回执号：1234 5678 9012 3456"}}]

        async with chatting(browser, receipt) as (window, _):
            await say(window.page, "提交")
            sentence = window.page.locator(".receipt .keep")
            await expect(sentence.get_by_role("link")).to_have_text(["110"])
            assert (await sentence.inner_text()).count("\n") == 1

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
            await expect(page.locator(".checklist")).to_have_count(2)
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
