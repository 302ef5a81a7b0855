"""The first tables."""

import sqlalchemy as sa
from alembic import op

from bot.intake.chain import GENESIS
from bot.intake.tables import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LANES = 32  # as bot.intake.submission.LANES when this migration was written


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("only", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("only"),
    )
    op.create_table(
        "audit_log",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("tip_off_id", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_index("audit_by_tip_off", "audit_log", ["tip_off_id", "position"], unique=False)
    op.create_table(
        "deadlines",
        sa.Column("tip_off_id", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("tip_off_id", "rule", "started_on"),
    )
    op.create_index("deadlines_open", "deadlines", ["met_on", "due_on"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("owner_hash", sa.String(length=64), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner_hash"),
    )
    op.create_index(op.f("ix_drafts_updated_at"), "drafts", ["updated_at"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tip_off_id", sa.String(length=32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("has_shown_copy", sa.Boolean(), nullable=False),
        sa.Column("name_token", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_evidence_tip_off_id"), "evidence", ["tip_off_id"], unique=False)
    op.create_table(
        "identifiers",
        sa.Column("tip_off_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tip_off_id", "kind", "hash"),
    )
    op.create_index("identifiers_by_hash", "identifiers", ["hash", "kind"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("tip_off_id", sa.String(length=32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("author", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_messages_tip_off_id"), "messages", ["tip_off_id"], unique=False)
    op.create_table(
        "rate_windows",
        sa.Column("rate", sa.String(length=40), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("window", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("rate", "key_hash", "window"),
    )
    op.create_table(
        "register_lanes",
        sa.Column("lane", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("lane"),
    )
    op.create_table(
        "sealed",
        sa.Column("tip_off_id", sa.String(length=32), nullable=False),
        sa.Column("field", sa.String(length=24), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tip_off_id", "field"),
    )
    op.create_table(
        "tip_off_log",
        sa.Column("tip_off_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("from_state", sa.String(length=24), nullable=True),
        sa.Column("to_state", sa.String(length=24), nullable=True),
        sa.Column("ground", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("tip_off_id", "position"),
    )
    op.create_table(
        "tip_offs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("receipt_hash", sa.String(length=64), nullable=False),
        sa.Column("idempotency_hash", sa.String(length=64), nullable=False),
        sa.Column("receipt_attempt", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("kept_as_report", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("ground", sa.String(length=32), nullable=True),
        sa.Column("lead_agency", sa.String(length=16), nullable=False),
        sa.Column("co_agencies", sa.String(length=120), nullable=False),
        sa.Column("rule", sa.String(length=48), nullable=False),
        sa.Column("legal_basis", sa.String(length=400), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=True),
        sa.Column("home_region", sa.Boolean(), nullable=False),
        sa.Column("insurer", sa.String(length=80), nullable=True),
        sa.Column("platform", sa.String(length=80), nullable=True),
        sa.Column("amount_paid", sa.Float(), nullable=True),
        sa.Column("fee_rate", sa.Float(), nullable=True),
        sa.Column("happened", sa.String(length=80), nullable=True),
        sa.Column("gave_documents", sa.Text(), nullable=False),
        sa.Column("behaviours", sa.Text(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("consent_transfer", sa.Boolean(), nullable=False),
        sa.Column("consent_identity", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("assigned_to", sa.String(length=80), nullable=True),
        sa.Column("merged_into", sa.String(length=32), nullable=True),
        sa.Column("erased_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("log_length", sa.Integer(), nullable=False),
        sa.Column("log_head", sa.String(length=64), nullable=False),
        sa.Column("log_seal", sa.String(length=64), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("lane_position", sa.BigInteger(), nullable=False),
        sa.Column("lane_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("idempotency_hash"),
        sa.UniqueConstraint("receipt_hash"),
    )
    op.create_index("tip_offs_by_agency", "tip_offs", ["lead_agency", "state", "created_at", "id"], unique=False)
    op.create_index("tip_offs_by_agency_time", "tip_offs", ["lead_agency", "created_at", "id"], unique=False)
    op.create_index("tip_offs_by_clerk", "tip_offs", ["assigned_to", "state", "created_at", "id"], unique=False)
    op.create_index("tip_offs_by_insurer", "tip_offs", ["insurer", "created_at", "id"], unique=False)
    op.create_index("tip_offs_by_region", "tip_offs", ["region_code", "state", "created_at", "id"], unique=False)
    op.create_index("tip_offs_by_region_time", "tip_offs", ["region_code", "created_at", "id"], unique=False)
    op.create_index("tip_offs_by_state", "tip_offs", ["state", "created_at", "id"], unique=False)
    op.create_index("tip_offs_by_time", "tip_offs", ["created_at", "id"], unique=False)
    op.create_index("tip_offs_by_urgency", "tip_offs", ["urgent", "state", "created_at", "id"], unique=False)
    op.create_index("tip_offs_by_urgency_time", "tip_offs", ["urgent", "created_at", "id"], unique=False)
    op.create_index("tip_offs_in_lane", "tip_offs", ["lane", "lane_position"], unique=True)

    lanes = sa.table("register_lanes", *(sa.column(name) for name in ("lane", "length", "head", "seal")))
    op.bulk_insert(lanes, [{"lane": lane, "length": 0, "head": GENESIS, "seal": ""} for lane in range(LANES)])
    audit_head = sa.table("audit_head", *(sa.column(name) for name in ("only", "length", "head", "seal")))
    op.bulk_insert(audit_head, [{"only": 1, "length": 0, "head": GENESIS, "seal": ""}])


def downgrade() -> None:
    raise NotImplementedError("tip-offs are never dropped by a migration: restore a backup instead")
