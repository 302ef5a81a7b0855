"""`guard eval topics`: measure topic recognition on labelled sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    measures = typer.Typer(help="Measure the assistant on labelled files.", no_args_is_help=True)
    app.add_typer(measures, name="eval")

    # The group would vanish if it had a single command.
    @measures.callback()
    def _measure() -> None:
        pass

    @measures.command()
    def topics(
        file: Annotated[str, typer.Argument(help='JSON lines {"text": …, "topics": […]}; - for standard input.')],
        report: Annotated[Path | None, typer.Option(help="Folder for an HTML report with reliability and confusion plots.")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="One line instead of an indented object.")] = False,
    ) -> None:
        """Print top-1, top-3, out-of-scope and refusal figures as a JSON object."""
        import asyncio
        import json
        import sys

        from bot.nlu.evaluation import RowError, evaluate, read_rows
        from bot.runtime import logs
        from bot.runtime.in_process import Assistant
        from bot.runtime.settings import Settings

        logs.configure()
        try:
            lines = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
            rows = read_rows(lines.splitlines())
        except (OSError, UnicodeDecodeError, RowError) as error:
            typer.echo(f"{file}: {error}", err=True)
            raise typer.Exit(2) from error
        assistant = Assistant(Settings.load())
        with asyncio.Runner() as runner:
            evaluation = evaluate(rows, lambda text: runner.run(assistant.parse(text)))
        typer.echo(json.dumps(evaluation.figures(), ensure_ascii=False, indent=None if as_json else 2))
        if report is not None:
            from bot.nlu.report import write_report

            typer.echo(f"Report: {write_report(evaluation, report)}", err=True)
