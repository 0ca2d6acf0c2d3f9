"""Let steps take turns by a lock readers cannot take."""

from __future__ import annotations

import sqlalchemy as sa

from include.platform.migrations.written import create_table, drop_tables, optional

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    create_table(
        "ops",
        "turn",
        optional(sa.Boolean, "nothing"),
        comment="always empty: a step of the night that changes the warehouse holds a lock on it",
    )


def downgrade() -> None:
    drop_tables("ops", "turn")
