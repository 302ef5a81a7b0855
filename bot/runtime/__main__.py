"""Lets `python -m bot.runtime` run the `guard` command."""

from bot.runtime.cli import main

if __name__ == "__main__":  # a worker process imports this module again
    main()
