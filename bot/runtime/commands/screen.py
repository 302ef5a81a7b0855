"""`guard screen`: judge texts and conversations in bulk, with the verdicts of the chat."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PROGRESS_SECONDS = 5.0


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def screen(
        file: Annotated[str, typer.Argument(help="JSONL, CSV, TXT or a chat export (.chat, or --format chat); - for standard input.")],
        as_json: Annotated[bool, typer.Option("--json", help="JSON lines; this is also the default.")] = True,  # noqa: ARG001  (a promise)
        workers: Annotated[int, typer.Option(min=1, max=64, help="Processes to use.")] = 1,
        html: Annotated[Path | None, typer.Option(help="Also write a page that marks the words that gave a text away.")] = None,
        output: Annotated[Path | None, typer.Option(help="Write verdicts here instead of to standard output.")] = None,
        resume: Annotated[bool, typer.Option(help="Go on where an interrupted run into --output stopped.")] = False,
        form: Annotated[str, typer.Option("--format", help="jsonl, csv, txt or chat; by default what the file's name says.")] = "",
    ) -> None:
        """Print one JSON object for each row, in order: verdict, score, signals with offsets into the raw text, stage."""
        import sys
        import time
        from contextlib import ExitStack
        from itertools import islice

        from bot.runtime.settings import PROJECT_ROOT, Settings
        from bot.scam.bulk import FORMATS, read_rows, screen_all
        from bot.scam.data import load_signals
        from bot.scam.errors import ScamInputError
        from bot.scam.report import HtmlReport

        chosen = form or Path(file).suffix.lstrip(".").lower() or "jsonl"
        if chosen not in FORMATS:
            raise typer.BadParameter(f"{chosen!r} is no format that can be read; --format takes {', '.join(FORMATS)}")
        if resume and output is None:
            raise typer.BadParameter("--resume needs --output")
        data_dir = PROJECT_ROOT / "data" / "scam"
        with ExitStack() as open_files:
            try:
                source = sys.stdin.buffer if file == "-" else open_files.enter_context(Path(file).open("rb"))
            except OSError as error:
                raise typer.BadParameter(f"cannot read {file}: {error.strerror}") from error
            done = _finished_lines(output) if resume and output else 0
            out = open_files.enter_context(output.open("a" if done else "w", encoding="utf-8")) if output else sys.stdout
            report = None
            if html:
                report = HtmlReport(open_files.enter_context(html.open("w", encoding="utf-8")), load_signals(data_dir))
            started = told = time.monotonic()
            count = 0
            try:
                for row, line in screen_all(islice(read_rows(source, chosen), done, None), data_dir, Settings.load().models_dir, workers):
                    if not count:
                        started = time.monotonic()  # loading is no screening
                    out.write(line + "\n")
                    count += 1
                    if report:
                        report.add(row, line)
                    if count % 1000 == 0 and time.monotonic() - told > PROGRESS_SECONDS:
                        told = time.monotonic()
                        typer.echo(f"{done + count} rows", err=True)
            except ScamInputError as error:
                typer.echo(f"cannot read {file}: {error}", err=True)
                raise typer.Exit(2) from error
            if report:
                report.close()
            out.flush()
        seconds = max(time.monotonic() - started, 1e-6)
        typer.echo(f"{count} rows, {count / seconds:.0f} rows/s", err=True)


def _finished_lines(output: Path) -> int:
    """Count the whole lines of an earlier run and cut off a half-written last one."""
    if not output.exists():
        return 0
    with output.open("rb+") as file:
        lines = 0
        whole = 0
        for line in file:
            if line.endswith(b"\n"):
                lines += 1
                whole += len(line)
        file.truncate(whole)
    return lines
