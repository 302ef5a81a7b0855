"""Lets `python -m bot.runtime` run the `guard` command."""

from bot.runtime.cli import main

main()
