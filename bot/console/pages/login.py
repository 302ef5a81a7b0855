"""In and out."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from sanic import HTTPResponse, Request, Sanic
from sanic.response import html, redirect

from bot.console import cookies
from bot.console.accounts import canonical
from bot.console.audit import Act
from bot.console.errors import ConsoleError
from bot.console.gate import Gate, Visit, form_value, refuse_foreign, safe_target
from bot.console.limits import LOGIN_FORM_SECONDS, SESSION_SECONDS
from bot.console.roles import Permission, Role

NONCE_BYTES = 18
HOME = {Role.WORKER: "/tip-offs", Role.SUPERVISOR: "/tip-offs", Role.AUDITOR: "/audit"}


def register(app: Sanic[Any, Any], gate: Gate) -> None:
    """Add the pages.

    Args:
        app: The Sanic app, for the two pages that need no login.
        gate: The way into all others.
    """
    house = gate.house

    def form(request: Request, message: str = "", status: int = 200) -> HTTPResponse:
        nonce = request.cookies.get(cookies.LOGIN_FORM) or secrets.token_urlsafe(NONCE_BYTES)  # kept, or a second tab would spoil the first
        target = safe_target(str(request.args.get("next") or form_value(request, "next")))
        page = gate.templates.get_template("login.html")
        token = house.sessions.login_form_token(nonce)
        answer = html(page.render(message=message, csrf=token, name=form_value(request, "name"), target=target, account=None), status=status)
        cookies.keep(answer, cookies.LOGIN_FORM, nonce, LOGIN_FORM_SECONDS, house.settings.secure_cookies)
        return answer

    def welcome(request: Request) -> HTTPResponse:
        return form(request, "" if house.accounts.any() else house.wording.login["first_account"])

    def enter(request: Request) -> HTTPResponse:
        name = canonical(form_value(request, "name"))
        address = request.remote_addr or request.ip
        try:
            refuse_foreign(request)
            if not house.sessions.login_form_fits(request.cookies.get(cookies.LOGIN_FORM), form_value(request, "csrf")):
                raise ConsoleError("form_too_old", 403)
            house.throttle.enter(address, name)
            account = house.accounts.authenticate(name, form_value(request, "password"), form_value(request, "code"))
        except ConsoleError as error:
            if error.key != "form_too_old":
                house.audit.write(name, Act.LOGIN_THROTTLED if error.key == "throttled" else Act.LOGIN_FAILED, why=error.key)
            return form(request, house.wording.errors[error.key], error.status)
        house.throttle.forgive(address, name)
        house.audit.write(account.name, Act.LOGIN)
        target = safe_target(form_value(request, "next"))
        answer = redirect(HOME[account.role] if target == "/" else target, status=303)
        cookies.keep(answer, cookies.SESSION, house.sessions.open(account.name), SESSION_SECONDS, house.settings.secure_cookies)
        cookies.forget(answer, cookies.LOGIN_FORM, house.settings.secure_cookies)
        return answer

    @app.get("/login", name="login_form")
    async def login_form(request: Request) -> HTTPResponse:
        return await asyncio.to_thread(welcome, request)

    @app.post("/login", name="login")
    async def login(request: Request) -> HTTPResponse:
        return await asyncio.to_thread(enter, request)

    @gate.page("/", may=Permission.ACCOUNT)
    def home(visit: Visit) -> HTTPResponse:
        return redirect(HOME[visit.account.role], status=303)

    @gate.page("/logout", may=Permission.ACCOUNT, post=True)
    def logout(visit: Visit) -> HTTPResponse:
        house.sessions.close(visit.session)
        visit.note(Act.LOGOUT)
        answer = redirect("/login", status=303)
        cookies.forget(answer, cookies.SESSION, house.settings.secure_cookies)
        return answer
