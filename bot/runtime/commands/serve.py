"""`guard serve chat|actions`: one process, for service managers and several machines."""

from __future__ import annotations

from enum import StrEnum

import typer


class Server(StrEnum):
    """The processes that Rasa's side consists of."""

    CHAT = "chat"
    ACTIONS = "actions"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def serve(server: Server) -> None:
        """Run one server in the foreground; `guard up` runs all of them."""
        from bot.runtime.settings import Settings

        settings = Settings.load()
        if server is Server.CHAT:
            from bot.runtime import chat_server
            from bot.runtime.training import ensure_model

            chat_server.serve(settings, ensure_model(settings))
        else:
            from bot.runtime import action_server

            action_server.serve(settings)
