"""The action server: rasa-sdk's own app in one process, without what we do not use."""

from __future__ import annotations

import logging
from typing import Any

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import Sanic

from bot.runtime.settings import Settings

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


def serve(settings: Settings) -> None:
    """Serve until stopped.

    Args:
        settings: Where to listen.
    """
    # No cross-origin requests: a web page must not be able to run actions on the operator's machine.
    app: Sanic[Any, Any] = create_app(create_executor(), cors_origins=[])
    app.run(host=settings.actions_host, port=settings.actions_port, single_process=True, access_log=False, motd=False)
