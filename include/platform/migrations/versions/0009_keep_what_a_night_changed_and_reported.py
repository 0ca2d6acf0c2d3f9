"""Keep what a night changed and reported."""

from __future__ import annotations

import sqlalchemy as sa

from include.platform.migrations.written import (
    JSONB,
    MOMENT,
    NOW,
    create_table,
    drop_tables,
    headline_change_table,
    required,
)

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    headline_change_table()
    create_table(
        "ops",
        "night_report",
        required(sa.Text, "night_id"),
        required(sa.Text, "status", comment="of the night: succeeded, failed or abandoned"),
        required(sa.Text, "said", comment="the report in at most ten lines, as terminal, page and mail show it"),
        required(JSONB, "facts", comment="what the report was made from: counts, figures, warnings"),
        required(MOMENT, "written_at", default=NOW),
        key=("night_id",),
        comment="what each night has to tell the operator; no personal data",
    )


def downgrade() -> None:
    drop_tables("ops", "night_report", "headline_change")
