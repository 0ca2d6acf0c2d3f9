"""Say of a waived finding who waived it, why and until when; the next night fills it in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_COLUMNS: tuple[sa.Column[object], ...] = (
    sa.Column(
        "waived_by",
        sa.Text(),
        comment="who granted the waiver; empty where not waived, or where the register does not say",
    ),
    sa.Column("waiver_reason", sa.Text(), comment="why, as the register says"),
    sa.Column("waived_until", sa.Date(), comment="the waiver is of versions received up to then"),
)


def upgrade() -> None:
    for table in ("finding", "shadow_finding"):
        for column in _COLUMNS:
            op.add_column(table, column.copy(), schema="ops")


def downgrade() -> None:
    for table in ("shadow_finding", "finding"):
        for column in reversed(_COLUMNS):
            op.drop_column(table, column.name, schema="ops")
