"""Messages of the web chat that arrive twice, late, or all at once."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from bot.channels import limits
from bot.channels.incoming import IncomingMessage
from bot.channels.turns import Turns
from bot.channels.web_session import COOKIE
from tests.channels.web_app import MadeUpAgent, echo, serve_web_chat
from tests.channels.web_person import MESSAGE_ID, begin, say


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
        monkeypatch.setattr("bot.channels.turns.MAX_KEPT_ANSWERS", 2)
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
        now = limits.ANSWER_SECONDS + 1.0
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
