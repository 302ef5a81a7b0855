"""`guard transcripts`: forget conversations, when their time is over or a person asks."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
    transcripts = typer.Typer(no_args_is_help=True, help="The searchable record of conversations.")
    app.add_typer(transcripts, name="transcripts")

    @transcripts.command()
    def purge(
        days: Annotated[int, typer.Option(min=1, help="Keep this many days.")],
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    ) -> None:
        """Forget what is older than the retention period."""
        from datetime import UTC, datetime, timedelta

        from bot.runtime.settings import Settings
        from bot.runtime.stores import transcript_store

        count = transcript_store(Settings.load()).purge(datetime.now(UTC) - timedelta(days=days), dry_run)
        typer.echo(f"{count} events {'would be forgotten' if dry_run else 'forgotten'}")

    @transcripts.command()
    def erase(sender_id: str) -> None:
        """Forget everything about one person; SENDER_ID is the one Rasa knows them by."""
        from bot.runtime.settings import Settings
        from bot.runtime.stores import transcript_store

        typer.echo(f"{transcript_store(Settings.load()).erase(sender_id)} events forgotten")
