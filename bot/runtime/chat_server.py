"""The chat server: Rasa on Sanic with our channels and the chat page."""

from __future__ import annotations

import logging
import os
from functools import cache, partial
from pathlib import Path
from typing import Any

from bot.runtime import lean
from bot.runtime.settings import PROJECT_ROOT, Settings

lean.prepare()

from rasa.core.channels import channel  # noqa: E402  (Rasa can only be imported after lean.prepare)
from rasa.core.run import close_resources, create_http_input_channels, load_agent_on_start  # noqa: E402
from rasa.core.utils import AvailableEndpoints  # noqa: E402
from sanic import HTTPResponse, Request, Sanic, response  # noqa: E402

from bot.channels.evidence import set_evidence_desk  # noqa: E402
from bot.channels.screenshots import reading_hook  # noqa: E402
from bot.channels.web import register_page, set_image_hook  # noqa: E402
from bot.runtime import action_results, stores  # noqa: E402
from bot.scam.screenshot import ScreenshotReader  # noqa: E402
from bot.scam.words import load_words  # noqa: E402

logger = logging.getLogger(__name__)

WEBHOOK_ROUTE = "/webhooks/"
MAX_REQUEST_BYTES = 24 * 1024 * 1024  # a piece of evidence (data/intake/limits.yml) and what is around it


def create_app(settings: Settings, model: Path) -> Sanic[Any, Any]:
    """Build the app.

    Rasa's own HTTP API is left out: without a token it shows every conversation to anyone who can reach the port.

    Args:
        settings: The installation's settings.
        model: The trained model (.tar.gz).

    Returns:
        The Sanic app; it loads the model when it starts.
    """
    settings.export()
    action_results.install()
    app: Sanic[Any, Any] = Sanic("surrender_guard_chat", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = MAX_REQUEST_BYTES
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.ctx.settings = settings
    channels = create_http_input_channels(None, str(PROJECT_ROOT / "credentials.yml"))
    channel.register(channels, app, route=WEBHOOK_ROUTE)
    register_page(app)
    reader = ScreenshotReader()
    data = PROJECT_ROOT / "data"
    set_image_hook(app, reading_hook(reader, data / "channels" / "screenshots.yml", load_words(data / "scam").errors))
    set_evidence_desk(app, cache(lambda: stores.intake_desk(settings)))

    @app.after_server_start
    async def start_reading(_: Sanic[Any, Any]) -> None:
        # Loads in a process of its own, so that the first person with a screenshot does not wait for it.
        reader.start()

    @app.after_server_stop
    async def stop_reading(_: Sanic[Any, Any]) -> None:
        reader.close()

    @app.get("/health")
    async def health(_: Request) -> HTTPResponse:
        ready = getattr(app.ctx, "agent", None) is not None and app.ctx.agent.is_ready()
        return response.json({"status": "ok" if ready else "loading"}, status=200 if ready else 503)

    endpoints = AvailableEndpoints.read_endpoints(str(PROJECT_ROOT / "endpoints.yml"))
    app.register_listener(partial(load_agent_on_start, str(model), endpoints, None), "before_server_start")
    app.register_listener(_refuse_to_run_without_model, "after_server_start")
    app.register_listener(close_resources, "after_server_stop")
    return app


async def _refuse_to_run_without_model(app: Sanic[Any, Any]) -> None:
    """End the process when the model did not load: Rasa logs the reason and would go on answering nobody."""
    if not app.ctx.agent.is_ready():
        logger.error("The model could not be loaded; the lines above say why. Run `guard train --force` after correcting it.")
        os._exit(1)


def serve(settings: Settings, model: Path) -> None:
    """Serve until stopped.

    Args:
        settings: Where to listen.
        model: The trained model (.tar.gz).
    """
    app = create_app(settings, model)
    app.run(host=settings.chat_host, port=settings.chat_port, access_log=False, motd=False)
