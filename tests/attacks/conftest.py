"""The intake's fixtures, for the attacks on it."""

from tests.intake.conftest import catalog, clock, database_url, desk, draft, keyring
from tests.servers import postgres_cluster, postgres_url

__all__ = ["catalog", "clock", "database_url", "desk", "draft", "keyring", "postgres_cluster", "postgres_url"]
