"""Keep withdrawals, dates of receipt, the office's own figures, and what an operator accepts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from include.platform.migrations.written import TEXTS, add_columns, create_table, drop_tables, optional, required

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    create_table(
        "registry",
        "cpi_annual",
        required(sa.Text, "country"),
        required(sa.Integer, "year", autoincrement=False),
        required(sa.Numeric, "index_2019_100"),
        key=("country", "year"),
        comment="the office's own price indices; reference.cpi_annual has them beside the shipped ones",
    )
    create_table(
        "registry",
        "fx_monthly",
        required(sa.Text, "currency"),
        required(sa.Text, "month", comment="YYYY-MM"),
        required(sa.Numeric, "units_per_eur"),
        optional(sa.Text, "source"),
        key=("currency", "month"),
        comment="the office's own exchange rates; reference.fx_monthly has them beside the shipped ones",
    )
    create_table(
        "registry",
        "received",
        required(sa.Text, "project_code", "period"),
        required(sa.Date, "received_on"),
        key=("project_code", "period"),
        comment="when the office received what a later night took",
    )
    create_table(
        "registry",
        "withdrawals",
        required(sa.Text, "submission_id", "reason"),
        optional(sa.Text, "withdrawn_by"),
        required(sa.Date, "withdrawn_on"),
        key=("submission_id",),
        comment="deliveries that the office takes out of everything",
    )
    meant = "what the operator said is meant: registry, reversals"
    add_columns("night", required(TEXTS, "accepts", default="{}", comment=meant))
    why = "why the office has withdrawn it; may name people"
    add_columns("submission", optional(sa.Text, "withdrawal_reason", comment=why))


def downgrade() -> None:
    op.drop_column("submission", "withdrawal_reason", schema="ops")
    op.drop_column("night", "accepts", schema="ops")
    drop_tables("registry", "withdrawals", "received", "fx_monthly", "cpi_annual")
