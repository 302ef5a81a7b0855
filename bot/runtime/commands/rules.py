"""`guard rules`: check the scam rules, and see what a change of them does."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
    rules = typer.Typer(help="Check and try changes of the scam rules.", no_args_is_help=True)
    app.add_typer(rules, name="rules")

    @rules.command()
    def check() -> None:
        """Check schema, conflicts, examples that must hit and counter-examples that must not."""
        from bot.runtime.settings import PROJECT_ROOT
        from bot.scam.rulebook import check_rules

        wrong = check_rules(PROJECT_ROOT / "data" / "scam")
        for line in wrong:
            typer.echo(line)
        if wrong:
            raise typer.Exit(1)
        typer.echo("all rules are in order")

    @rules.command("replay")
    def replay_texts(
        file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help='JSON lines {"text": …, "verdict": as judged before}.')],
    ) -> None:
        """Print the texts that the rules as they are now judge otherwise than before."""
        from bot.runtime.settings import PROJECT_ROOT, Settings
        from bot.scam.detector import ScamDetector
        from bot.scam.errors import ScamInputError
        from bot.scam.rulebook import replay

        detector = ScamDetector.load(PROJECT_ROOT / "data" / "scam", Settings.load().models_dir)
        changed = 0
        with file.open(encoding="utf-8", errors="replace") as lines:
            try:
                for change in replay(detector, lines):
                    changed += 1
                    typer.echo(f"{change.before} -> {change.after}\t{','.join(change.rules)}\t{change.text}")
            except ScamInputError as error:
                typer.echo(f"cannot read {file}: {error}", err=True)
                raise typer.Exit(2) from error
        typer.echo(f"{changed} verdicts changed", err=True)

    @rules.command()
    def tables() -> None:
        """Make data/scam/characters.tsv anew, after the keywords that people disguise have changed."""
        from bot.runtime.settings import PROJECT_ROOT
        from bot.scam.build_tables import build_tables
        from bot.scam.data import DisguiseData, load_yaml

        data_dir = PROJECT_ROOT / "data" / "scam"
        data = load_yaml(data_dir / "disguise.yml", DisguiseData)
        (data_dir / "characters.tsv").write_text("\n".join(build_tables(data.keywords, data.radicals)) + "\n", encoding="utf-8")
