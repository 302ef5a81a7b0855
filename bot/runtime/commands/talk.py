"""`guard ask` and `guard chat`: talk to the assistant in the terminal, without servers."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @app.command()
    def ask(text: str, as_json: Annotated[bool, typer.Option("--json", help="Print what was understood as one JSON object.")] = False) -> None:
        """Ask one question; with --json also the topics, the scam verdict and the citations."""
        result = asyncio.run(_ask(text))
        if as_json:
            typer.echo(json.dumps(result, ensure_ascii=False))
        else:
            typer.echo("\n\n".join(result["reply"]))

    @app.command()
    def chat() -> None:
        """Talk in the terminal; a number presses a button, an empty line ends."""
        asyncio.run(_chat())


async def _ask(text: str) -> dict[str, Any]:
    from bot.nlu.resolution import topics_of
    from bot.runtime.in_process import Assistant
    from bot.runtime.settings import Settings

    assistant = Assistant(Settings.load())
    parsed = await assistant.parse(text)
    messages = await assistant.say(text)
    scam = parsed.get("scam") or {}
    cards = [message["custom"] for message in messages if message.get("custom")]
    return {
        "topics": [{"topic": topic, "confidence": round(confidence, 4)} for topic, confidence in topics_of(parsed)],
        "verdict": scam.get("verdict", "none"),
        "score": scam.get("score", 0.0),
        "signals": scam.get("signals", []),
        "reply": [line for message in messages for line in _lines(message)],
        "citations": [citation for card in cards for citation in card.get("citations", [])],
        "buttons": [button for message in messages for button in message.get("buttons") or []],
        "entities": parsed.get("entities", []),
    }


def _lines(message: dict[str, Any]) -> list[str]:
    card = message.get("custom") or {}
    lines = [message.get("text"), card.get("title"), card.get("words"), card.get("text")]
    return [line for line in [*lines, *card.get("more", []), *card.get("items", []), *card.get("advice", [])] if line]


async def _chat() -> None:
    from bot.runtime.in_process import Assistant
    from bot.runtime.settings import Settings

    assistant = Assistant(Settings.load())
    buttons: list[dict[str, str]] = []
    while said := typer.prompt(">", default="", show_default=False):
        pressed = buttons[int(said) - 1]["payload"] if said.isdecimal() and 0 < int(said) <= len(buttons) else said
        messages = await assistant.say(pressed, "terminal")
        buttons = [button for message in messages for button in message.get("buttons") or []]
        for message in messages:
            typer.echo("\n".join(_lines(message)))
        for number, button in enumerate(buttons, start=1):
            typer.echo(f"  {number}. {button['title']}")
