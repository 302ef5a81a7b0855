"""The one way into a page: who is asking, may they, and is the form really theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment
from sanic import HTTPResponse, Request, Sanic
from sanic.response import html, redirect, text

from bot.console import cookies
from bot.console.accounts import Account
from bot.console.audit import Act
from bot.console.errors import ConsoleError
from bot.console.house import House
from bot.console.rendering import link
from bot.console.roles import Permission
from bot.console.sessions import Session
from bot.intake.errors import IntakeError
from bot.privacy.keyed_hash import same_hash
from bot.transcripts import TranscriptError

STATUS = {"unknown_conversation": 404, "tip_off_unknown": 404, "field_unknown": 404, "state_changed_meanwhile": 409, "store_unavailable": 503}
PersonError = ConsoleError | TranscriptError | IntakeError


@dataclass(frozen=True)
class Visit:
    """One request by someone who may make it."""

    request: Request
    house: House
    templates: Environment
    account: Account
    session: Session
    parts: dict[str, str] = field(default_factory=dict)

    def form(self, name: str) -> str:
        """Read a form field; a missing one is empty."""
        return form_value(self.request, name)

    def query(self, name: str) -> str:
        """Read a value of the address's query; a missing one is empty."""
        return str(self.request.args.get(name) or "")

    def clean_address(self, asked: dict[str, str]) -> str:
        """Write this page's address with only the filters that are set, short enough to send to a colleague."""
        return link(self.request.path, **asked)

    def page_number(self) -> int:
        """Read which page of a list is wanted, counted from 1."""
        wanted = self.query("page")
        return int(wanted) if wanted.isascii() and wanted.isdigit() and 0 < len(wanted) < 6 else 1

    def render(self, template: str, status: int = 200, **values: Any) -> HTTPResponse:
        """Answer with a page."""
        return html(self.templates.get_template(template).render(visit=self, account=self.account, csrf=self.session.csrf, **values), status=status)

    def note(self, act: Act, tip_off_id: str | None = None, **detail: str) -> None:
        """Write an act of this person into the audit log."""
        self.house.audit.write(self.account.name, act, tip_off_id, **detail)


Page = Callable[[Visit], HTTPResponse]
Answer = Callable[..., Coroutine[Any, Any, HTTPResponse]]


class Gate:
    """Registers pages on an app, each behind the checks.

    Args:
        app: The Sanic app.
        house: What pages work with.
        templates: From `bot.console.rendering.environment`.
    """

    def __init__(self, app: Sanic[Any, Any], house: House, templates: Environment) -> None:
        self._app = app
        self.house = house
        self.templates = templates

    def page(self, path: str, may: Permission, post: bool = False) -> Callable[[Page], Page]:
        """Register a page.

        Args:
            path: Its route, such as `/transcripts/<conversation>`.
            may: What the account must be allowed.
            post: Whether it changes something: then it takes only POST with the session's form token.

        Returns:
            A decorator for a plain function; it runs in a thread, because the stores block.
        """

        def register(page: Page) -> Page:
            async def answer(request: Request, **parts: str) -> HTTPResponse:
                return await asyncio.to_thread(self._answer, page, may, post, request, parts)

            name = f"{page.__module__.rpartition('.')[2]}_{page.__name__}"
            self._app.add_route(answer, path, methods=["POST"] if post else ["GET"], name=name)
            return page

        return register

    def _answer(self, page: Page, may: Permission, post: bool, request: Request, parts: dict[str, str]) -> HTTPResponse:
        session = self.house.sessions.read(request.cookies.get(cookies.SESSION))
        account = self.house.accounts.find(session.account) if session else None
        if session is None or account is None or account.disabled:
            return self.explain(ConsoleError("login_ended", 401)) if post else self._to_login(request)
        visit = Visit(request, self.house, self.templates, account, session, parts)
        try:
            if post:
                refuse_foreign(request)
                if not same_hash(visit.form("csrf"), session.csrf):
                    raise ConsoleError("form_too_old", 403)
            if not account.role.may(may):
                visit.note(Act.REFUSED, page=request.path)
                raise ConsoleError("not_allowed", 403)
            return page(visit)
        except (ConsoleError, TranscriptError, IntakeError) as error:
            return self.explain(error, account, session)

    @staticmethod
    def _to_login(request: Request) -> HTTPResponse:
        if request.headers.get("HX-Request"):
            return text("", status=401, headers={"HX-Refresh": "true"})  # htmx would put the login page into the middle of a list
        wanted = request.path + (f"?{request.query_string}" if request.query_string else "")
        return redirect(link("/login", next="" if wanted == "/" else wanted), status=303)

    def explain(self, error: PersonError, account: Account | None = None, session: Session | None = None) -> HTTPResponse:
        """Answer with what went wrong, in words."""
        page = self.templates.get_template("message.html")
        return html(page.render(message=self.words_for(error), account=account, csrf=session.csrf if session else ""), status=status_of(error))

    def words_for(self, error: PersonError) -> str:
        """Say what went wrong: the console's own words where it has some, else those of the intake."""
        own = self.house.wording.errors.get(error.key)
        return own or self.house.desk.words_for(error) if isinstance(error, IntakeError) else self.house.wording.errors[error.key]


def status_of(error: PersonError) -> int:
    """Find the HTTP status that goes with an error."""
    return error.status if isinstance(error, ConsoleError) else STATUS.get(error.key, 400)


def form_value(request: Request, name: str) -> str:
    """Read a form field; a missing one is empty."""
    values = request.form
    return str(values.get(name) or "") if values else ""


def refuse_foreign(request: Request) -> None:
    """Refuse a form another site sent, before its token is even looked at.

    Raises:
        ConsoleError: `form_too_old`.
    """
    origin = request.headers.get("Origin")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"} or (origin and urlsplit(origin).netloc != request.host):
        raise ConsoleError("form_too_old", 403)


def safe_target(target: str) -> str:
    """Keep a redirect after the login on this site.

    Args:
        target: Where the browser says it wanted to go.

    Returns:
        The same path, or `/` when it could lead elsewhere: browsers read `//host`, `/\\host` and control characters as another site.
    """
    parts = urlsplit(target)
    plain = target.isprintable() and not set(target) & set("\\ ")
    return target if plain and target.startswith("/") and not target.startswith("//") and not parts.scheme and not parts.netloc else "/"
