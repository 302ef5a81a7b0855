"""The web channel over real HTTP, with a made-up assistant behind it."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import limits
from bot.channels.incoming import ChannelError, clean_text, parse_message
from tests.channels.web_app import WORDS, echo, serve_web_chat
from tests.channels.web_person import MESSAGE_ID, begin, refused, say

OFFER = {"text": "要举报吗？", "buttons": [{"title": "要", "payload": "/affirm"}, {"title": "再问问", "payload": "退保要几天"}]}


class TestMessages:
    async def test_a_message_is_answered_with_everything_the_bot_says_in_one_piece_each(self) -> None:
        async def letter(_: str) -> list[dict[str, Any]]:
            return [{"text": "第一段\n\n第二段"}, OFFER, {"custom": {"type": "answer", "more": []}}]

        async with serve_web_chat(letter) as server, server.person() as person:
            await begin(person)
            answer = (await say(person, "你好")).json()
        assert answer == {
            "id": MESSAGE_ID,
            "text": "你好",
            "note": None,
            "messages": [{"text": "第一段\n\n第二段"}, OFFER, {"custom": {"type": "answer", "more": []}}],
        }

    @pytest.mark.parametrize(
        ("text", "status", "code"),
        [
            ("", 422, "empty"),
            (" \n\t ", 422, "empty"),
            ("\x00\x07\x1b\x9f", 422, "empty"),
            ("🙏😀👍🏻", 422, "no_words"),
            ("……？？", 422, "no_words"),
            ("字" * (limits.MAX_TEXT_CHARACTERS + 1), 413, "too_long"),
            ("退" * 100_000, 413, "too_long"),
            (None, 400, "malformed"),
            (["退保"], 400, "malformed"),
        ],
        ids=["empty", "blank", "control characters", "emoji", "punctuation", "over the limit", "100,000 characters", "null", "list"],
    )
    async def test_what_cannot_be_answered_gets_words_and_a_status(self, text: Any, status: int, code: str) -> None:
        async with serve_web_chat() as server, server.person() as person:
            await begin(person)
            assert refused(await say(person, text), status, code)
            assert (await say(person, "你好", "bbbbbbbb")).status_code == 200
            assert server.agent.heard == ["你好"]

    @pytest.mark.parametrize(
        ("body", "content_type", "status", "code"),
        [
            (b'{"text": "\xff\xfe", "id": "aaaaaaaa"}', "application/json", 400, "encoding"),
            (b'{"text": "\\ud800 abc", "id": "aaaaaaaa"}', "application/json", 400, "encoding"),
            (b"text=hello&id=aaaaaaaa", "application/x-www-form-urlencoded", 415, "content_type"),
            (b'{"text": "a", "id": "aaaaaaaa"}', "text/plain", 415, "content_type"),
            (b"{not json", "application/json", 400, "malformed"),
            (b"[" * 100_000, "application/json", 400, "malformed"),
            (b'["a"]', "application/json", 400, "malformed"),
            (b'{"text": "a"}', "application/json", 400, "malformed"),
            (b'{"text": "a", "id": "short"}', "application/json", 400, "malformed"),
            (b'{"text": "a", "id": "aaaaaaaa\\n"}', "application/json", 400, "malformed"),
            (b'{"text": "a", "id": "aaaaaaaa", "shown": 5}', "application/json", 400, "malformed"),
            (b"x" * (limits.MAX_MESSAGE_BYTES + 1), "application/json", 413, "too_long"),
        ],
        ids=["bad UTF-8", "half a surrogate", "form", "text", "no JSON", "deep", "no object", "no id", "short id", "newline in id", "title", "huge"],
    )
    async def test_a_damaged_request_gets_words_and_a_status(self, body: bytes, content_type: str, status: int, code: str) -> None:
        async with serve_web_chat() as server, server.person() as person:
            await begin(person)
            answer = await person.post("/webhooks/web/messages", content=body, headers={"content-type": content_type})
            assert refused(answer, status, code)
            assert server.agent.heard == []

    async def test_the_longest_allowed_paste_is_heard_whole(self) -> None:
        text = "话" * limits.MAX_TEXT_CHARACTERS
        async with serve_web_chat() as server, server.person() as person:
            await begin(person)
            assert (await say(person, text)).status_code == 200
            assert server.agent.heard == [text]

    async def test_control_characters_go_and_disguises_stay(self) -> None:
        async with serve_web_chat() as server, server.person() as person:
            await begin(person)
            await say(person, "全\u200b额\x00退\x1b保\r\n不成功\n不收费💰")
            assert server.agent.heard == ["全\u200b额退保\n不成功\n不收费💰"]

    async def test_secrets_are_masked_before_rasa_sees_them_and_the_person_is_told_kindly(self) -> None:
        async with serve_web_chat() as server, server.person() as person:
            await begin(person)
            answer = (await say(person, "我身份证号220302195001011234，验证码是483920")).json()
            stored = (await person.get("/webhooks/web/history")).json()["messages"][0]
            assert server.agent.metadata[0]["masked"] == ["id_number", "verification_code"]
        for words in (*server.agent.heard, answer["text"], stored["text"]):
            assert "19500101" not in words
            assert "483920" not in words
        assert answer["note"] == stored["note"] == WORDS.notes.masked

    async def test_what_a_tip_off_needs_to_know_of_the_suspect_is_not_masked(self) -> None:
        text = "他电话13904341234，微信号tuibao888，QQ是12345678"
        async with serve_web_chat() as server, server.person() as person:
            await begin(person)
            answer = (await say(person, text)).json()
            assert server.agent.heard == [text]
            assert answer["note"] is None

    async def test_when_the_bot_has_nothing_to_say_the_person_still_gets_words(self) -> None:
        async def silence(_: str) -> list[dict[str, Any]]:
            return []

        async with serve_web_chat(silence) as server, server.person() as person:
            await begin(person)
            assert (await say(person, "你好")).json()["messages"] == [{"text": WORDS.notes.no_answer}]

    async def test_a_broken_turn_is_an_apology_and_can_be_sent_again(self) -> None:
        broken = True

        async def think(text: str) -> list[dict[str, Any]]:
            if broken:
                raise OSError("disk full")
            return await echo(text)

        async with serve_web_chat(think) as server, server.person() as person:
            await begin(person)
            assert refused(await say(person, "你好"), 503, "unavailable")
            broken = False
            assert (await say(person, "你好")).json()["messages"] == [{"text": "您说：你好"}]

    async def test_a_server_that_is_still_loading_says_so_in_words(self) -> None:
        async with serve_web_chat() as server, server.person() as person:
            await begin(person)
            server.app.ctx.agent = None
            assert refused(await say(person, "你好"), 503, "unavailable")


class TestAnyText:
    @given(st.text(max_size=300))
    def test_is_kept_but_for_control_characters_or_refused_in_words(self, text: str) -> None:
        said = [character for character in text if unicodedata.category(character) != "Cc" and not character.isspace()]
        if any(unicodedata.category(character)[0] in "LN" for character in said):
            kept = clean_text(text)
            assert list("".join(kept.split())) == said
            assert clean_text(kept) == kept
        else:
            with pytest.raises(ChannelError, match="no_words" if said else "empty"):
                clean_text(text)

    @given(st.binary(max_size=300))
    def test_bytes_that_are_no_message_are_an_error_in_words(self, body: bytes) -> None:
        with pytest.raises(ChannelError) as caught:
            parse_message("application/json", body)
        assert getattr(WORDS.errors, caught.value.code)


class TestButtons:
    @staticmethod
    async def offer(text: str) -> list[dict[str, Any]]:
        return [OFFER] if text == "你好" else await echo(text)

    async def test_a_pressed_button_sends_its_payload_and_history_shows_its_words(self) -> None:
        async with serve_web_chat(self.offer) as server, server.person() as person:
            await begin(person)
            await say(person, "你好")
            answer = (await say(person, "/affirm", "bbbbbbbb", shown="要")).json()
            turns = (await person.get("/webhooks/web/history")).json()["messages"]
            assert server.agent.heard == ["你好", "/affirm"]
        assert answer["text"] == "要"
        assert [turn["text"] for turn in turns if turn["from"] == "user"] == ["你好", "要"]

    async def test_a_stale_button_is_refused_politely(self) -> None:
        async with serve_web_chat(self.offer) as server, server.person() as person:
            await begin(person)
            await say(person, "你好")
            await say(person, "先问别的", "bbbbbbbb")
            assert refused(await say(person, "/affirm", "cccccccc", shown="要"), 409, "stale_button")
            assert len(server.agent.heard) == 2

    async def test_a_plain_suggestion_stays_good(self) -> None:
        async with serve_web_chat(self.offer) as server, server.person() as person:
            await begin(person)
            assert (await say(person, "退保要几天", shown="再问问")).status_code == 200

    async def test_an_invented_command_is_refused_and_a_typed_one_is_only_text(self) -> None:
        async with serve_web_chat(self.offer) as server, server.person() as person:
            await begin(person)
            assert refused(await say(person, "/restart", shown="x"), 409, "stale_button")
            await say(person, "/restart", "bbbbbbbb")
            await say(person, '/submit{"amount": 5}', "cccccccc")
            assert server.agent.heard == ["／restart", '／submit{"amount": 5}']


class TestHistory:
    async def test_a_reload_shows_what_both_sides_said_with_buttons_and_cards(self) -> None:
        card = {"type": "receipt", "receipt": "1234567890123456"}

        async def think(_: str) -> list[dict[str, Any]]:
            return [OFFER, {"custom": card}]

        async with serve_web_chat(think) as server, server.person() as person:
            await begin(person)
            await say(person, "你好")
            turns = (await person.get("/webhooks/web/history")).json()["messages"]
        for turn in turns:
            assert turn.pop("time").endswith("+00:00")
        assert turns == [{"from": "user", "id": MESSAGE_ID, "text": "你好"}, {"from": "bot"} | OFFER, {"from": "bot", "custom": card}]

    async def test_only_the_newest_messages_of_a_long_conversation_come_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.channels.history.HISTORY_TURNS", 3)
        async with serve_web_chat() as server, server.person() as person:
            await begin(person)
            for number in range(4):
                await say(person, f"第{number}条", f"message-{number}")
            turns = (await person.get("/webhooks/web/history")).json()["messages"]
        assert [turn["text"] for turn in turns] == ["您说：第2条", "第3条", "您说：第3条"]
