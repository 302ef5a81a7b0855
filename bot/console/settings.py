"""What the console needs to know to run."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class ConsoleSettings(BaseModel):
    """Where the stores are and how the console is reached.

    Args:
        console_url: Database of accounts, sessions and the audit log, as SQLAlchemy writes it.
        transcripts_url: Database of conversations.
        intake_url: Database of tip-offs.
        evidence_folder: Where encrypted evidence is kept.
        keyring_path: The keys of encrypted fields and keyed hashes.
        secret_key: Signs cookies and form tokens.
        secure_cookies: Whether browsers reach the console by HTTPS; cookies are then never sent in the clear.
        proxies: How many reverse proxies stand in front; only that many forwarding headers are believed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    console_url: str
    transcripts_url: str
    intake_url: str
    evidence_folder: Path
    keyring_path: Path
    secret_key: str = Field(min_length=32, repr=False)
    secure_cookies: bool = False
    proxies: int = Field(default=0, ge=0)
