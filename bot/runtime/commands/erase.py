"""`guard erase`: forget a person's conversation wherever it is kept."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def erase(conversation: Annotated[str, typer.Argument(help="The conversation's id as the console shows it, or Rasa's sender id.")]) -> None:
        """Forget a conversation in the tracker, the transcripts and unfinished tip-offs. Submitted tip-offs: `guard intake erase`."""
        from bot.runtime.erasure import erase_conversation
        from bot.runtime.settings import Settings

        erased = erase_conversation(Settings.load(), conversation)
        typer.echo(f"forgotten: {erased.tracker_events} tracker events, {erased.transcript_events} transcript events")
        if not erased.tracker_events and not erased.transcript_events:
            typer.echo("No store knows this conversation.", err=True)
            raise typer.Exit(1)
