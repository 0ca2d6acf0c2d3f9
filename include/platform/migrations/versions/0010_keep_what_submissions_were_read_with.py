"""Keep what submissions were read with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from include.platform.migrations.written import add_columns, optional

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    read_with = "fingerprint of the code lists, columns and reader it was last read with"
    add_columns("submission", optional(sa.Text, "read_with", comment=read_with))


def downgrade() -> None:
    op.drop_column("submission", "read_with", schema="ops")
