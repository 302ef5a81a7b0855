"""Every setting of an installation, from environment variables named `GUARD_…` or a `.env` file beside `pyproject.toml`.

The defaults run the whole system on one machine with SQLite and nothing else to install. For production set `GUARD_DATABASE_URL`
to PostgreSQL; several chat servers also share a lock store, see `endpoints.yml`.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parents[2]
SECRET_BYTES = 32  # 256 bits for session signatures


class Settings(BaseSettings):
    """Where things are, who listens where, and the secrets' files. Paths that are relative are relative to the project."""

    model_config = SettingsConfigDict(env_prefix="GUARD_", env_file=PROJECT_ROOT / ".env", extra="ignore")

    data_dir: Path = Field(default=Path("var"), description="Everything the installation writes but models: databases, keys, evidence.")
    models_dir: Path = Field(default=Path("models"), description="Trained Rasa models.")
    database_url: str | None = Field(default=None, repr=False, description="PostgreSQL for all stores; SQLite files when unset.")
    chat_host: str = "127.0.0.1"
    chat_port: int = 5005
    actions_host: str = "127.0.0.1"
    actions_port: int = 5055
    console_host: str = "127.0.0.1"
    console_port: int = 5056
    public_url: str | None = Field(default=None, description="The chat page's address as users see it; decides whether cookies are marked Secure.")
    proxies: int = Field(default=0, ge=0, description="Reverse proxies in front whose `X-Forwarded-For` is believed; 0 believes nobody's.")
    redis_url: str | None = Field(default=None, repr=False, description="Rate limits and turns that several chat servers share; unset: each its own.")
    wechat_app_id: str = ""
    wechat_token: str = Field(default="", repr=False)
    wechat_encoding_aes_key: str = Field(default="", repr=False)

    @classmethod
    def load(cls) -> Self:
        """Read the settings and make their paths absolute.

        Returns:
            The settings, with `data_dir` created (mode 0700: it holds keys and personal data).

        Raises:
            pydantic.ValidationError: A variable does not have the form its setting needs.
        """
        settings = cls()
        settings.data_dir = PROJECT_ROOT / settings.data_dir
        settings.models_dir = PROJECT_ROOT / settings.models_dir
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return settings

    def _store(self, name: str) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / name}.db"

    @property
    def database_url_tracker(self) -> str:
        """Where Rasa keeps its conversations."""
        return self._store("tracker")

    @property
    def database_url_intake(self) -> str:
        """Where tip-offs are kept."""
        return self._store("intake")

    @property
    def database_url_transcripts(self) -> str:
        """Where the searchable record of conversations is kept."""
        return self._store("transcripts")

    @property
    def database_url_console(self) -> str:
        """Where staff accounts are kept."""
        return self._store("console")

    @property
    def keyring_path(self) -> Path:
        """The field-encryption keys. Without this file encrypted fields cannot be read: back it up apart from the databases."""
        return self.data_dir / "keyring.json"

    @property
    def chat_url(self) -> str:
        """Where the chat page answers on this machine."""
        return f"http://{self.chat_host}:{self.chat_port}"

    @property
    def actions_url(self) -> str:
        """Where the action server answers on this machine."""
        return f"http://{self.actions_host}:{self.actions_port}"

    @property
    def console_url(self) -> str:
        """Where the staff console answers on this machine."""
        return f"http://{self.console_host}:{self.console_port}"

    @cached_property
    def secret_key(self) -> str:
        """The key that signs sessions, made on first use and kept in `data_dir` so that restarts and all processes share it."""
        path = self.data_dir / "secret.key"
        if not path.exists():
            draft = path.with_suffix(f".{os.getpid()}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_hex(SECRET_BYTES), encoding="ascii")
            # Of several processes starting at once exactly one link succeeds, and readers never see half a key.
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
            draft.unlink()
        return path.read_text(encoding="ascii").strip()

    def export(self) -> None:
        """Set the environment variables that `endpoints.yml`, `credentials.yml` and Sanic name, so that Rasa's own files stay its own."""
        os.environ["GUARD_TRACKER_DATABASE_URL"] = self.database_url_tracker
        os.environ["GUARD_ACTIONS_WEBHOOK"] = f"{self.actions_url}/webhook"
        os.environ["GUARD_SECRET_KEY"] = self.secret_key
        os.environ["GUARD_PUBLIC_URL"] = self.public_url or self.chat_url
        if self.proxies:
            os.environ["SANIC_PROXIES_COUNT"] = str(self.proxies)  # Rasa makes the chat server's app; Sanic reads this
