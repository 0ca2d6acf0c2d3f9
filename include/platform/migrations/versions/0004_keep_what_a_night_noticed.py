"""Keep what a night noticed."""

from __future__ import annotations

import sqlalchemy as sa

from include.platform.migrations.written import (
    MOMENT,
    NOW,
    create_index,
    create_table,
    drop_index,
    drop_tables,
    optional,
    required,
)

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    said = "one sentence for the operator: what is the matter and what to do; no personal data"
    create_table(
        "ops",
        "night_warning",
        [sa.Column("warning_id", sa.BigInteger(), sa.Identity(always=True), nullable=False)],
        required(sa.Text, "night_id"),
        required(sa.Text, "step", comment="the step of the night that noticed it, such as land_deliveries"),
        optional(sa.Text, "subject", comment="what it is about: a project, a path of the inbox, a rule"),
        required(sa.Text, "said", comment=said),
        required(MOMENT, "noticed_at", default=NOW),
        key=("warning_id",),
        comment="what a night noticed and went on from",
    )
    create_index("ops", "night_warning", "night_id")


def downgrade() -> None:
    drop_index("ops", "night_warning", "night_id")
    drop_tables("ops", "night_warning")
