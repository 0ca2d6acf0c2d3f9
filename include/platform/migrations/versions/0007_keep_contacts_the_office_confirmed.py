"""Keep contacts the office confirmed."""

from __future__ import annotations

import sqlalchemy as sa

from include.platform.migrations.written import MOMENT, NOW, create_table, drop_tables, required

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    create_table(
        "ops",
        "contact",
        required(sa.Text, "project_code"),
        required(sa.Text, "email", comment="address that the office has confirmed; personal data"),
        required(sa.Integer, "after_delivery", comment="number of the last delivery by then"),
        required(MOMENT, "confirmed_at", default=NOW),
        key=("project_code",),
        comment="contacts that the office confirmed; others follow from the covers (docs/mail.md)",
    )


def downgrade() -> None:
    drop_tables("ops", "contact")
