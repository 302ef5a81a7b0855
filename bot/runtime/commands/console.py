"""`guard console`: serve the staff console, and manage its accounts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.console.accounts import Accounts


class RoleName(StrEnum):
    """The roles as typed; `bot.console.roles` says what each may do. Repeated here so that `guard --help` does not load the console."""

    WORKER = "worker"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    console = typer.Typer(no_args_is_help=True, help="The hotline staff's console and its accounts.")
    app.add_typer(console, name="console")

    @console.command()
    def serve(
        host: str | None = None,
        port: int | None = None,
        secure_cookies: Annotated[bool, typer.Option(help="Browsers reach the console by HTTPS.")] = False,
        proxies: Annotated[int, typer.Option(help="Reverse proxies in front whose forwarding headers are believed.")] = 0,
    ) -> None:
        """Serve the console until Ctrl-C."""
        from bot.console.app import create_app, run
        from bot.console.settings import ConsoleSettings
        from bot.runtime.settings import Settings
        from bot.runtime.stores import EVIDENCE_FOLDER

        settings = Settings.load()
        console_settings = ConsoleSettings(
            console_url=settings.database_url_console,
            transcripts_url=settings.database_url_transcripts,
            intake_url=settings.database_url_intake,
            evidence_folder=settings.data_dir / EVIDENCE_FOLDER,
            keyring_path=settings.keyring_path,
            secret_key=settings.secret_key,
            secure_cookies=secure_cookies,
            proxies=proxies,
        )
        run(create_app(console_settings), host or settings.console_host, port or settings.console_port)

    @console.command("add-user")
    def add_user(name: str, role: Annotated[RoleName, typer.Option(help="worker, supervisor or auditor")]) -> None:
        """Make an account. The password is asked for, or read from standard input: a command line is seen by everyone on the machine."""
        from bot.console.roles import Role

        with _words():
            _accounts().add(name, Role(role), _password())
        typer.echo(f"{name}: {role}")

    @console.command("set-password")
    def set_password(name: str) -> None:
        """Give an account a new password and end its sessions."""
        with _words():
            _accounts().set_password(name, _password())

    @console.command("set-role")
    def set_role(name: str, role: RoleName) -> None:
        """Change what an account may do."""
        from bot.console.roles import Role

        with _words():
            _accounts().set_role(name, Role(role))

    @console.command("disable-user")
    def disable_user(name: str, again: Annotated[bool, typer.Option("--enable", help="Let the account in again.")] = False) -> None:
        """Shut an account out at once."""
        with _words():
            _accounts().disable(name, disabled=not again)

    @console.command("remove-second-factor")
    def remove_second_factor(name: str) -> None:
        """For someone who lost their phone."""
        with _words():
            _accounts().remove_totp(name)

    @console.command("users")
    def users() -> None:
        """List the accounts."""
        for account in _accounts().all():
            marks = ", ".join(["second factor"] * account.second_factor + ["disabled"] * account.disabled)
            typer.echo(f"{account.name}\t{account.role}\t{marks}")


@contextmanager
def _words() -> Iterator[None]:
    """Tell what the person can put right, and nothing more."""
    from bot.console.errors import ConsoleError
    from bot.console.wording import load_wording

    try:
        yield
    except ConsoleError as error:
        typer.echo(load_wording().errors[error.key], err=True)
        raise typer.Exit(1) from error


def _accounts() -> Accounts:
    from bot.console.house import open_accounts
    from bot.privacy.keyring import Keyring
    from bot.runtime.settings import Settings

    settings = Settings.load()
    return open_accounts(settings.database_url_console, Keyring.load_or_create(settings.keyring_path))[1]


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
