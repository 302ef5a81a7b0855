"""Everything the pages work with, built once per process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from bot.console import database
from bot.console.accounts import Accounts
from bot.console.audit import AuditLog
from bot.console.secret_box import SecretBox
from bot.console.sessions import Sessions
from bot.console.settings import ConsoleSettings
from bot.console.throttle import LoginThrottle
from bot.console.wording import Wording, load_wording
from bot.intake import database as intake_database
from bot.intake.catalog import IntakeCatalog
from bot.intake.desk import IntakeDesk
from bot.privacy.keyring import Keyring
from bot.transcripts import TranscriptStore, connect, upgrade

INTAKE_DATA = Path(__file__).resolve().parents[2] / "data" / "intake"


@dataclass(frozen=True)
class House:
    """The stores and helpers every page may use."""

    settings: ConsoleSettings
    engine: Engine
    wording: Wording
    accounts: Accounts
    sessions: Sessions
    throttle: LoginThrottle
    audit: AuditLog
    transcripts: TranscriptStore
    desk: IntakeDesk


def open_accounts(console_url: str, keyring: Keyring) -> tuple[Engine, Accounts]:
    """Open the accounts alone, as the command line needs them.

    Args:
        console_url: The console's database.
        keyring: The keys.

    Returns:
        The database and its accounts, tables up to date.
    """
    engine = connect(console_url)
    database.upgrade(engine)
    return engine, Accounts(engine, SecretBox(keyring.index_key))


def open_desk(settings: ConsoleSettings, keyring: Keyring) -> IntakeDesk:
    """Open the intake.

    Args:
        settings: Where it is.
        keyring: The keys.

    Returns:
        The desk, tables up to date.
    """
    engine = intake_database.open_engine(settings.intake_url)
    intake_database.upgrade(engine)
    return IntakeDesk(engine, keyring, IntakeCatalog.load(INTAKE_DATA), settings.evidence_folder)


def build(settings: ConsoleSettings) -> House:
    """Open every store and bring its tables up to date.

    Args:
        settings: Where they are.

    Returns:
        What the pages work with.
    """
    keyring = Keyring.load_or_create(settings.keyring_path)
    engine, accounts = open_accounts(settings.console_url, keyring)
    transcripts = connect(settings.transcripts_url)
    upgrade(transcripts)
    desk = open_desk(settings, keyring)
    return House(
        settings=settings,
        engine=engine,
        wording=load_wording(),
        accounts=accounts,
        sessions=Sessions(engine, settings.secret_key),
        throttle=LoginThrottle(engine, keyring.index_key),
        audit=AuditLog(desk),
        transcripts=TranscriptStore(transcripts, keyring.index_key),
        desk=desk,
    )
