"""What the page sends, checked before anything else sees it."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final, cast

from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from sanic.http import Http
from sanic.request import Request

from bot.channels.limits import MAX_TEXT_CHARACTERS

_MESSAGE_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
# Line breaks and tabs are how a pasted chat is laid out; every other control character is noise, and NUL is refused by PostgreSQL.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_TYPED_SLASH: Final = "\N{FULLWIDTH SOLIDUS}"


class ChannelError(Exception):
    """A request the person (or the page) can put right.

    Args:
        code: A field of `web_words.Errors`; its words are what the person reads.
        status: The HTTP status of the JSON error.
    """

    def __init__(self, code: str, status: int) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


@dataclass(frozen=True)
class IncomingMessage:
    """One message from the page.

    Attributes:
        text: What Rasa is to read: typed words, or the payload of a button.
        message_id: The page's own id; a second delivery carries the same one.
        shown: The words on the button that was pressed, which is what the person believes they said; None when typed.
    """

    text: str
    message_id: str
    shown: str | None

    @property
    def is_command(self) -> bool:
        """Whether Rasa would take the text for an intent instead of reading it."""
        return self.text.startswith(INTENT_MESSAGE_PREFIX)


async def read_body(request: Request, limit: int, code: str) -> bytes:
    """Read a streamed request, but no more than is needed to know that it is too big.

    Args:
        request: A request to a handler with `stream=True`.
        limit: The most bytes to accept.
        code: The error code to use for more.

    Returns:
        The body.

    Raises:
        ChannelError: It is longer than `limit` (status 413).
    """
    body = bytearray()
    stream = cast(Http, request.stream)
    while (chunk := await stream.read()) is not None:
        body += chunk
        if len(body) > limit:
            raise ChannelError(code, 413)
    return bytes(body)


def read_json(content_type: str, body: bytes) -> dict[str, Any]:
    """Read a JSON object.

    Args:
        content_type: The request's Content-Type; anything but JSON is refused, which also stops forms posted from other sites.
        body: The object in UTF-8.

    Returns:
        Its fields.

    Raises:
        ChannelError: `content_type` (415), `encoding` or `malformed` (400).
    """
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise ChannelError("content_type", 415)
    try:
        fields = json.loads(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ChannelError("encoding", 400) from error
    except (ValueError, RecursionError) as error:
        raise ChannelError("malformed", 400) from error
    if not isinstance(fields, dict):
        raise ChannelError("malformed", 400)
    return fields


def parse_message(content_type: str, body: bytes) -> IncomingMessage:
    """Check one message.

    Args:
        content_type: The request's Content-Type; anything but JSON is refused, which also stops forms posted from other sites.
        body: `{"text": …, "id": …, "shown": …}` in UTF-8; `shown` only for buttons.

    Returns:
        The message, with control characters removed.

    Raises:
        ChannelError: With the code that says what is wrong.
    """
    fields = read_json(content_type, body)
    text, shown = fields.get("text"), fields.get("shown")
    if not isinstance(text, str) or not (shown is None or isinstance(shown, str)):
        raise ChannelError("malformed", 400)
    message_id = checked_message_id(fields.get("id"))
    if shown is not None:
        return IncomingMessage(clean_text(text), message_id, clean_text(shown))
    return IncomingMessage(typed_text(text), message_id, None)


def checked_message_id(message_id: object) -> str:
    """Accept a client message id.

    Args:
        message_id: What the page sent.

    Returns:
        The id.

    Raises:
        ChannelError: It is not 8 to 64 letters, digits, `-` or `_`.
    """
    if not isinstance(message_id, str) or not _MESSAGE_ID.fullmatch(message_id):
        raise ChannelError("malformed", 400)
    return message_id


def typed_text(text: str) -> str:
    """Clean text that did not come from a button.

    Args:
        text: Typed, pasted, or read from a screenshot.

    Returns:
        The text as `clean_text` leaves it. A slash at its start is made a full-width one: people must not name intents, and a pasted
        advert must not slip past understanding by starting with one.

    Raises:
        ChannelError: As `clean_text` does.
    """
    text = clean_text(text)
    return _TYPED_SLASH + text[1:] if text.startswith(INTENT_MESSAGE_PREFIX) else text


def clean_text(text: str) -> str:
    """Remove what is not text and refuse what says nothing.

    Args:
        text: Any string, even one JSON escapes made invalid.

    Returns:
        The text without control characters and outer white space; nothing else is altered, it may be evidence.

    Raises:
        ChannelError: Nothing is left, it is too long, it has no letter or digit, or it holds half a surrogate pair (no store can keep it).
    """
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not text:
        raise ChannelError("empty", 422)
    if len(text) > MAX_TEXT_CHARACTERS:
        raise ChannelError("too_long", 413)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ChannelError("encoding", 400) from error
    if not any(unicodedata.category(character)[0] in "LN" for character in text):
        raise ChannelError("no_words", 422)
    return text
