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
        """Forget conversations that are older than the retention period, in the record and in Rasa's tracker."""
        from datetime import UTC, datetime, timedelta

        from bot.runtime.erasure import purge_conversations
        from bot.runtime.settings import Settings

        erased = purge_conversations(Settings.load(), datetime.now(UTC) - timedelta(days=days), dry_run=dry_run)
        done = "would be forgotten" if dry_run else "forgotten"
        typer.echo(f"{done}: {erased.tracker_events} tracker events, {erased.transcript_events} transcript events")
