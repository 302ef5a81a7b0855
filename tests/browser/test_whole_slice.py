"""The whole, as people use it: a policyholder on a phone, then a hotline worker at the console, on the real servers."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.browser.chromium import open_browser, visit
from tests.channels.uploads import PDF, photo
from tests.running import ROOT, Assistant

pytestmark = [pytest.mark.chromium, pytest.mark.servers]

PITCH = "老师您好，我们法务团队专做全额退保，不成功不收费，先把身份证和银行卡拍给我，退下来收三成"
STORY = "快手上一个叫老杨的让我加微信lyt20260，说能把保费全要回来，我在梨树县给他转了2000块材料费，现在不回我了"
PASSWORD = "sheep-window-lamp-47"


async def test_a_scam_is_judged_a_tip_off_is_filed_and_staff_find_both(assistant: Assistant) -> None:
    add_user = [sys.executable, "-m", "bot.runtime", "console", "add-user", "worker1", "--role", "supervisor"]
    subprocess.run(add_user, cwd=ROOT, env=assistant.environment, input=PASSWORD, text=True, check=True)
    async with open_browser() as browser:
        async with visit(browser, assistant.chat_url) as phone:
            page = phone.page

            async def say(words: str) -> None:
                await page.get_by_role("textbox").fill(words)
                await page.get_by_role("button", name="发送").click()

            await say("退保的钱几天能到账")
            await page.get_by_text("30日", exact=False).first.wait_for()
            await say(PITCH)
            await page.get_by_text("诈骗特征明显").last.wait_for()
            assert await page.locator("mark").count() > 0
            await page.get_by_role("button", name="登记线索").last.click()
            await page.get_by_text("前面说的我也记进去了", exact=False).wait_for()
            for answer, next_words in ((STORY, "联系方式"), ("不留，匿名举报", "您同意送吗"), ("同意转交", "请您看一遍"), ("提交", "回执号")):
                await say(answer)
                await page.get_by_text(next_words, exact=False).last.wait_for()
            receipt_text = await page.locator(".receipt").last.inner_text()
            receipt = re.search(r"8\d{3}\s+\d{4}\s+\d{4}\s+\d{4}", receipt_text)
            assert receipt, receipt_text
            slip = {"name": "转账记录.jpg", "mimeType": "image/jpeg", "buffer": photo()}
            contract = {"name": "合同.pdf", "mimeType": "application/pdf", "buffer": PDF}
            card = page.locator(".evidence").last
            await card.locator("input").set_input_files([slip])
            await card.get_by_text("已附上").wait_for()
            await say(f"查进度 {receipt.group()}")
            await page.get_by_text("已登记", exact=False).last.wait_for()
            later = page.locator(".evidence").nth(1)
            await later.locator("input").set_input_files([contract])
            await later.get_by_text("已附上").wait_for()
            await page.reload()
            await page.get_by_text("诈骗特征明显").last.wait_for()
            assert re.sub(r"\s", "", receipt.group()) not in re.sub(r"\s", "", await page.inner_text("body")), "a receipt is shown once"
            assert phone.outside == []
            assert phone.errors == []

        async with visit(browser, assistant.console_url, viewport={"width": 1280, "height": 800}, is_mobile=False, has_touch=False) as desk:
            page = desk.page
            await page.locator("input[name=name]").fill("worker1")
            await page.locator("input[name=password]").fill(PASSWORD)
            await page.locator("input[name=password]").press("Enter")
            await page.locator("main table a, main li a, main article a").first.click()
            await page.get_by_text("梨树县", exact=False).first.wait_for()
            await page.get_by_text("四平市", exact=False).first.wait_for()
            await page.get_by_text("转账记录.jpg").wait_for()
            await page.get_by_text("合同.pdf").wait_for()
            await page.goto(f"{assistant.console_url}/transcripts?text=法务团队")
            await page.locator("main table a, main li a, main article a").first.click()
            await page.get_by_text("法务团队", exact=False).first.wait_for()
            assert desk.outside == []
