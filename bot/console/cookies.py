"""The console's cookies, all set the same way: unreadable for scripts, and never sent in the clear where there is HTTPS."""

from __future__ import annotations

from typing import Literal

from sanic import HTTPResponse

SESSION = "guard_console"
LOGIN_FORM = "guard_console_login"
# Strict would log out whoever follows a colleague's link; the login form's cookie is only ever needed on this site.
SAME_SITE: dict[str, Literal["Lax", "Strict"]] = {SESSION: "Lax", LOGIN_FORM: "Strict"}


def keep(answer: HTTPResponse, name: str, value: str, seconds: int, secure: bool) -> None:
    """Give the browser a cookie.

    Args:
        answer: The response it goes with.
        name: `SESSION` or `LOGIN_FORM`.
        value: Its value.
        seconds: How long the browser keeps it.
        secure: Whether it may only travel by HTTPS.
    """
    answer.add_cookie(name, value, path="/", httponly=True, samesite=SAME_SITE[name], secure=secure, max_age=seconds)


def forget(answer: HTTPResponse, name: str, secure: bool) -> None:
    """Make the browser drop a cookie. Sanic's own way marks it Secure, which browsers ignore without HTTPS."""
    keep(answer, name, "", 0, secure)
