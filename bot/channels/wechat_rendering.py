"""Turns the assistant's messages into WeChat texts: no buttons, no fold-outs, and 2,048 bytes a message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bot.channels.wechat_words import WeChatWords

MAX_TEXT_BYTES = 2048  # of one reply, UTF-8; a Chinese character takes three
RECEIPT_GROUP = 4  # digits between spaces, as people read a card number aloud


def render(messages: Iterable[dict[str, Any]], words: WeChatWords) -> str:
    """Return one text for all messages of a turn.

    Args:
        messages: As the web channel gives them: `text`, `buttons`, `custom`.
        words: The channel's words.

    Returns:
        The text, of any length; see `split`.
    """
    parts: list[str] = []
    buttons: list[dict[str, Any]] = []
    for message in messages:
        if message.get("text"):
            parts.append(message["text"])
        if message.get("custom"):
            parts.extend(_custom(message["custom"], words))
        buttons += message.get("buttons") or []
    if buttons:
        choices = [words.choice.format(number=number, title=button["title"]) for number, button in enumerate(buttons, start=1)]
        parts.append("\n".join([words.choose, *choices]))
    return "\n\n".join(part for part in parts if part)


def _custom(custom: dict[str, Any], words: WeChatWords) -> Iterator[str]:
    match custom.get("type"):
        case "answer":
            yield "\n".join(custom.get("more", ()))
            yield "\n".join(words.basis.format(**citation) for citation in custom.get("citations", ()))
        case "verdict":
            yield words.verdict.format(verdict=getattr(words.verdicts, custom["verdict"]))
            # The same phrase may carry one signal several times; a person needs to read each reason once.
            lines = [words.signal.format(phrase=signal["phrase"], why=signal["why"]) for signal in custom.get("signals", ())]
            yield "\n".join(dict.fromkeys(lines))
            yield "\n".join(custom.get("advice", ()))
        case "receipt":
            digits = custom["receipt"]
            yield words.receipt.format(receipt=" ".join(digits[at : at + RECEIPT_GROUP] for at in range(0, len(digits), RECEIPT_GROUP)))
            yield custom.get("words", "")
        case "evidence":
            yield words.evidence.offer
        case "document":
            yield custom.get("text", "")
        case "checklist":
            yield "\n".join([custom["title"], *custom["items"]])


def split(text: str, words: WeChatWords) -> list[str]:
    """Cut a text into replies of at most `MAX_TEXT_BYTES`, at line ends where possible and never inside a character.

    Args:
        text: Any text.
        words: The channel's words; every part but the last ends with the line that tells how to go on.

    Returns:
        The parts in order, none of them empty.
    """
    if len(text.encode()) <= MAX_TEXT_BYTES:
        return [text]
    budget = MAX_TEXT_BYTES - len(f"\n{words.more}".encode())
    parts: list[str] = []
    while len(text.encode()) > MAX_TEXT_BYTES:
        head = text.encode()[:budget].decode(errors="ignore")
        cut = head.rfind("\n") if "\n" in head[len(head) // 2 :] else len(head)
        parts.append(f"{text[:cut].rstrip()}\n{words.more}")
        text = text[cut:].lstrip("\n")
    return [*parts, text] if text else parts
