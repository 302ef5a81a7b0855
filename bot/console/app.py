"""The console as a Sanic app."""

from __future__ import annotations

import logging
import uuid
from pathlib import Path
from typing import Any

from sanic import HTTPResponse, Request, Sanic
from sanic.exceptions import BadRequest, SanicException
from sanic.response import BaseHTTPResponse, html, json
from sqlalchemy.exc import OperationalError

from bot.console import house as houses
from bot.console import limits
from bot.console.gate import Gate
from bot.console.pages import account, audit, evidence, login, statistics, tip_off, tip_offs, transcripts
from bot.console.rendering import environment
from bot.console.settings import ConsoleSettings

STATIC = Path(__file__).parent / "static"
HEADERS = {
    # Nothing runs, loads or leaves but this site's own files; a stored script stays text even if escaping failed.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
FAILURES = {404: "no_such_page", 413: "too_large", 503: "store_unavailable"}

log = logging.getLogger(__name__)


def create_app(settings: ConsoleSettings) -> Sanic[Any, Any]:
    """Build the console.

    Args:
        settings: Where its stores are and how it is reached.

    Returns:
        An app of its own name, so that several can live in one process. Run it with `run`.
    """
    app: Sanic[Any, Any] = Sanic(f"guard-console-{uuid.uuid4().hex}", configure_logging=False)
    app.config.update(REQUEST_MAX_SIZE=limits.MAX_REQUEST_BYTES, FALLBACK_ERROR_FORMAT="text", MOTD=False, TOUCHUP=False, AUTO_EXTEND=False)
    if settings.proxies:
        app.config.PROXIES_COUNT = settings.proxies
    house = houses.build(settings)
    gate = Gate(app, house, environment(house.wording, house.desk.catalog))
    app.static("/static", STATIC, name="static")
    login.register(app, gate)
    account.register(gate)
    transcripts.register(gate)
    tip_offs.register(gate)
    tip_off.register(gate)
    evidence.register(gate)
    statistics.register(gate)
    audit.register(gate)

    @app.get("/health", name="health")
    async def health(_request: Request) -> HTTPResponse:
        with house.engine.connect():
            return json({"status": "ok"})

    async def protect(request: Request, response: BaseHTTPResponse) -> None:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        static = request.path.startswith("/static/")
        response.headers["Cache-Control"] = f"public, max-age={limits.STATIC_MAX_AGE_SECONDS}" if static else "no-store"
        if settings.secure_cookies:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"

    async def refuse_nul(request: Request) -> None:
        if b"%00" in request.raw_url.partition(b"?")[0]:
            raise BadRequest  # no file or id has it, and the file system answers with an error of its own

    app.register_middleware(protect, "response")
    app.register_middleware(refuse_nul, "request")

    @app.exception(Exception)
    async def apologise(request: Request, error: Exception) -> HTTPResponse:
        # Every failure becomes a page in words; only Sanic's own (unknown page, too large, broken request) have a status of their own.
        status = error.status_code if isinstance(error, SanicException) else 503 if isinstance(error, OperationalError) else 500
        if status >= 500:
            log.error("%s %s failed", request.method, request.path, exc_info=error)
        message = house.wording.errors[FAILURES.get(status, "broken" if status >= 500 else "bad_request")]
        return html(gate.templates.get_template("message.html").render(message=message, account=None, csrf=""), status=status)

    return app


def run(app: Sanic[Any, Any], host: str, port: int) -> None:
    """Serve the console until it is stopped.

    Args:
        app: From `create_app`.
        host: Address to listen on.
        port: TCP port.
    """
    app.run(host=host, port=port, single_process=True, access_log=False, motd=False)
