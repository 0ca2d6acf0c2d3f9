"""Keep proposals to close a period."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "closing",
        sa.Column("run_id", sa.Text(), nullable=False, comment="run of DAG close_period"),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("night_id", sa.Text(), nullable=False, comment="the night that published last when it was proposed"),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Text(),
            server_default="waiting",
            nullable=False,
            comment="waiting, released, rejected, refused or void",
        ),
        sa.Column("reason", sa.Text(), nullable=True, comment="why it was rejected, refused or void"),
        sa.Column("release", sa.Text(), nullable=True, comment="what came of it, such as 2025-S2/1"),
        sa.Column("proposed_by", sa.Text(), nullable=True, comment="who approved first, a name in Airflow"),
        sa.Column("decided_by", sa.Text(), nullable=True, comment="who approved last, or rejected"),
        sa.Column("figures_sha256", sa.Text(), nullable=False, comment="of the figures that were shown"),
        sa.Column("evidence_sha256", sa.Text(), nullable=False, comment="of the rows that counted then"),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("run_id", name=op.f("closing_pkey")),
        schema="ops",
        comment="proposals to close a period, one waiting at a time; what was signed is in marts.release",
    )
    op.create_index(
        op.f("closing_status_idx"),
        "closing",
        ["status"],
        unique=True,
        schema="ops",
        postgresql_where=sa.text("status = 'waiting'"),
    )


def downgrade() -> None:
    op.drop_table("closing", schema="ops")
