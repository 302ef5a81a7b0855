"""`guard rasa …`: every command of Rasa, on the lean installation."""

from __future__ import annotations

import sys

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
    def rasa(context: typer.Context) -> None:
        """Run any Rasa command, for example `guard rasa shell` or `guard rasa data validate`."""
        from bot.runtime import lean

        lean.prepare()
        from bot.runtime.settings import Settings

        Settings.load().export()
        from rasa.__main__ import main

        sys.argv = ["rasa", *context.args]
        main()
