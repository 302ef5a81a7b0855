"""Opens the installation's stores with its settings; the domain packages themselves read no settings."""

from __future__ import annotations

from bot.intake import database as intake_database
from bot.privacy.keyring import Keyring
from bot.runtime.settings import Settings
from bot.transcripts import TranscriptStore
from bot.transcripts import database as transcripts_database


def keyring(settings: Settings) -> Keyring:
    """Return the installation's keys, made on first use."""
    return Keyring.load_or_create(settings.keyring_path)
