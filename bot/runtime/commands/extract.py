"""`guard extract`: read fields, agency and urgency out of narratives."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def extract(file: Annotated[str, typer.Argument(help='JSON lines {"text": …}; - for standard input.')]) -> None:
        """Print one JSON object for each narrative: fields, lead agency, co-agencies, urgency and the routing rule."""
        import json
        import sys
        from contextlib import nullcontext
        from pathlib import Path

        from bot.intake.catalog import IntakeCatalog
        from bot.intake.extraction import extract as read_narrative
        from bot.runtime.settings import PROJECT_ROOT

        catalog = IntakeCatalog.load(PROJECT_ROOT / "data" / "intake")
        failed = 0
        with nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    text = json.loads(line.decode("utf-8", errors="replace"))["text"]
                    found = read_narrative(catalog, str(text))
                except (ValueError, KeyError, TypeError) as error:
                    # One bad row must not cost the others; it gets an answer of its own, so rows and answers stay in step.
                    failed += 1
                    typer.echo(json.dumps({"line": number, "error": f"not a row with a text: {error}"}, ensure_ascii=False))
                    continue
                decision = found.decision
                typer.echo(json.dumps({
                    "fields": found.fields.found(), "lead_agency": decision.lead_agency, "co_agencies": list(decision.co_agencies),
                    "urgent": decision.urgent, "rule": decision.rule, "kind": found.kind, "legal_basis": decision.legal_basis,
                }, ensure_ascii=False))  # fmt: skip
        if failed:
            typer.echo(f"{failed} lines could not be read", err=True)
