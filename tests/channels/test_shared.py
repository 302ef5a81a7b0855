"""Several chat servers behind one address: limits are counted together, and a message delivered to two of them is one turn."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import pytest
import redis

from bot.channels import limits, shared
from bot.channels.incoming import IncomingMessage
from bot.channels.turns import Turns
from tests.channels.web_app import SECRET, MadeUpAgent, echo, serve_web_chat
from tests.channels.web_person import begin, say
from tests.servers import RedisServer, redis_server

__all__ = ["redis_server"]  # a fixture

pytestmark = pytest.mark.redis


@pytest.fixture
def of_many(redis_server: RedisServer, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> RedisServer:  # noqa: F811
    """Settings of one chat server among several."""
    monkeypatch.setenv("GUARD_REDIS_URL", redis_server.url)
    monkeypatch.setenv("GUARD_DATA_DIR", str(tmp_path))
    return redis_server


def test_two_servers_count_one_sender_together(of_many: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.RATE_LIMITS, "message_by_session", (limits.Limit(3, 60.0), limits.Limit(100, 3600.0)))
    here, there = shared.make_rate_limiter(), shared.make_rate_limiter()
    asked = [server.allow("message_by_session", "a") for server in (here, there, here, there, here)]
    assert asked == [True, True, True, False, False]
    assert there.allow("message_by_session", "b"), "another sender"
    assert there.allow("image_by_session", "a"), "another rule"


def test_a_shared_window_slides_and_a_refusal_does_not_lengthen_it(of_many: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.RATE_LIMITS, "message_by_session", (limits.Limit(1, 0.5),))
    limiter = shared.make_rate_limiter()
    assert [limiter.allow("message_by_session", "a") for _ in range(3)] == [True, False, False]
    client = redis.Redis.from_url(of_many.url)
    deadline = time.monotonic() + 10
    while client.keys("*") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not client.keys("*"), "nothing stays in Redis longer than its window"
    assert limiter.allow("message_by_session", "a")


async def test_what_redis_holds_names_nobody(of_many: RedisServer) -> None:
    async with serve_web_chat() as server, server.person() as person:
        await begin(person)
        await say(person, "我的电话13900001111")
        sender = next(iter(server.agent.tracker_store.store))
        async with shared.SharedTurns(of_many.url, SECRET.encode()).alone(sender):
            client = redis.Redis.from_url(of_many.url)
            names = [name.decode() for name in client.keys("*")]
            held = " ".join(names) + " ".join(str(client.zrange(name, 0, -1)) for name in names if ":limit:" in name)
    assert len(names) >= 3
    assert all(len(name.rpartition(":")[2]) == 64 for name in names), "a keyed hash"
    assert not any(word in held for word in ("127.0.0.1", sender, "13900001111"))


async def test_a_message_delivered_to_two_servers_at_once_is_one_turn(of_many: RedisServer) -> None:
    async def slowly(text: str) -> list[dict[str, Any]]:
        await asyncio.sleep(0.3)
        return await echo(text)

    async def read() -> IncomingMessage:
        return IncomingMessage("你好", "delivery-1", None)

    agent = MadeUpAgent(slowly)  # one tracker store, as PostgreSQL is
    here, there = Turns("wechat"), Turns("wechat")
    answers = await asyncio.gather(*(server.take(agent, "wechat-1", "delivery-1", read, agent.handle_message) for server in (here, there)))
    assert agent.heard == ["你好"]
    assert [answer.messages for answer in answers] == [[{"text": "您说：你好"}]] * 2


async def test_people_are_served_while_redis_is_gone(of_many: RedisServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.RATE_LIMITS, "message_by_session", (limits.Limit(2, 60.0),))
    async with serve_web_chat() as server, server.person() as person:
        await begin(person)
        of_many.stop()
        with caplog.at_level(logging.WARNING):
            statuses = [(await say(person, "你好", message_id=f"message-{number}")).status_code for number in range(3)]
    assert statuses == [200, 200, 429], "the server counts for itself"
    assert "Redis failed" in caplog.text


async def test_without_redis_each_server_counts_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GUARD_REDIS_URL", raising=False)
    assert type(shared.make_rate_limiter()) is limits.RateLimiter
    async with shared.make_alone()("anybody"):
        pass
