"""`guard train`: train the model from `data/`."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def train(force: Annotated[bool, typer.Option(help="Train even when nothing has changed.")] = False) -> None:
        """Train the model; does nothing when nothing it depends on has changed."""
        from bot.runtime.settings import Settings
        from bot.runtime.training import TrainingError, ensure_model

        try:
            typer.echo(f"Model ready: {ensure_model(Settings.load(), force=force)}")
        except TrainingError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from error
