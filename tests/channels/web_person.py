"""A person at the page, for the channel's tests."""

from __future__ import annotations

from typing import Any

import httpx

from tests.channels.web_app import WORDS

MESSAGE_ID = "aaaaaaaa"


async def begin(person: httpx.AsyncClient) -> None:
    """Open the conversation as the page does."""
    assert (await person.get("/webhooks/web/history")).status_code == 200


async def say(person: httpx.AsyncClient, text: Any, message_id: str = MESSAGE_ID, **fields: Any) -> httpx.Response:
    """Send one message."""
    return await person.post("/webhooks/web/messages", json={"text": text, "id": message_id} | fields)


def refused(response: httpx.Response, status: int, code: str) -> bool:
    """Whether this is the JSON error with the words for `code`."""
    return response.status_code == status and response.json() == {"error": {"code": code, "words": getattr(WORDS.errors, code)}}
