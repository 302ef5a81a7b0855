"""The action server: rasa-sdk's own app in one process, without what we do not use."""

from __future__ import annotations

import logging
import threading
from typing import Any

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import Sanic

from actions.resources import desk
from bot.intake.catalog import CatalogError
from bot.intake.errors import IntakeError
from bot.runtime.settings import Settings

logger = logging.getLogger(__name__)

ACTIONS_PACKAGE = "actions"


class DomainlessActionExecutor(ActionExecutor):  # type: ignore[misc]
    """Runs actions without the domain.

    rasa-sdk 3.21 answers 449 until it has been sent the domain once; Rasa 3.6 does not know that answer. None of our actions reads it.
    """

    def update_and_return_domain(self, payload: dict[str, Any], action_name: str) -> dict[str, Any]:  # noqa: ARG002
        """Return the domain if it was sent, else an empty one."""
        return payload.get("domain") or {}


def create_executor() -> ActionExecutor:
    """Return an executor that knows every action in `actions/`."""
    logging.getLogger("rasa_sdk.executor").setLevel(logging.WARNING)
    executor = DomainlessActionExecutor()
    executor.register_package(ACTIONS_PACKAGE)
    return executor


async def warm_up(_: Sanic[Any, Any]) -> None:
    """Open the tip-off store before anybody is served, and learn the examples beside serving: no user waits for either.

    The store is opened here and not in the thread, or the first message could open it a second time. A store that cannot be opened now
    is tried again by the first tip-off, and the person is told; everything else works without it.
    """
    try:
        catalog = desk().catalog
    except (IntakeError, CatalogError):
        logger.warning("The tip-off store cannot be opened yet.", exc_info=True)
        return
    threading.Thread(target=catalog.learn_examples, name="learn-examples", daemon=True).start()


def serve(settings: Settings) -> None:
    """Serve until stopped.

    Args:
        settings: Where to listen.
    """
    # No cross-origin requests: a web page must not be able to run actions on the operator's machine.
    app: Sanic[Any, Any] = create_app(create_executor(), cors_origins=[])
    app.register_listener(warm_up, "before_server_start")
    app.run(host=settings.actions_host, port=settings.actions_port, single_process=True, access_log=False, motd=False)
