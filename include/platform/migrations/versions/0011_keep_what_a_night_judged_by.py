"""Keep what a night judged by, and when it published; changes of the headline are told by its history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from include.platform.migrations.written import headline_change_table

revision = "0011"
down_revision = "0010"

_COLUMNS: tuple[sa.Column[object], ...] = (
    sa.Column("published_at", sa.DateTime(timezone=True), comment="when its switch was made; empty where it made none"),
    sa.Column("registry_sha256", sa.Text(), comment="the office's files, kept in archive/registry/<sha256>"),
    sa.Column(
        "reference_sha256", sa.Text(), comment="rates, price indices and code lists, kept in archive/reference/<sha256>"
    ),
    sa.Column("rules_sha256", sa.Text(), comment="the rules with their lives, kept in archive/rules/<sha256>"),
    sa.Column("code_version", sa.Text(), comment="version of the software and a hash of its sources"),
)


def upgrade() -> None:
    for column in _COLUMNS:
        op.add_column("night", column.copy(), schema="ops")
    # What a night judged by that is over is not known; that it published is, also where it failed afterwards.
    op.execute("""
        update ops.night set published_at = coalesce(finished_at, started_at)
        where status = 'succeeded' or night_id in (select night_id from ops.headline_change)
    """)
    op.drop_table("headline_change", schema="ops")


def downgrade() -> None:
    headline_change_table()
    for column in reversed(_COLUMNS):
        op.drop_column("night", column.name, schema="ops")
