"""`guard up`: everything on one machine."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def up() -> None:
        """Start the chat, action and console servers; Ctrl-C stops them."""
        from bot.runtime import supervisor
        from bot.runtime.settings import Settings
        from bot.runtime.stores import upgrade_all
        from bot.runtime.training import TrainingError, ensure_model

        settings = Settings.load()
        try:
            typer.echo(f"model:    {ensure_model(settings)}")
        except TrainingError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from error
        upgrade_all(settings)
        typer.echo("starting: this takes about ten seconds")
        raise typer.Exit(supervisor.run(settings, typer.echo))
