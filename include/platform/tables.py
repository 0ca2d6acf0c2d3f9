"""Every table that is not dbt's, as SQLAlchemy Core metadata.

The ``raw`` sheets follow from the contract; the migrations in ``include/platform/migrations`` bring a
database to this state, and a test holds the two together.

Schemas and their writers: ``registry`` (stage 1; in ``registry_tables.py``), ``ops`` (all stages), ``raw`` (stage 3),
``work`` (stage 4, unlogged tables holding only what this night judges).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from include.contract import Sheet, load_contract
from include.contract.model import SQL_TYPES
from include.platform.registry_tables import (
    claims,
    cpi_annual,
    fx_monthly,
    institutions,
    project_institutions,
    projects,
    received,
    reporting_calendar,
    targets,
    waivers,
    withdrawals,
)
from include.platform.table_metadata import metadata
from include.platform.table_metadata import text as _text

#: Named here again, so that every table is found in this module.
__all__ = [
    "claims",
    "cpi_annual",
    "fx_monthly",
    "institutions",
    "metadata",
    "project_institutions",
    "projects",
    "received",
    "reporting_calendar",
    "targets",
    "waivers",
    "withdrawals",
]

_TYPES: dict[str, type[sa.types.TypeEngine[Any]]] = {
    "text": sa.Text,
    "bigint": sa.BigInteger,
    "numeric": sa.Numeric,
    "date": sa.Date,
    "boolean": sa.Boolean,
}

# --- ops: how the pipeline itself is doing ----------------------------------------------------------

night = sa.Table(
    "night",
    metadata,
    _text("night_id", primary_key=True),
    sa.Column("as_of", sa.Date, nullable=False, comment="load date in America/Lima"),
    _text("inbox", nullable=False),
    _text("registry", nullable=False),
    _text("status", nullable=False, server_default="running", comment="running, succeeded, failed or abandoned"),
    _text("reason", comment="why it failed, in one sentence"),
    sa.Column(
        "accepts",
        ARRAY(sa.Text),
        nullable=False,
        server_default="{}",
        comment="what the operator said is meant: registry, reversals",
    ),
    sa.Column("started_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Column("finished_at", sa.DateTime(timezone=True)),
    sa.Column("published_at", sa.DateTime(timezone=True), comment="when its switch was made; empty where it made none"),
    _text("registry_sha256", comment="the office's files, kept in archive/registry/<sha256>"),
    _text("reference_sha256", comment="rates, price indices and code lists, kept in archive/reference/<sha256>"),
    _text("rules_sha256", comment="the rules with their lives, kept in archive/rules/<sha256>"),
    _text("code_version", comment="version of the software and a hash of its sources"),
    schema="ops",
)
night_warning = sa.Table(
    "night_warning",
    metadata,
    sa.Column("warning_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    _text("night_id", nullable=False),
    _text("step", nullable=False, comment="the step of the night that noticed it, such as land_deliveries"),
    _text("subject", comment="what it is about: a project, a path of the inbox, a rule"),
    _text(
        "said",
        nullable=False,
        comment="one sentence for the operator: what is the matter and what to do; no personal data",
    ),
    sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Index(None, "night_id"),
    schema="ops",
    comment="what a night noticed and went on from",
)
contact = sa.Table(
    "contact",
    metadata,
    _text("project_code", primary_key=True),
    _text("email", nullable=False, comment="address that the office has confirmed; personal data"),
    sa.Column("after_delivery", sa.Integer, nullable=False, comment="number of the last delivery by then"),
    sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    schema="ops",
    comment="contacts that the office confirmed; others follow from the covers (docs/mail.md)",
)
step_lock = sa.Table(
    "step_lock",
    metadata,
    sa.Column("nothing", sa.Boolean),
    schema="ops",
    comment="always empty: a step of the night that changes the warehouse holds a lock on it",
)
night_report = sa.Table(
    "night_report",
    metadata,
    _text("night_id", primary_key=True),
    _text("status", nullable=False, comment="of the night: succeeded, failed or abandoned"),
    _text("said", nullable=False, comment="the report in at most ten lines, as terminal, page and mail show it"),
    sa.Column("facts", JSONB, nullable=False, comment="what the report was made from: counts, figures, warnings"),
    sa.Column("written_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    schema="ops",
    comment="what each night has to tell the operator; no personal data",
)
closing = sa.Table(
    "closing",
    metadata,
    _text("run_id", primary_key=True, comment="run of DAG close_period"),
    _text("period", nullable=False),
    _text("night_id", nullable=False, comment="the night that published last when it was proposed"),
    _text("note"),
    _text("status", nullable=False, server_default="waiting", comment="waiting, released, rejected, refused or void"),
    _text("reason", comment="why it was rejected, refused or void"),
    _text("release", comment="what came of it, such as 2025-S2/1"),
    _text("proposed_by", comment="who approved first, a name in Airflow"),
    _text("decided_by", comment="who approved last, or rejected"),
    _text("figures_sha256", nullable=False, comment="of the figures that were shown"),
    _text("evidence_sha256", nullable=False, comment="of the rows that counted then"),
    sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Column("ended_at", sa.DateTime(timezone=True)),
    sa.Index(None, "status", unique=True, postgresql_where=sa.text("status = 'waiting'")),  # one at a time
    schema="ops",
    comment="proposals to close a period, one waiting at a time; what was signed is in marts.release",
)
inbox_file = sa.Table(
    "inbox_file",
    metadata,
    _text("inbox_path", primary_key=True, comment="path below the inbox, as last seen"),
    _text("fingerprint", nullable=False, comment="the store's own mark of these bytes: size, times, etag"),
    _text("sha256", nullable=False, comment="with the size behind it where the file was too large to be kept"),
    schema="ops",
)
inbox_stray = sa.Table(
    "inbox_stray",
    metadata,
    _text("inbox_path", primary_key=True, comment="path below the inbox"),
    _text("kind", nullable=False, comment="root_file, nested_folder, unknown_project or no_file (a link, a device)"),
    _text("first_night_id", nullable=False, comment="the night that saw it first"),
    _text("last_night_id", nullable=False, comment="the night that saw it last: what is still there has the last one"),
    sa.Column("first_seen_on", sa.Date, nullable=False),
    sa.Column("last_seen_on", sa.Date, nullable=False),
    schema="ops",
    comment="what lies in the inbox and is not <project_code>/<file>; no project is blamed for it",
)
submission = sa.Table(
    "submission",
    metadata,
    _text("submission_id", primary_key=True, comment="<drop folder>-<number of the delivery in it>"),
    _text("project_code", nullable=False, comment="the drop folder's"),
    sa.Column("delivery_number", sa.Integer, nullable=False, comment="counts the folder's deliveries in order"),
    _text("period", comment="as the cover says; empty where it could not be read"),
    sa.Column("version", sa.Integer, comment="counts the versions of a project and period"),
    _text("status", nullable=False, server_default="landed"),
    sa.Column("is_current", sa.Boolean, nullable=False, server_default=sa.false()),
    _text("duplicate_of", comment="submission whose bytes these are"),
    _text("inbox_path", nullable=False),
    _text("file_name", nullable=False, comment="bare name; bytes that are no UTF-8 as \\xNN"),
    _text("sha256", nullable=False, comment="of the bytes; of too large a file, of its first ones"),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
    _text("archive_path", nullable=False, comment="path below the archive; empty where it was too large to be kept"),
    _text("night_id", nullable=False, comment="the night that took it"),
    sa.Column("received_on", sa.Date, nullable=False, comment="load date of the night that took it"),
    sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    _text("language", comment="of the cover"),
    sa.Column("reading", JSONB, comment="how the file was read: encoding, separator, decimal mark"),
    _text("read_with", comment="fingerprint of the code lists, columns and reader it was last read with"),
    _text("judged_with", comment="fingerprint of the registry facts and rules it was last judged by"),
    _text("withdrawal_reason", comment="why the office has withdrawn it; may name people"),
    sa.UniqueConstraint("project_code", "delivery_number"),
    sa.Index(None, "night_id"),
    sa.Index(None, "sha256"),
    schema="ops",
)
sheet_reading = sa.Table(
    "sheet_reading",
    metadata,
    _text("submission_id", primary_key=True),
    _text("sheet", primary_key=True),
    _text("file_sheet", comment="name of the sheet or CSV entry in the file; empty where absent"),
    sa.Column("is_judged", sa.Boolean, nullable=False, comment="header found and complete: rows can be judged"),
    sa.Column("header_row", sa.Integer),
    sa.Column("row_count", sa.Integer, nullable=False, comment="data rows, blank ones aside"),
    sa.Column("column_letters", JSONB, nullable=False, comment="column key -> letter in the file"),
    schema="ops",
)


def _finding_table(name: str, comment: str | None = None) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        _text("submission_id", nullable=False),
        _text("rule", nullable=False),
        _text("severity", nullable=False),
        _text("sheet", nullable=False),
        sa.Column("row_number", sa.Integer, comment="as the partner sees it"),
        _text("column_name"),
        _text("cell", comment="address in the partner's file, such as D17"),
        _text("value", comment="as received"),
        sa.Column("waived", sa.Boolean, nullable=False, server_default=sa.false()),
        _text("enterprise_ref", comment="of the row, for waivers"),
        _text(
            "waived_by", comment="who granted the waiver; empty where not waived, or where the register does not say"
        ),
        _text("waiver_reason", comment="why, as the register says"),
        sa.Column("waived_until", sa.Date, comment="the waiver is of versions received up to then"),
        sa.Index(None, "submission_id", "sheet", "row_number"),
        sa.Index(None, "rule", "submission_id"),
        sa.Index(None, "submission_id", postgresql_where=sa.text("waived")),  # few of millions, asked for every night
        schema="ops",
        comment=comment,
    )


finding = _finding_table("finding")
#: the same columns in the same order, so that rows go over as they are
shadow_finding = _finding_table("shadow_finding", "of rules in shadow: no partner sees them, nothing counts them")

# --- raw: what partners sent, as read and as received ------------------------------------------------

#: Columns that the reader works out and no partner fills in.
DERIVED_COLUMNS = {
    "enterprises": (
        ("tax_id_is_valid", sa.Boolean, "the country's check accepts the tax id; empty without one"),
        ("taxpayer_key", sa.Text, "keyed hash of country and compact tax id"),
        ("enterprise_key", sa.Text, "keyed hash of project and enterprise_ref"),
    ),
}


def _reading_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column(
            "unread",
            ARRAY(sa.Text),
            nullable=False,
            server_default="{}",
            comment="columns whose value could not be read",
        ),
        sa.Column("received", JSONB, comment="column -> text as received, where it differs from the value read"),
    ]


def _raw_table(sheet: Sheet) -> sa.Table:
    contract_columns = [sa.Column(column.key, _TYPES[SQL_TYPES[column.type]]) for column in sheet.columns]
    if sheet.kind == "cover":
        rows = [sa.Column("row_numbers", JSONB, nullable=False, comment="field -> row in the file")]
        return sa.Table(
            sheet.key,
            metadata,
            _text("submission_id", primary_key=True),
            *rows,
            *contract_columns,
            *_reading_columns(),
            schema="raw",
        )
    derived = [sa.Column(name, type_, comment=comment) for name, type_, comment in DERIVED_COLUMNS.get(sheet.key, ())]
    return sa.Table(
        sheet.key,
        metadata,
        _text("submission_id", primary_key=True),
        sa.Column("row_number", sa.Integer, primary_key=True, autoincrement=False),
        *contract_columns,
        *derived,
        *_reading_columns(),
        schema="raw",
    )


raw: dict[str, sa.Table] = {key: _raw_table(sheet) for key, sheet in load_contract().sheets.items()}
reading_finding = sa.Table(
    "reading_finding",
    metadata,
    _text("submission_id", nullable=False),
    _text("rule", nullable=False),
    _text("sheet", nullable=False),
    sa.Column("row_number", sa.Integer),
    _text("column_name"),
    _text("cell"),
    _text("value"),
    sa.Index(None, "submission_id", "sheet", "row_number"),
    schema="raw",
)

SCHEMAS = ("registry", "ops", "raw", "work")
