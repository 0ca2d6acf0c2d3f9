"""Keep what a night changed and reported."""

from __future__ import annotations

import sqlalchemy as sa

from include.platform.migrations.written import JSONB, MOMENT, NOW, create_table, drop_tables, optional, required

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    figure = ("night_id", "period", "scope_type", "scope_code", "kpi")
    create_table(
        "ops",
        "headline_change",
        required(sa.Text, "night_id", comment="the night whose switch changed the figure"),
        required(sa.Text, *figure[1:]),
        optional(sa.Numeric, "old_value", comment="unique_value before; empty where there was no figure"),
        optional(sa.Numeric, "new_value", comment="unique_value now; empty where there is no figure any more"),
        optional(sa.Numeric, "old_valid", comment="valid before"),
        optional(sa.Numeric, "new_valid", comment="valid now"),
        key=figure,
        comment="headline figures that a night's switch changed, recorded in the same transaction",
    )
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
