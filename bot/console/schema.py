"""The console's own tables, named `console_…` because in production all stores share one PostgreSQL database. Times are seconds since 1970 UTC."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, MetaData, String, Table, Text

metadata = MetaData()
row_id = BigInteger().with_variant(Integer, "sqlite")

accounts = Table(
    "console_accounts",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("password_hash", String(255), nullable=False, comment="argon2id"),
    Column("totp_secret", Text, comment="encrypted, bound to the name"),
    Column("totp_confirmed", Boolean, nullable=False, comment="a secret counts only once a code from it was shown"),
    Column("totp_last_step", BigInteger, comment="a code opens once, also for someone who looked over a shoulder"),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", Double, nullable=False),
)

sessions = Table(
    "console_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True, comment="the table alone opens no session"),
    Column("account", String(32), nullable=False, index=True),
    Column("opened_at", Double, nullable=False),
    Column("seen_at", Double, nullable=False),
)

login_attempts = Table(
    "console_login_attempts",
    metadata,
    Column("id", row_id, primary_key=True, autoincrement=True),
    Column("key", String(64), nullable=False, comment="keyed hash"),
    Column("at", Double, nullable=False),
    Index("console_login_attempts_key", "key", "at"),
)
