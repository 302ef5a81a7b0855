"""Who is talking: an unguessable session id, signed, in a cookie that scripts and other sites cannot use."""

from __future__ import annotations

import re
import secrets
from typing import Final

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.limits import SESSION_SECONDS

COOKIE: Final = "web_chat_session"
MIN_SECRET_CHARACTERS: Final = 32
_ID_BYTES: Final = 24  # 192 bits: ids are not guessed, even by who can make many
_ID: Final = re.compile(r"web-[A-Za-z0-9_-]{32}")


class SessionCookies:
    """Issues sessions and recognises them.

    Args:
        secret: Signs the ids; at least `MIN_SECRET_CHARACTERS` long, the same for all processes and restarts.
        always_secure: Mark cookies Secure even when the request reached this process over plain HTTP (behind a TLS proxy).

    Raises:
        ValueError: The secret is too short to sign with.
    """

    def __init__(self, secret: str, *, always_secure: bool = False) -> None:
        if len(secret) < MIN_SECRET_CHARACTERS:
            raise ValueError(f"the web chat's secret must have at least {MIN_SECRET_CHARACTERS} characters")
        self._serializer = URLSafeTimedSerializer(secret, salt="web-chat-session")
        self._always_secure = always_secure

    def recognise(self, request: Request) -> str | None:
        """Find out whose request this is.

        Args:
            request: Any request.

        Returns:
            The session's Rasa sender id, or None when the cookie is missing, forged or too old. Ids of other channels are not accepted:
            somebody who learnt another key's use must not become a WeChat user.
        """
        cookie = request.cookies.get(COOKIE)
        if not cookie:
            return None
        try:
            sender_id = self._serializer.loads(cookie, max_age=SESSION_SECONDS)
        except BadSignature:
            return None
        return sender_id if isinstance(sender_id, str) and _ID.fullmatch(sender_id) else None

    def start(self, request: Request, response: HTTPResponse) -> str:
        """Begin a session and hand its cookie to the browser.

        Args:
            request: The request that is being answered.
            response: Its answer; the cookie is added to it.

        Returns:
            The new session's Rasa sender id.
        """
        sender_id = f"web-{secrets.token_urlsafe(_ID_BYTES)}"
        self._set(request, response, self._serializer.dumps(sender_id), SESSION_SECONDS)
        return sender_id

    def end(self, request: Request, response: HTTPResponse) -> None:
        """Take the cookie away, so that the next person at this device starts afresh."""
        self._set(request, response, "", 0)

    def _set(self, request: Request, response: HTTPResponse, value: str, max_age: int) -> None:
        secure = self._always_secure or request.scheme == "https"
        response.add_cookie(COOKIE, value, path="/", httponly=True, samesite="Strict", secure=secure, max_age=max_age)
