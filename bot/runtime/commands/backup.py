"""`guard backup` and `guard restore`: the whole intake in one archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @app.command()
    def backup(target: Annotated[Path, typer.Argument(help="The archive to write, such as guard-2026-11-23.tar.gz.")]) -> None:
        """Back up tip-offs and evidence, still encrypted. The key file is not in it: keep a copy of it elsewhere."""
        from bot.intake.backup import BackupError, make_backup
        from bot.runtime.commands.intake import open_desk, telling

        desk = open_desk()
        try:
            with telling(desk):
                summary = make_backup(desk.store, target)
        except BackupError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from error
        typer.echo(f"{target}: tip-offs {summary.rows['tip_offs']}, files {summary.files}. Keep {desk.store.keyring.path} apart from it.")

    @app.command()
    def restore(source: Annotated[Path, typer.Argument(help="An archive made by `guard backup`.")]) -> None:
        """Fill an empty intake from a backup and check it."""
        from bot.intake.backup import BackupError, restore_backup
        from bot.intake.verification import verify
        from bot.runtime.commands.intake import open_desk, telling

        desk = open_desk()
        try:
            with telling(desk):
                summary = restore_backup(desk.store, source)
                report = verify(desk.store)
        except BackupError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from error
        for problem in report.problems:
            typer.echo(problem, err=True)
        typer.echo(f"tip-offs {summary.rows['tip_offs']}, files {summary.files}: {'intact' if report.is_intact else 'does not fit'}")
        raise typer.Exit(0 if report.is_intact else 1)
