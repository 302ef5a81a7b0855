"""The WeChat channel, with wechatpy as the other side."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
from wechatpy.crypto import WeChatCrypto as PeerCrypto

from bot.channels.wechat_messages import MAX_FIELDS, MAX_XML_BYTES
from bot.channels.wechat_rendering import MAX_TEXT_BYTES
from tests.channels.wechat_account import AES_KEY, TOKEN, WORDS, Account, account, serving, wechat

__all__ = ["account"]


class TestUrlCheck:
    async def test_wechat_gets_its_echo(self, account: Account) -> None:
        response = await account.client.get("/webhooks/wechat/webhook", params={**account.signed(), "echostr": "7531"})
        assert (response.status_code, response.text) == (200, "7531")

    async def test_a_forged_signature_gets_nothing(self, account: Account) -> None:
        response = await account.client.get("/webhooks/wechat/webhook", params={**account.signed(token="other"), "echostr": "7531"})
        assert (response.status_code, response.text) == (403, "")

    @pytest.mark.parametrize("timestamp", ["1", "9999999999", "", "abc", "１２３", "-5"])
    async def test_a_signature_of_another_time_gets_nothing(self, account: Account, timestamp: str) -> None:
        response = await account.client.get("/webhooks/wechat/webhook", params={**account.signed(timestamp=timestamp or "0"), "timestamp": timestamp})
        assert response.status_code == 403


class TestMessages:
    async def test_a_text_is_answered_in_safe_mode(self, account: Account) -> None:
        assert await account.say("能退保吗") == "答案"
        assert [message.text for message in account.heard] == ["能退保吗"]

    async def test_the_openid_is_never_handed_on(self, account: Account) -> None:
        await account.say("能退保吗", person="openid-secret")
        assert "openid" not in account.heard[0].sender_id
        assert account.heard[0].sender_id.startswith("wechat-")

    async def test_two_people_never_share_a_conversation(self, account: Account) -> None:
        await account.say("一", person="openid-a")
        await account.say("二", person="openid-b", message_id="2")
        assert len({message.sender_id for message in account.heard}) == 2

    async def test_a_duplicate_delivery_is_processed_once_and_answered_alike(self, account: Account) -> None:
        delivery = account.sealed(account.document(Content="能退保吗"))
        first = account.opened(await account.post(*delivery))
        second = account.opened(await account.post(*delivery))
        assert (first, second, len(account.heard)) == ("答案", "答案", 1)

    async def test_retries_that_arrive_during_the_turn_join_it(self, account: Account) -> None:
        account.delay = 0.4
        delivery = account.sealed(account.document(Content="能退保吗"))
        answers = await asyncio.gather(*(account.post(*delivery) for _ in range(3)))
        assert {account.opened(answer) for answer in answers} == {"答案"}
        assert len(account.heard) == 1

    async def test_the_same_msgid_from_another_person_is_another_message(self, account: Account) -> None:
        await account.say("一", person="openid-a", message_id="7")
        await account.say("二", person="openid-b", message_id="7")
        assert len(account.heard) == 2

    async def test_a_slow_answer_is_fetched_with_the_word_the_person_is_told(self, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(wechat, "REPLY_DEADLINE", 0.2)
        monkeypatch.setattr(wechat, "HANG_UP_AFTER", 0.2)
        account.delay = 0.8
        delivery = account.sealed(account.document(Content="能退保吗"))
        for _ in range(3):
            said = account.opened(await account.post(*delivery))
        assert said == WORDS.thinking
        monkeypatch.setattr(wechat, "REPLY_DEADLINE", 3)
        assert await account.say("继续", message_id="2") == "答案"
        assert len(account.heard) == 1

    async def test_a_long_answer_comes_in_parts_of_at_most_2048_bytes(self, account: Account) -> None:
        account.replies = [{"text": "\n".join(f"第{number}条：退保前先打客服问清楚能退多少钱。" for number in range(120))}]
        parts = [await account.say("说说")]
        while parts[-1].endswith(WORDS.more):
            parts.append(await account.say("继续", message_id=str(len(parts) + 1)))
        assert len(parts) > 2
        assert all(len(part.encode()) <= MAX_TEXT_BYTES for part in parts)
        assert "".join(part.removesuffix(WORDS.more).rstrip("\n") for part in parts).replace("\n", "") == account.replies[0]["text"].replace("\n", "")
        assert len(account.heard) == 1

    async def test_buttons_become_numbers_and_a_number_presses_its_button(self, account: Account) -> None:
        buttons = [{"title": "能退多少", "payload": "/refund_amount"}, {"title": "多久到账", "payload": "/refund_time"}]
        account.replies = [{"text": "您想问哪个？", "buttons": buttons}]
        assert "2. 多久到账" in await account.say("退保")
        await account.say("2", message_id="2")
        assert account.heard[-1].text == "/refund_time"

    async def test_a_number_without_buttons_is_just_a_number(self, account: Account) -> None:
        await account.say("3000")
        assert account.heard[-1].text == "3000"

    async def test_nobody_can_name_an_intent(self, account: Account) -> None:
        await account.say('/start_tip_off{"insurer": "x"}')
        assert not account.heard[0].text.startswith("/")

    async def test_secrets_are_masked_and_the_person_is_told(self, account: Account) -> None:
        said = await account.say("我的身份证号是220302195001011234")
        assert WORDS.masked in said
        assert "220302195001011234" not in account.heard[0].text

    async def test_voice_is_heard_through_wechats_recognition(self, account: Account) -> None:
        response = await account.post(*account.sealed(account.document(kind="voice", Recognition="能退保吗", MediaId="m")))
        assert account.opened(response) == "答案"
        response = await account.post(*account.sealed(account.document(kind="voice", message_id="2", MediaId="m")))
        assert account.opened(response) == WORDS.voice_unclear

    @pytest.mark.parametrize(
        ("kind", "words"),
        ids=["video", "location"],
        argvalues=[("video", WORDS.unsupported), ("location", WORDS.unsupported)],
    )
    async def test_other_kinds_are_answered_kindly(self, account: Account, kind: str, words: str) -> None:
        assert account.opened(await account.post(*account.sealed(account.document(kind=kind)))) == words
        assert not account.heard

    async def test_a_new_follower_is_welcomed_and_one_who_leaves_is_let_go(self, account: Account) -> None:
        response = await account.post(*account.sealed(account.document(kind="event", Event="subscribe", message_id="")))
        assert account.opened(response) == WORDS.welcome
        response = await account.post(*account.sealed(account.document(kind="event", Event="unsubscribe", message_id="")))
        assert response.text == wechat.ACKNOWLEDGED

    async def test_when_something_breaks_the_person_gets_words(self, account: Account) -> None:
        account.failure = RuntimeError("the database is gone")
        assert await account.say("能退保吗") == WORDS.no_answer

    async def test_an_empty_answer_becomes_an_apology(self, account: Account) -> None:
        account.replies = []
        assert await account.say("能退保吗") == WORDS.no_answer

    @pytest.mark.parametrize(
        ("text", "code"),
        ids=["spaces", "emoji", "control", "long"],
        argvalues=[("   ", "empty"), ("😀😀", "no_words"), ("\x01\x02", "empty"), ("字" * 6001, "too_long")],
    )
    async def test_what_cannot_be_read_gets_a_clear_word(self, account: Account, text: str, code: str) -> None:
        text = "".join(character for character in text if character >= " ")  # XML cannot carry control characters at all
        assert await account.say(text) == getattr(WORDS.errors, code)

    async def test_markup_in_a_reply_arrives_as_written(self, account: Account) -> None:
        account.replies = [{"text": "a < b && c ]]> d &amp; e"}]
        assert await account.say("x1") == "a < b && c ]]> d &amp; e"


class TestAttacks:
    async def test_a_plain_body_is_refused_since_the_url_signature_does_not_cover_it(self, account: Account) -> None:
        url = f"/webhooks/wechat/webhook?{urlencode(account.signed())}"
        response = await account.post(url, account.document(Content="能退保吗").encode())
        assert response.status_code == 403
        assert not account.heard

    async def test_a_body_changed_on_the_way_is_refused(self, account: Account) -> None:
        url, body = account.sealed(account.document(Content="能退保吗"))
        start = body.index(b"<Encrypt><![CDATA[") + len(b"<Encrypt><![CDATA[")
        changed = body[:start] + (b"B" if body[start : start + 1] != b"B" else b"C") + body[start + 1 :]
        response = await account.post(url, changed)
        assert response.status_code == 403

    async def test_a_message_to_another_account_is_refused(self, account: Account) -> None:
        account.peer = PeerCrypto(TOKEN, AES_KEY, "wx-another")
        response = await account.post(*account.sealed(account.document(Content="能退保吗")))
        assert response.status_code == 403

    async def test_an_old_capture_cannot_be_replayed(self, account: Account) -> None:
        delivery = account.sealed(account.document(Content="能退保吗"), timestamp=str(int(time.time()) - 3600))
        assert (await account.post(*delivery)).status_code == 403

    @pytest.mark.parametrize(
        "bomb",
        ids=["billion laughs", "external entity", "too deep", "too many fields", "too long", "cut off", "empty"],
        argvalues=[
            '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>',
            '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Encrypt>&a;</Encrypt></xml>',
            "<xml>" + "<a>" * 500 + "</a>" * 500 + "</xml>",
            "<xml>" + "<a>1</a>" * (MAX_FIELDS + 1) + "</xml>",
            "<xml><Encrypt>" + "A" * MAX_XML_BYTES + "</Encrypt></xml>",
            "<xml>",
            "",
        ],
    )
    async def test_xml_bombs_are_refused(self, account: Account, bomb: str) -> None:
        response = await account.post(f"/webhooks/wechat/webhook?{urlencode({**account.signed(), 'msg_signature': 'x'})}", bomb.encode())
        assert response.status_code in {400, 403}
        assert not account.heard

    async def test_a_flood_from_one_person_is_slowed_down(self, account: Account) -> None:
        said = [await account.say(f"问{number}", message_id=str(number)) for number in range(25)]
        assert WORDS.too_busy in said
        assert len(account.heard) < 25

    async def test_without_an_account_nothing_answers(self, tmp_path: Path) -> None:
        nobody = Account(tmp_path, encoding_aes_key="")
        async for started in serving(nobody):
            assert (await started.client.get("/webhooks/wechat/webhook", params=started.signed())).status_code == 403
            assert (await started.client.post("/webhooks/wechat/webhook", content=b"<xml/>")).status_code == 404


