"""A tip-off with a picture through WeChat, on the real servers. WeChat's picture host cannot be reached from a test: that is told, too."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.channels.wechat_account import WORDS, Account
from tests.running import Assistant

pytestmark = pytest.mark.servers
STORY = "梨树县有个微信hcs77316的人说能全额退保，收了我2000块就不回话了"
PICTURE = "http://mmbiz.invalid/mmbiz_jpg/a/0"


async def test_a_picture_is_asked_about_after_the_tip_off_and_after_a_look_up(assistant: Assistant, tmp_path: Path) -> None:
    peer = Account(tmp_path)
    said = ""
    numbers = iter(range(1, 100))

    async def say(text: str) -> str:
        return await peer.say(text, message_id=str(next(numbers)))

    async def picture() -> str:
        document = peer.document(kind="image", message_id=str(next(numbers)), PicUrl=PICTURE, MediaId="m")
        return peer.opened(await peer.post(*peer.sealed(document)))

    async with httpx.AsyncClient(base_url=assistant.chat_url, trust_env=False, timeout=30) as peer.client:
        await say("我要举报")
        await say(STORY)
        assert await picture() == WORDS.errors.image_unavailable
        await say("举报（可匿名）")
        await say("不留，匿名举报")
        await say("同意转交")
        said = await say("提交")
        assert WORDS.evidence.offer in said
        assert said.endswith(WORDS.evidence.ask.format(count=1)), "the picture sent while telling the story"
        assert WORDS.errors.image_unavailable in await say("好")
        assert await say("不附") == WORDS.evidence.left
        receipt = said.split(WORDS.receipt.split("{", 1)[0], 1)[1][:19]
        assert WORDS.evidence.offer in await say(f"查进度 {receipt}")
        assert await picture() == WORDS.evidence.ask.format(count=1)
