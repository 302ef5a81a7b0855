"""Who is talking in the web chat, and how often they may."""

from __future__ import annotations

from types import SimpleNamespace

import httpx
import pytest
from rasa.shared.exceptions import RasaException

from bot.channels import limits
from bot.channels.web import WebChat
from bot.channels.web_session import COOKIE, SessionCookies
from tests.channels.web_app import SECRET, WORDS, serve_web_chat
from tests.channels.web_person import begin, refused, say


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


class TestLimits:
    async def test_a_flood_from_one_session_is_slowed_with_words(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(limits.RATE_LIMITS, "message_by_session", (limits.Limit(2, 60.0),))
        async with serve_web_chat() as server, server.person() as person, server.person() as neighbour:
            await begin(person)
            await begin(neighbour)
            answers = [await say(person, "你好", f"message-{number}") for number in range(3)]
            assert [answer.status_code for answer in answers] == [200, 200, 429]
            assert refused(answers[2], 429, "too_many")
            assert (await say(neighbour, "你好")).status_code == 200

    async def test_a_flood_of_new_sessions_from_one_address_is_slowed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(limits.RATE_LIMITS, "message_by_address", (limits.Limit(2, 60.0),))
        async with serve_web_chat() as server:
            statuses = []
            for _ in range(3):
                async with server.person() as person:
                    await begin(person)
                    statuses.append((await say(person, "你好")).status_code)
        assert statuses == [200, 200, 429]

    @pytest.mark.parametrize(
        ("proxies", "forwarded", "statuses"),
        [
            # Whoever writes the header themselves gains nothing: only what our own proxy added, on the right, counts.
            ("0", ["203.0.113.1", "203.0.113.2"], [200, 429]),
            ("1", ["203.0.113.1", "203.0.113.2", "203.0.113.1"], [200, 200, 429]),
            ("1", ["198.51.100.1, 203.0.113.1", "198.51.100.2, 203.0.113.1"], [200, 429]),
            ("2", ["203.0.113.1, 10.0.0.1", "203.0.113.2, 10.0.0.1", "203.0.113.2, 10.0.0.1"], [200, 200, 429]),
        ],
        ids=["no proxy", "one proxy", "forged in front of one proxy", "two proxies"],
    )
    async def test_behind_proxies_each_person_has_a_limit_of_their_own(
        self, proxies: str, forwarded: list[str], statuses: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SANIC_PROXIES_COUNT", proxies)  # as `Settings.export` sets it
        monkeypatch.setitem(limits.RATE_LIMITS, "history_by_address", (limits.Limit(1, 60.0),))
        got = []
        async with serve_web_chat() as server:
            for addresses in forwarded:
                async with server.person() as person:
                    got.append((await person.get("/webhooks/web/history", headers={"X-Forwarded-For": addresses})).status_code)
        assert got == statuses

    def test_a_window_slides_and_a_refusal_does_not_lengthen_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(limits.RATE_LIMITS, "message_by_session", (limits.Limit(2, 60.0),))
        now = 0.0
        limiter = limits.RateLimiter(lambda: now)
        assert [limiter.allow("message_by_session", "a") for _ in range(4)] == [True, True, False, False]
        now = 61.0
        assert limiter.allow("message_by_session", "a")

    def test_a_flood_of_senders_does_not_grow_the_table_without_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "MAX_TRACKED_KEYS", 10)
        limiter = limits.RateLimiter()
        for number in range(100):
            limiter.allow("message_by_session", str(number))
        assert len(limiter._seen) == 10

    def test_what_a_rate_limit_remembers_holds_no_address(self) -> None:
        chat = WebChat(SECRET, WORDS)
        chat._limit(SimpleNamespace(client_ip="192.0.2.7"), "history")
        assert chat._limiter._seen
        assert "192.0.2.7" not in str(chat._limiter._seen)
