"""The tables of the intake. Changes of shape are alembic migrations in `migrations/`.

What identifies a person is never in a readable column: it is in `sealed` (encrypted) and `identifiers` (keyed hashes).
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)

metadata = MetaData()

ID_LENGTH = 32  # characters: a time-ordered random id in hexadecimal
HASH_LENGTH = 64  # characters: HMAC-SHA256 in hexadecimal


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, stored in UTC and read back in UTC (SQLite forgets the zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses naive times: they would be read as UTC and be eight hours wrong."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Gives the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


tip_offs = Table(
    "tip_offs",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("receipt_hash", String(HASH_LENGTH), nullable=False, unique=True),
    Column("idempotency_hash", String(HASH_LENGTH), nullable=False, unique=True),
    Column("receipt_attempt", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("kept_as_report", Boolean, nullable=False),
    Column("state", String(24), nullable=False),
    Column("ground", String(32)),
    Column("lead_agency", String(16), nullable=False),
    Column("co_agencies", String(120), nullable=False),
    Column("rule", String(48), nullable=False),
    Column("legal_basis", String(400), nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("region_code", String(6)),
    Column("home_region", Boolean, nullable=False),
    Column("insurer", String(80)),
    Column("platform", String(80)),
    Column("amount_paid", Float),
    Column("fee_rate", Float),
    Column("happened", String(80)),
    Column("gave_documents", Text, nullable=False),
    Column("behaviours", Text, nullable=False),
    Column("anonymous", Boolean, nullable=False),
    Column("consent_transfer", Boolean, nullable=False),
    Column("consent_identity", Boolean, nullable=False),
    Column("channel", String(24), nullable=False),
    Column("assigned_to", String(80)),
    Column("merged_into", String(ID_LENGTH)),
    Column("erased_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    # Proofs: what was submitted, the head of this tip-off's own log, and its place in the register (one of several lanes).
    Column("content_digest", String(HASH_LENGTH), nullable=False),
    Column("log_length", Integer, nullable=False),
    Column("log_head", String(HASH_LENGTH), nullable=False),
    Column("log_seal", String(HASH_LENGTH), nullable=False),
    Column("lane", Integer, nullable=False),
    Column("lane_position", BigInteger, nullable=False),
    Column("lane_hash", String(HASH_LENGTH), nullable=False),
    Index("tip_offs_by_time", "created_at", "id"),
    Index("tip_offs_by_state", "state", "created_at", "id"),
    Index("tip_offs_by_agency", "lead_agency", "state", "created_at", "id"),
    Index("tip_offs_by_agency_time", "lead_agency", "created_at", "id"),
    Index("tip_offs_by_region", "region_code", "state", "created_at", "id"),
    Index("tip_offs_by_region_time", "region_code", "created_at", "id"),
    Index("tip_offs_by_urgency", "urgent", "state", "created_at", "id"),
    Index("tip_offs_by_urgency_time", "urgent", "created_at", "id"),
    Index("tip_offs_by_insurer", "insurer", "created_at", "id"),
    Index("tip_offs_by_clerk", "assigned_to", "state", "created_at", "id"),
    Index("tip_offs_in_lane", "lane", "lane_position", unique=True),
)

sealed = Table(
    "sealed",
    metadata,
    Column("tip_off_id", String(ID_LENGTH), primary_key=True),
    Column("field", String(24), primary_key=True),
    Column("token", Text, nullable=False),
)

identifiers = Table(
    "identifiers",
    metadata,
    Column("tip_off_id", String(ID_LENGTH), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("hash", String(HASH_LENGTH), primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Index("identifiers_by_hash", "hash", "kind"),
)

tip_off_log = Table(
    "tip_off_log",
    metadata,
    Column("tip_off_id", String(ID_LENGTH), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(16), nullable=False),
    Column("from_state", String(24)),
    Column("to_state", String(24)),
    Column("ground", String(32)),
    Column("reason", Text),
    Column("detail", Text, nullable=False),
    Column("hash", String(HASH_LENGTH), nullable=False),
)

register_lanes = Table(
    "register_lanes",
    metadata,
    Column("lane", Integer, primary_key=True, autoincrement=False),
    Column("length", BigInteger, nullable=False),
    Column("head", String(HASH_LENGTH), nullable=False),
    Column("seal", String(HASH_LENGTH), nullable=False),
)

deadlines = Table(
    "deadlines",
    metadata,
    Column("tip_off_id", String(ID_LENGTH), primary_key=True),
    Column("rule", String(40), primary_key=True),
    Column("started_on", Date, primary_key=True),
    Column("due_on", Date, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("met_on", Date),
    Index("deadlines_open", "due_on", "tip_off_id", postgresql_where=text("met_on IS NULL"), sqlite_where=text("met_on IS NULL")),
)

messages = Table(
    "messages",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("tip_off_id", String(ID_LENGTH), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("author", String(16), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("token", Text, nullable=False),
)

evidence = Table(
    "evidence",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("tip_off_id", String(ID_LENGTH), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("media_type", String(40), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(HASH_LENGTH), nullable=False),
    Column("has_shown_copy", Boolean, nullable=False),
    Column("name_token", Text, nullable=False),
    Column("actor", String(80), nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("owner_hash", String(HASH_LENGTH), primary_key=True),
    Column("updated_at", UtcDateTime, nullable=False, index=True),
    Column("token", Text, nullable=False),
)

rate_windows = Table(
    "rate_windows",
    metadata,
    Column("rate", String(40), primary_key=True),
    Column("key_hash", String(HASH_LENGTH), primary_key=True),
    Column("window", BigInteger, primary_key=True),
    Column("count", Integer, nullable=False),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(32), nullable=False),
    Column("tip_off_id", String(ID_LENGTH)),
    Column("detail", Text, nullable=False),
    Column("hash", String(HASH_LENGTH), nullable=False),
    Index("audit_by_tip_off", "tip_off_id", "position"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("only", Integer, primary_key=True, autoincrement=False),
    Column("length", BigInteger, nullable=False),
    Column("head", String(HASH_LENGTH), nullable=False),
    Column("seal", String(HASH_LENGTH), nullable=False),
)
