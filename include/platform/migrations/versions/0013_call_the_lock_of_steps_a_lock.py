"""Call the table whose lock keeps steps apart what it is."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.rename_table("turn", "step_lock", schema="ops")


def downgrade() -> None:
    op.rename_table("step_lock", "turn", schema="ops")
