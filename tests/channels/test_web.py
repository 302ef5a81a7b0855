"""The web channel over real HTTP, with a made-up assistant behind it."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
import unicodedata
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from rasa.shared.exceptions import RasaException

from bot.channels import web_limits
from bot.channels.web import ImageRefusedError, WebChat, set_image_hook
from bot.channels.web_message import IncomingMessage, WebChatError, clean_text, parse_message
from bot.channels.web_session import COOKIE, SessionCookies
from bot.channels.web_turns import Turns
from tests.channels.web_app import ROOT, SECRET, WORDS, MadeUpAgent, echo, serve_web_chat

MESSAGE_ID = "aaaaaaaa"
WEB = ROOT / "web"
SOURCES = [path for path in (WEB / "src").rglob("*.*") if path.is_file()]
OFFER = {"text": "要举报吗？", "buttons": [{"title": "要", "payload": "/affirm"}, {"title": "再问问", "payload": "退保要几天"}]}


async def begin(person: httpx.AsyncClient) -> None:
    """Open the conversation as the page does."""
    assert (await person.get("/webhooks/web/history")).status_code == 200


async def say(person: httpx.AsyncClient, text: Any, message_id: str = MESSAGE_ID, **fields: Any) -> httpx.Response:
    """Send one message."""
    return await person.post("/webhooks/web/messages", json={"text": text, "id": message_id} | fields)


def refused(response: httpx.Response, status: int, code: str) -> bool:
    """Whether this is the JSON error with the words for `code`."""
    return response.status_code == status and response.json() == {"error": {"code": code, "words": getattr(WORDS.errors, code)}}


class TestSessions:
    async def test_the_first_visit_gets_a_cookie_that_scripts_and_other_sites_cannot_use(self) -> None:
        async with serve_web_chat() as server, server.person() as person:
            cookie = (await person.get("/webhooks/web/history")).headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "Secure" not in cookie

    async def test_the_cookie_is_secure_when_people_come_over_https(self) -> None:
        chat = WebChat.from_credentials({"secret": SECRET, "public_url": "https://tuibao.example"})
        async with serve_web_chat(chat=chat) as server, server.person() as person:
            assert "Secure" in (await person.get("/webhooks/web/history")).headers["set-cookie"]

    async def test_two_visitors_never_share_a_session(self) -> None:
        async with serve_web_chat() as server, server.person() as one, server.person() as other:
            await begin(one)
            await begin(other)
            await say(one, "我的事")
            assert (await other.get("/webhooks/web/history")).json() == {"messages": []}

    @pytest.mark.parametrize(
        "cookie",
        [
            "web-" + "a" * 32,
            SessionCookies("x" * 32)._serializer.dumps("web-" + "a" * 32),
            SessionCookies(SECRET)._serializer.dumps("web-" + "a" * 32) + "x",
            SessionCookies(SECRET)._serializer.dumps("wechat-user"),
            SessionCookies(SECRET)._serializer.dumps({"sender": "web"}),
            "",
        ],
        ids=["bare id", "signed with another key", "changed", "id of another channel", "not an id", "empty"],
    )
    async def test_a_forged_or_foreign_session_is_refused_and_nothing_is_processed(self, cookie: str) -> None:
        async with serve_web_chat() as server, server.person() as thief:
            thief.headers["cookie"] = f"{COOKIE}={cookie}"
            assert refused(await say(thief, "让我看看"), 401, "session")
            assert server.agent.heard == []

    @pytest.mark.parametrize(("method", "path"), [("GET", "history"), ("POST", "end")])
    async def test_a_link_or_form_on_another_site_cannot_take_the_conversation_away(self, method: str, path: str) -> None:
        async with serve_web_chat() as server, server.person() as person:
            await begin(person)
            lured = httpx.Request(method, f"{server.url}/webhooks/web/{path}")  # as SameSite=Strict sends it: no cookie, and no header
            answer = await person.send(lured)
            assert refused(answer, 400, "malformed")
            assert "set-cookie" not in answer.headers

    async def test_an_old_session_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async with serve_web_chat() as server, server.person() as person:
            await begin(person)
            monkeypatch.setattr("bot.channels.web_session.SESSION_SECONDS", -1)
            assert refused(await say(person, "还在吗"), 401, "session")

    async def test_no_answer_names_the_session_id(self) -> None:
        async with serve_web_chat() as server, server.person() as person:
            await begin(person)
            answers = [await say(person, "你好"), await person.get("/webhooks/web/history")]
            (sender_id,) = await server.agent.tracker_store.keys()
        assert all(sender_id not in answer.text for answer in answers)

    async def test_ending_a_conversation_leaves_nothing_for_the_next_person_at_the_device(self) -> None:
        async with serve_web_chat() as server, server.person() as person:
            await begin(person)
            await say(person, "我的事")
            assert (await person.post("/webhooks/web/end")).status_code == 200
            assert COOKIE not in person.cookies
            assert (await person.get("/webhooks/web/history")).json() == {"messages": []}

    def test_a_short_secret_and_missing_credentials_are_refused(self) -> None:
        with pytest.raises(ValueError, match="32 characters"):
            WebChat("short", WORDS)
        with pytest.raises(RasaException):
            WebChat.from_credentials(None)


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
            ("字" * (web_limits.MAX_TEXT_CHARACTERS + 1), 413, "too_long"),
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
            (b"x" * (web_limits.MAX_MESSAGE_BYTES + 1), "application/json", 413, "too_long"),
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
        text = "话" * web_limits.MAX_TEXT_CHARACTERS
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
            with pytest.raises(WebChatError, match="no_words" if said else "empty"):
                clean_text(text)

    @given(st.binary(max_size=300))
    def test_bytes_that_are_no_message_are_an_error_in_words(self, body: bytes) -> None:
        with pytest.raises(WebChatError) as caught:
            parse_message("application/json", body)
        assert getattr(WORDS.errors, caught.value.code)


class TestDeliveredTwice:
    async def test_a_second_delivery_gets_the_same_answer_and_is_processed_once(self) -> None:
        async with serve_web_chat() as server, server.person() as person:
            await begin(person)
            first = await say(person, "我身份证号220302195001011234")
            second = await say(person, "我身份证号220302195001011234")
            assert first.json() == second.json()
            assert len(server.agent.heard) == 1

    async def test_deliveries_at_the_same_moment_are_one_turn(self) -> None:
        async def slowly(text: str) -> list[dict[str, Any]]:
            await asyncio.sleep(0.2)
            return await echo(text)

        async with serve_web_chat(slowly) as server, server.person() as person:
            await begin(person)
            answers = await asyncio.gather(*(say(person, "你好") for _ in range(5)))
            assert len({answer.text for answer in answers}) == 1
            assert server.agent.heard == ["你好"]

    async def test_a_turn_goes_on_when_the_phone_loses_its_connection(self) -> None:
        async def slowly(text: str) -> list[dict[str, Any]]:
            await asyncio.sleep(0.4)
            return await echo(text)

        async with serve_web_chat(slowly) as server, server.person() as person:
            await begin(person)
            with pytest.raises(httpx.ReadTimeout):
                await person.post("/webhooks/web/messages", json={"text": "你好", "id": MESSAGE_ID}, timeout=0.1)
            assert (await say(person, "你好")).json()["messages"] == [{"text": "您说：你好"}]
            assert server.agent.heard == ["你好"]

    async def test_a_lost_receipt_is_given_again_although_the_store_has_forgotten_it(self) -> None:
        async def submit(_: str) -> list[dict[str, Any]]:
            return [{"custom": {"type": "receipt", "receipt": "8000000000000000"}}]

        async with serve_web_chat(submit) as server, server.person() as person:
            await begin(person)
            first = await say(person, "提交")
            server.agent.tracker_store.store.clear()
            assert (await say(person, "提交")).json() == first.json()
            assert server.agent.heard == ["提交"]

    async def test_answers_are_not_kept_in_memory_for_longer_or_in_larger_number_than_needed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.channels.web_turns.MAX_KEPT_ANSWERS", 2)
        now = 0.0
        turns = Turns(clock=lambda: now)
        agent = MadeUpAgent()

        async def hear(number: int) -> None:
            async def read() -> IncomingMessage:
                return IncomingMessage("你好", f"message-{number}", None)

            await turns.take(agent, "web-x", f"message-{number}", read, agent.handle_message)

        for number in range(5):
            await hear(number)
        assert len(turns._answered) <= 3
        now = web_limits.ANSWER_SECONDS + 1.0
        await hear(5)
        assert list(turns._answered) == [("web-x", "message-5")]

    async def test_after_a_restart_the_answer_is_found_in_the_tracker(self) -> None:
        async with serve_web_chat() as before, before.person() as person:
            await begin(person)
            first = await say(person, "你好")
            cookie = person.cookies[COOKIE]
        async with serve_web_chat() as after, after.person() as person:
            after.app.ctx.agent = MadeUpAgent(tracker_store=before.agent.tracker_store)
            person.cookies.set(COOKIE, cookie)
            assert (await say(person, "你好")).json() == first.json()
            assert after.app.ctx.agent.heard == []

    async def test_the_same_id_from_two_people_is_two_messages(self) -> None:
        async with serve_web_chat() as server, server.person() as one, server.person() as other:
            await begin(one)
            await begin(other)
            await say(one, "甲")
            assert (await say(other, "乙")).json()["messages"] == [{"text": "您说：乙"}]

    async def test_messages_of_one_session_are_processed_in_the_order_they_came(self) -> None:
        delays = iter([0.2, 0.0, 0.0])

        async def unevenly(text: str) -> list[dict[str, Any]]:
            await asyncio.sleep(next(delays))
            return await echo(text)

        async with serve_web_chat(unevenly) as server, server.person() as person:
            await begin(person)
            sent = []
            for number in range(3):
                sent.append(asyncio.create_task(say(person, f"第{number}条", f"message-{number}")))
                await asyncio.sleep(0.05)
            await asyncio.gather(*sent)
            turns = (await person.get("/webhooks/web/history")).json()["messages"]
        assert [turn["text"] for turn in turns if turn["from"] == "bot"] == ["您说：第0条", "您说：第1条", "您说：第2条"]


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
        monkeypatch.setattr("bot.channels.web_history.HISTORY_TURNS", 3)
        async with serve_web_chat() as server, server.person() as person:
            await begin(person)
            for number in range(4):
                await say(person, f"第{number}条", f"message-{number}")
            turns = (await person.get("/webhooks/web/history")).json()["messages"]
        assert [turn["text"] for turn in turns] == ["您说：第2条", "第3条", "您说：第3条"]


class TestLimits:
    async def test_a_flood_from_one_session_is_slowed_with_words(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(web_limits.RATE_LIMITS, "message_by_session", (web_limits.Limit(2, 60.0),))
        async with serve_web_chat() as server, server.person() as person, server.person() as neighbour:
            await begin(person)
            await begin(neighbour)
            answers = [await say(person, "你好", f"message-{number}") for number in range(3)]
            assert [answer.status_code for answer in answers] == [200, 200, 429]
            assert refused(answers[2], 429, "too_many")
            assert (await say(neighbour, "你好")).status_code == 200

    async def test_a_flood_of_new_sessions_from_one_address_is_slowed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(web_limits.RATE_LIMITS, "message_by_address", (web_limits.Limit(2, 60.0),))
        async with serve_web_chat() as server:
            statuses = []
            for _ in range(3):
                async with server.person() as person:
                    await begin(person)
                    statuses.append((await say(person, "你好")).status_code)
        assert statuses == [200, 200, 429]

    def test_a_window_slides_and_a_refusal_does_not_lengthen_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(web_limits.RATE_LIMITS, "message_by_session", (web_limits.Limit(2, 60.0),))
        now = 0.0
        limiter = web_limits.RateLimiter(lambda: now)
        assert [limiter.allow("message_by_session", "a") for _ in range(4)] == [True, True, False, False]
        now = 61.0
        assert limiter.allow("message_by_session", "a")

    def test_a_flood_of_senders_does_not_grow_the_table_without_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(web_limits, "MAX_TRACKED_KEYS", 10)
        limiter = web_limits.RateLimiter()
        for number in range(100):
            limiter.allow("message_by_session", str(number))
        assert len(limiter._seen) == 10

    def test_rate_limit_keys_hold_no_address_and_differ_by_secret(self) -> None:
        key = web_limits.address_key(b"k" * 32, "192.0.2.7")
        assert "192.0.2.7" not in key
        assert key == web_limits.address_key(b"k" * 32, "192.0.2.7")
        assert key != web_limits.address_key(b"x" * 32, "192.0.2.7")


def picture(kind: str, size: tuple[int, int] = (40, 60)) -> bytes:
    """Draw a small image."""
    buffer = io.BytesIO()
    Image.new("1" if kind == "PNG" else "RGB", size).save(buffer, kind)
    return buffer.getvalue()


async def send_image(person: httpx.AsyncClient, image: bytes, content_type: str = "image/png", message_id: str = "image-01") -> httpx.Response:
    """Upload one image as the page does."""
    return await person.post("/webhooks/web/images", content=image, headers={"content-type": content_type, "x-message-id": message_id})


class TestImages:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    async def test_the_words_in_a_screenshot_are_heard_like_a_paste(self, kind: str) -> None:
        read: list[tuple[bytes, str]] = []

        async def reader(image: bytes, sender_id: str) -> str:
            read.append((image, sender_id))
            return "对方：全额退保，卡号6222021234567890123\n"

        async with serve_web_chat() as server, server.person() as person:
            set_image_hook(server.app, reader)
            await begin(person)
            answer = (await send_image(person, picture(kind))).json()
            again = (await send_image(person, picture(kind))).json()
            assert read[0][0] == picture(kind)
            assert (await server.agent.tracker_store.keys()) == {read[0][1]: 0}.keys()
            assert server.agent.heard == ["对方：全额退保，卡号***************0123"]
        assert len(read) == 1, "a retry is not read twice"
        assert again == answer
        assert answer["text"] == f"{WORDS.notes.image_sent}\n对方：全额退保，卡号***************0123"
        assert answer["note"] == WORDS.notes.masked

    async def test_without_a_reader_people_are_asked_to_paste_the_words(self) -> None:
        async with serve_web_chat() as server, server.person() as person:
            await begin(person)
            assert refused(await send_image(person, picture("PNG")), 422, "image_unsupported")

    @pytest.mark.parametrize(
        "image",
        [b"", b"PK\x03\x04" + b"0" * 100, b"\x89PNG\r\n\x1a\n", picture("PNG")[:40], picture("GIF"), b"<svg onload='x()'/>", b"%PDF-1.7"],
        ids=["empty", "ZIP named .png", "only a signature", "cut off", "GIF", "SVG", "PDF"],
    )
    async def test_what_is_not_an_image_we_read_is_refused_by_its_content(self, image: bytes) -> None:
        async with serve_web_chat() as server, server.person() as person:
            await begin(person)
            assert refused(await send_image(person, image), 415, "image_kind")

    async def test_too_many_bytes_or_pixels_are_refused(self) -> None:
        async with serve_web_chat() as server, server.person() as person:
            await begin(person)
            assert refused(await send_image(person, b"0" * (web_limits.MAX_IMAGE_BYTES + 1)), 413, "image_too_big")
            assert refused(await send_image(person, picture("PNG", (20_000, 20_000)), message_id="image-02"), 413, "image_too_big")

    async def test_a_reader_that_sees_nothing_or_refuses_gives_words(self) -> None:
        said = iter(["  ", ImageRefusedError("请换一张。")])

        async def reader(_: bytes, __: str) -> str:
            answer = next(said)
            if isinstance(answer, Exception):
                raise answer
            return str(answer)

        async with serve_web_chat() as server, server.person() as person:
            set_image_hook(server.app, reader)
            await begin(person)
            assert refused(await send_image(person, picture("PNG")), 422, "image_unreadable")
            answer = await send_image(person, picture("PNG"), message_id="image-02")
            assert (answer.status_code, answer.json()["error"]["words"]) == (422, "请换一张。")

    async def test_an_image_needs_a_session_and_an_id(self) -> None:
        async with serve_web_chat() as server, server.person() as person:
            assert refused(await send_image(person, picture("PNG")), 401, "session")
            await begin(person)
            assert refused(await send_image(person, picture("PNG"), message_id="x"), 400, "malformed")


class TestPage:
    async def test_the_page_allows_nothing_from_outside_and_no_inline_script(self) -> None:
        async with serve_web_chat() as server, server.person() as person:
            page = await person.get("/")
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-cache"
        assert WORDS.page.title in page.text
        assert "__" not in page.text

    async def test_every_file_the_page_names_is_there_and_kept_for_good(self) -> None:
        async with serve_web_chat() as server, server.person() as person:
            names = {part.split('"')[0] for part in (await person.get("/")).text.split("/assets/")[1:]}
            assert {name.rpartition(".")[2] for name in names} == {"js", "css", "svg"}
            for name in names:
                asset = await person.get(f"/assets/{name}")
                assert asset.status_code == 200
                assert "immutable" in asset.headers["cache-control"]
                assert asset.headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize("path", ["/assets/none.js", "/assets/..%2Findex.html", "/assets/%2e%2e/%2e%2e/web.py", "/assets/..%5Cweb.py"])
    async def test_no_other_file_can_be_reached(self, path: str) -> None:
        async with serve_web_chat() as server, server.person() as person:
            assert (await person.get(path)).status_code == 404

    async def test_the_whole_page_is_small_enough_for_a_slow_line(self) -> None:
        static = ROOT / "bot" / "channels" / "web_static"
        async with serve_web_chat() as server, server.person() as person:
            sizes = [int((await person.get(f"/assets/{path.name}")).headers["content-length"]) for path in (static / "assets").iterdir()]
        assert sum(sizes) < 50_000

    def test_the_committed_bundle_was_built_from_the_committed_source(self) -> None:
        names = ["index.html", "package-lock.json", "vite.config.ts", *(f"src/{path.relative_to(WEB / 'src').as_posix()}" for path in SOURCES)]
        content = b"".join((WEB / name).read_bytes() for name in sorted(names))
        built = (ROOT / "bot" / "channels" / "web_static" / "source.sha256").read_text(encoding="ascii").strip()
        assert built == hashlib.sha256(content).hexdigest(), "run `npm ci && npm run build` in web/ and commit the bundle"

    def test_the_bundle_has_no_syntax_an_old_web_view_cannot_read(self) -> None:
        (script,) = (ROOT / "bot" / "channels" / "web_static" / "assets").glob("*.js")
        assert not re.search(r"\?\.[A-Za-z_$(\[]|\?\?|catch\{|\(\?<[=!]", script.read_text(encoding="utf-8"))
        assert 'type="module"' not in (ROOT / "bot" / "channels" / "web_static" / "index.html").read_text(encoding="utf-8")

    def test_no_file_of_the_bundle_names_an_outside_place(self) -> None:
        static = ROOT / "bot" / "channels" / "web_static"
        for path in static.rglob("*.*"):
            content = path.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
            assert "http://" not in content, path.name
            assert "https://" not in content, path.name
            assert "sourceMappingURL" not in content, path.name
