"""`guard knowledge check`: is what the assistant knows complete, consistent and safe to say?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to the `guard` application."""
    knowledge = typer.Typer(help="What the assistant knows.", no_args_is_help=True)

    @knowledge.command("check")
    def check(directory: Annotated[Path | None, typer.Argument(help="The knowledge folder; data/knowledge by default.")] = None) -> None:
        """Check schemas, references, sources, numbers to call and every text; status 1 and one line a problem when something is wrong."""
        # Imported here so that the command line starts without loading the knowledge.
        from bot.knowledge.check import find_problems
        from bot.runtime.settings import PROJECT_ROOT

        problems = find_problems(directory or PROJECT_ROOT / "data" / "knowledge")
        for problem in problems:
            typer.echo(problem, err=True)
        if problems:
            raise typer.Exit(1)
        typer.echo("knowledge: no problems")

    app.add_typer(knowledge, name="knowledge")
