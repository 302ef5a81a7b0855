"""`guard rasa …`: every command of Rasa, on the lean installation."""

from __future__ import annotations

import sys

import typer

# Rasa reads every file below data/ unless told otherwise, and takes other packages' YAML with a key `rules` for its own.
OUR_DATA = ("data/nlu", "data/rules")
DATA_OPTIONS = {
    ("train", "nlu"): ("--nlu", OUR_DATA[:1]),
    ("train", "core"): ("--stories", OUR_DATA[1:]),
    ("train",): ("--data", OUR_DATA),
    ("interactive",): ("--data", OUR_DATA),
    ("data", "validate"): ("--data", OUR_DATA),
    ("data", "split", "nlu"): ("--nlu", OUR_DATA[:1]),
    ("test", "nlu"): ("--nlu", OUR_DATA[:1]),
}


def with_our_data(arguments: list[str]) -> list[str]:
    """Return Rasa's arguments with the folders of its own data where the command reads data and none are named."""
    for words, (option, folders) in DATA_OPTIONS.items():
        if tuple(arguments[: len(words)]) == words and not {option, "--help", "-h"} & set(arguments):
            return [*arguments, option, *folders]
    return arguments


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
    def rasa(context: typer.Context) -> None:
        """Run any Rasa command, for example `guard rasa shell` or `guard rasa data validate`."""
        from bot.runtime import lean

        lean.prepare()
        from bot.runtime.settings import Settings

        Settings.load().export()
        from rasa.__main__ import main

        sys.argv = ["rasa", *with_our_data(context.args)]
        main()
