"""The `guard` command: one entry to everything an operator or developer does."""

from __future__ import annotations

import importlib
import pkgutil

import typer

from bot.runtime import commands, logs

app = typer.Typer(
    name="guard",
    help="The Surrender Guard: an assistant against the agent-surrender black market.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def main() -> None:
    """Run the command line."""
    logs.configure()
    for module in sorted(entry.name for entry in pkgutil.iter_modules(commands.__path__)):
        importlib.import_module(f"{commands.__name__}.{module}").register(app)
    app()
