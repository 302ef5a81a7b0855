"""Opens the installation's stores with its settings; the domain packages themselves read no settings."""

from __future__ import annotations

from bot.intake import database as intake_database
from bot.intake.catalog import IntakeCatalog
from bot.intake.desk import IntakeDesk
from bot.privacy.keyring import Keyring
from bot.runtime.settings import PROJECT_ROOT, Settings
from bot.transcripts import TranscriptStore
from bot.transcripts import database as transcripts_database

INTAKE_DATA = PROJECT_ROOT / "data" / "intake"
EVIDENCE_FOLDER = "evidence"  # under the data directory


def keyring(settings: Settings) -> Keyring:
    """Return the installation's keys, made on first use."""
    return Keyring.load_or_create(settings.keyring_path)


def intake_desk(settings: Settings) -> IntakeDesk:
    """Return the tip-off store, its tables up to date.

    Raises:
        CatalogError: A file in data/intake breaks its schema.
        IntakeError: The database cannot be reached.
    """
    engine = intake_database.open_engine(settings.database_url_intake)
    intake_database.upgrade(engine)
    return IntakeDesk(engine, keyring(settings), IntakeCatalog.load(INTAKE_DATA), settings.data_dir / EVIDENCE_FOLDER)


def transcript_store(settings: Settings) -> TranscriptStore:
    """Return the record of conversations, its tables up to date."""
    engine = transcripts_database.connect(settings.database_url_transcripts)
    transcripts_database.upgrade(engine)
    return TranscriptStore(engine, keyring(settings).index_key)


def upgrade_all(settings: Settings) -> None:
    """Bring every store's tables up to date before several processes start on them."""
    intake_desk(settings).store.engine.dispose()
    transcript_store(settings)
