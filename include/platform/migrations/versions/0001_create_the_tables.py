"""Create the tables."""

from __future__ import annotations

import sqlalchemy as sa

from include.platform.migrations.written import (
    FALSE,
    JSONB,
    MOMENT,
    NOW,
    TEXTS,
    Columns,
    create_index,
    create_table,
    drop_finding_table,
    drop_index,
    drop_tables,
    finding_table,
    optional,
    required,
)

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_ops()
    _create_raw()
    _create_registry()


def _create_ops() -> None:
    finding_table("finding")
    create_table(
        "ops",
        "inbox_file",
        required(sa.Text, "inbox_path", comment="path below the inbox, as last seen"),
        required(sa.Text, "fingerprint", comment="the store's own mark of these bytes: size, times, etag"),
        required(sa.Text, "sha256"),
        key=("inbox_path",),
    )
    create_table(
        "ops",
        "night",
        required(sa.Text, "night_id"),
        required(sa.Date, "as_of", comment="load date in America/Lima"),
        required(sa.Text, "inbox", "registry"),
        required(sa.Text, "status", default="running", comment="running, succeeded, failed or abandoned"),
        optional(sa.Text, "reason", comment="why it failed, in one sentence"),
        required(MOMENT, "started_at", default=NOW),
        optional(MOMENT, "finished_at"),
        key=("night_id",),
    )
    create_table(
        "ops",
        "sheet_reading",
        required(sa.Text, "submission_id", "sheet"),
        optional(sa.Text, "file_sheet", comment="name of the sheet or CSV entry in the file; empty where absent"),
        required(sa.Boolean, "is_judged", comment="header found and complete: rows can be judged"),
        optional(sa.Integer, "header_row"),
        required(sa.Integer, "row_count", comment="data rows, blank ones aside"),
        required(JSONB, "column_letters", comment="column key -> letter in the file"),
        key=("submission_id", "sheet"),
    )
    _create_submission()


def _create_submission() -> None:
    judged_with = "fingerprint of the registry facts and rules it was last judged by"
    create_table(
        "ops",
        "submission",
        required(sa.Text, "submission_id", comment="<drop folder>-<number of the delivery in it>"),
        required(sa.Text, "project_code", comment="the drop folder's"),
        required(sa.Integer, "delivery_number", comment="counts the folder's deliveries in order"),
        optional(sa.Text, "period", comment="as the cover says; empty where it could not be read"),
        optional(sa.Integer, "version", comment="counts the versions of a project and period"),
        required(sa.Text, "status", default="landed"),
        required(sa.Boolean, "is_current", default=FALSE),
        optional(sa.Text, "duplicate_of", comment="submission whose bytes these are"),
        required(sa.Text, "inbox_path", "file_name", "sha256"),
        required(sa.BigInteger, "size_bytes"),
        required(MOMENT, "modified_at"),
        required(sa.Text, "archive_path", comment="path below the archive"),
        required(sa.Text, "night_id", comment="the night that took it"),
        required(sa.Date, "received_on", comment="load date of the night that took it"),
        required(MOMENT, "received_at", default=NOW),
        optional(sa.Text, "language", comment="of the cover"),
        optional(JSONB, "reading", comment="how the file was read: encoding, separator, decimal mark"),
        optional(sa.Text, "judged_with", comment=judged_with),
        key=("submission_id",),
        unique=("project_code", "delivery_number"),
    )
    create_index("ops", "submission", "night_id")
    create_index("ops", "submission", "sha256")


def _create_raw() -> None:
    create_table(
        "raw",
        "cover",
        required(sa.Text, "submission_id"),
        required(JSONB, "row_numbers", comment="field -> row in the file"),
        optional(sa.BigInteger, "contract_version"),
        optional(sa.Text, "project_code", "period", "language", "decimal_mark", "submitted_by", "contact_email"),
        optional(sa.Boolean, "nothing_to_report"),
        optional(sa.BigInteger, "declared_msmes_trained", "declared_msmes_practices", "declared_green_jobs"),
        optional(sa.BigInteger, "declared_msmes_standards", "declared_msmes_volume_increased"),
        _as_read(),
        key=("submission_id",),
    )
    _rows_table(
        "enterprises",
        optional(sa.Text, "tax_id", "legal_name", "country", "territory_code", "territory_name", "isic_class"),
        optional(sa.Text, "value_chain", "size_class", "owner_sex", "owner_age_group"),
        optional(sa.Date, "joined_on"),
        optional(sa.Boolean, "tax_id_is_valid", comment="the country's check accepts the tax id; empty without one"),
        optional(sa.Text, "taxpayer_key", comment="keyed hash of country and compact tax id"),
        optional(sa.Text, "enterprise_key", comment="keyed hash of project and enterprise_ref"),
    )
    _rows_table(
        "jobs",
        optional(sa.Text, "job_category", "sex", "age_group", "green_basis", "decent_work"),
        optional(sa.BigInteger, "baseline_headcount", "current_headcount", "maintained_headcount"),
        optional(sa.Numeric, "baseline_fte", "current_fte", "maintained_fte"),
        _evidence(),
    )
    _rows_table(
        "practices",
        optional(sa.Text, "practice", "status"),
        optional(sa.Date, "since_date"),
        optional(sa.Text, "resource", "unit"),
        optional(sa.Numeric, "baseline_value", "current_value"),
        _evidence(),
    )
    create_table(
        "raw",
        "reading_finding",
        required(sa.Text, "submission_id", "rule", "sheet"),
        optional(sa.Integer, "row_number"),
        optional(sa.Text, "column_name", "cell", "value"),
    )
    create_index("raw", "reading_finding", "submission_id", "sheet", "row_number")
    _rows_table(
        "sales",
        optional(sa.Date, "baseline_start", "baseline_end"),
        optional(sa.Numeric, "baseline_amount"),
        optional(sa.Date, "current_start", "current_end"),
        optional(sa.Numeric, "current_amount"),
        optional(sa.Text, "currency"),
        _evidence(),
    )
    _rows_table(
        "standards",
        optional(sa.Text, "standard", "scope", "status", "certificate_no", "certifier"),
        optional(sa.Date, "valid_from", "valid_to"),
        optional(sa.Text, "group_role"),
        _evidence(),
    )
    _rows_table(
        "training",
        optional(sa.Text, "topic", "activity"),
        optional(sa.Date, "start_date", "end_date"),
        optional(sa.Numeric, "hours"),
        optional(sa.BigInteger, "women", "men"),
        _evidence(),
    )


def _rows_table(name: str, *columns: Columns) -> None:
    create_table(
        "raw",
        name,
        required(sa.Text, "submission_id"),
        required(sa.Integer, "row_number", autoincrement=False),
        optional(sa.Text, "enterprise_ref"),
        *columns,
        _as_read(),
        key=("submission_id", "row_number"),
    )


def _evidence() -> Columns:
    return optional(sa.Text, "evidence_grade", "evidence_ref")


def _as_read() -> Columns:
    return [
        *required(TEXTS, "unread", default="{}", comment="columns whose value could not be read"),
        *optional(JSONB, "received", comment="column -> text as received, where it differs from the value read"),
    ]


def _create_registry() -> None:
    create_table(
        "registry",
        "claims",
        required(sa.Text, "claim", "scope_type", "scope_code", "kpi", "as_of_period", "relation"),
        required(sa.Numeric, "value"),
        optional(sa.Text, "wording", "source"),
        optional(sa.Date, "published_on"),
        key=("claim",),
    )
    create_table(
        "registry",
        "institutions",
        required(sa.Text, "institution", "name", "country", "region"),
        optional(sa.Text, "kind"),
        key=("institution",),
    )
    roles = ("project_code", "institution", "role")
    create_table("registry", "project_institutions", required(sa.Text, *roles), key=roles)
    create_table(
        "registry",
        "projects",
        required(sa.Text, "project_code", "title", "country", "pillar", "lead_institution"),
        required(sa.Date, "start_date", "end_date"),
        required(sa.Numeric, "grant_eur"),
        optional(sa.Text, "call", "value_chains"),
        key=("project_code",),
    )
    create_table(
        "registry",
        "reporting_calendar",
        required(sa.Text, "period"),
        required(sa.Date, "ends_on", "due_on"),
        key=("period",),
    )
    create_table(
        "registry",
        "targets",
        required(sa.Text, "project_code", "kpi"),
        required(sa.Numeric, "target"),
        required(sa.Text, "due_period"),
        required(sa.Date, "set_on"),
        key=("project_code", "kpi", "due_period", "set_on"),
    )
    create_table(
        "registry",
        "waivers",
        required(sa.Text, "rule"),
        optional(sa.Text, "project_code", "period", "enterprise_ref", "reason", "granted_by"),
        required(sa.Date, "expires_on"),
    )


def downgrade() -> None:
    drop_tables("registry", "waivers", "targets", "reporting_calendar", "projects", "project_institutions")
    drop_tables("registry", "institutions", "claims")
    drop_tables("raw", "training", "standards", "sales")
    drop_index("raw", "reading_finding", "submission_id", "sheet", "row_number")
    drop_tables("raw", "reading_finding", "practices", "jobs", "enterprises", "cover")
    drop_index("ops", "submission", "sha256")
    drop_index("ops", "submission", "night_id")
    drop_tables("ops", "submission", "sheet_reading", "night", "inbox_file")
    drop_finding_table("finding")
