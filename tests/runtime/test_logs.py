"""What a person says is nobody's business but the stores': no log of any process repeats it."""

from __future__ import annotations

import pytest

from tests.running import Assistant

STORY = "褚建国在梨树县集上摆摊，说有门路让保险公司认账，拿走我4321块就没影了，他微信chujg7788，手机号13904341122"
PITCH = "老师您好，我们法务团队专做全额退保，先把身份证拍给我，验证码662913"


@pytest.mark.servers
def test_no_log_repeats_what_a_person_said_or_was_given(assistant: Assistant) -> None:
    conversation = assistant.conversation()
    conversation.say(PITCH)
    conversation.say("我要举报")
    for words in (STORY, "不留，匿名举报", "同意转交", "提交"):
        reply = conversation.say(words)
    receipt = str(reply.custom("receipt")["receipt"])
    conversation.say(f"查进度 {receipt}")
    conversation.say("褚建国又来电话了")
    log = assistant.log()
    assert log, "the servers print something when they start"
    repeated = ["褚建国", "chujg7788", "13904341122", "4321", "梨树县", "法务团队", "662913", receipt, receipt.replace(" ", ""), conversation.sender]
    assert [words for words in repeated if words in log] == []
    assert "\\u891a" not in log
