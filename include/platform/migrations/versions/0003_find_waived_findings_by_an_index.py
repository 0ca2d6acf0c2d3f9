"""Find waived findings by an index."""

from __future__ import annotations

from include.platform.migrations.written import create_index, drop_index

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for table in ("finding", "shadow_finding"):
        create_index("ops", table, "submission_id", where="waived")


def downgrade() -> None:
    for table in ("shadow_finding", "finding"):
        drop_index("ops", table, "submission_id")
