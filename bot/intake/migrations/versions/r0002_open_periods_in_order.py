"""Open legal periods stand in the order they are listed in, so that the most pressing are found without sorting the rest."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STILL_OPEN = sa.text("met_on IS NULL")


def upgrade() -> None:
    op.drop_index("deadlines_open", "deadlines")
    op.create_index("deadlines_open", "deadlines", ["due_on", "tip_off_id"], postgresql_where=STILL_OPEN, sqlite_where=STILL_OPEN)


def downgrade() -> None:
    raise NotImplementedError("tip-offs are never taken back to an earlier shape: restore a backup instead")
