"""Record what rules in shadow find."""

from __future__ import annotations

from include.platform.migrations.written import drop_finding_table, finding_table

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    finding_table("shadow_finding", "of rules in shadow: no partner sees them, nothing counts them")


def downgrade() -> None:
    drop_finding_table("shadow_finding")
