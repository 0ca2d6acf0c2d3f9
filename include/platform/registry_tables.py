"""The tables of ``registry``: the programme office's folder, replaced as a whole when it changed."""

from __future__ import annotations

import sqlalchemy as sa

from include.platform.table_metadata import metadata
from include.platform.table_metadata import text as _text

projects = sa.Table(
    "projects",
    metadata,
    _text("project_code", primary_key=True),
    _text("title", nullable=False),
    _text("country", nullable=False),
    _text("pillar", nullable=False),
    _text("lead_institution", nullable=False),
    sa.Column("start_date", sa.Date, nullable=False),
    sa.Column("end_date", sa.Date, nullable=False),
    sa.Column("grant_eur", sa.Numeric, nullable=False),
    _text("call"),
    _text("value_chains"),
    schema="registry",
)
institutions = sa.Table(
    "institutions",
    metadata,
    _text("institution", primary_key=True),
    _text("name", nullable=False),
    _text("country", nullable=False),
    _text("region", nullable=False),
    _text("kind"),
    schema="registry",
)
project_institutions = sa.Table(
    "project_institutions",
    metadata,
    _text("project_code", primary_key=True),
    _text("institution", primary_key=True),
    _text("role", primary_key=True),
    schema="registry",
)
reporting_calendar = sa.Table(
    "reporting_calendar",
    metadata,
    _text("period", primary_key=True),
    sa.Column("ends_on", sa.Date, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    schema="registry",
)
targets = sa.Table(
    "targets",
    metadata,
    _text("project_code", primary_key=True),
    _text("kpi", primary_key=True),
    sa.Column("target", sa.Numeric, nullable=False),
    _text("due_period", primary_key=True),
    sa.Column("set_on", sa.Date, primary_key=True),
    schema="registry",
)
claims = sa.Table(
    "claims",
    metadata,
    _text("claim", primary_key=True),
    _text("scope_type", nullable=False),
    _text("scope_code", nullable=False),
    _text("kpi", nullable=False),
    _text("as_of_period", nullable=False),
    _text("relation", nullable=False),
    sa.Column("value", sa.Numeric, nullable=False),
    _text("wording"),
    _text("source"),
    sa.Column("published_on", sa.Date),
    schema="registry",
)
waivers = sa.Table(
    "waivers",
    metadata,
    _text("rule", nullable=False),
    _text("project_code"),  # empty in these three: all
    _text("period"),
    _text("enterprise_ref"),
    _text("reason"),
    _text("granted_by"),
    sa.Column("expires_on", sa.Date, nullable=False),
    schema="registry",
)
withdrawals = sa.Table(
    "withdrawals",
    metadata,
    _text("submission_id", primary_key=True),
    _text("reason", nullable=False),
    _text("withdrawn_by"),
    sa.Column("withdrawn_on", sa.Date, nullable=False),
    schema="registry",
    comment="deliveries that the office takes out of everything",
)
received = sa.Table(
    "received",
    metadata,
    _text("project_code", primary_key=True),
    _text("period", primary_key=True),
    sa.Column("received_on", sa.Date, nullable=False),
    schema="registry",
    comment="when the office received what a later night took",
)
fx_monthly = sa.Table(
    "fx_monthly",
    metadata,
    _text("currency", primary_key=True),
    _text("month", primary_key=True, comment="YYYY-MM"),
    sa.Column("units_per_eur", sa.Numeric, nullable=False),
    _text("source"),
    schema="registry",
    comment="the office's own exchange rates; reference.fx_monthly has them beside the shipped ones",
)
cpi_annual = sa.Table(
    "cpi_annual",
    metadata,
    _text("country", primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("index_2019_100", sa.Numeric, nullable=False),
    schema="registry",
    comment="the office's own price indices; reference.cpi_annual has them beside the shipped ones",
)
