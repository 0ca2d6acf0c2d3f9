"""The dbt project as text: what its properties promise and what they are derived from."""

from __future__ import annotations

import re
from pathlib import Path

from include.contract import load_contract
from include.contract.indicators import load_indicators
from include.stage5_transformation import sources
from include.stage5_transformation.fingerprint import PROJECT

PUBLISHED = {
    "bridge_project_institution",
    "claims_ledger",
    "counted_row",
    "cover",
    "data_quality",
    "dim_age_group",
    "dim_change_cause",
    "dim_code",
    "dim_country",
    "dim_date",
    "dim_enterprise",
    "dim_enterprise_history",
    "dim_evidence_grade",
    "dim_institution",
    "dim_isic",
    "dim_isic_section",
    "dim_kpi",
    "dim_period",
    "dim_pillar",
    "dim_practice",
    "dim_project",
    "dim_rule",
    "dim_scope",
    "dim_sex",
    "dim_size_class",
    "dim_standard",
    "dim_standard_kind",
    "dim_status",
    "dim_step",
    "dim_territory",
    "dim_topic",
    "dim_value_chain",
    "dim_verdict",
    "enterprise",
    "enterprise_cohort",
    "enterprise_funnel",
    "enterprise_topic",
    "fct_business_volume",
    "fct_finding",
    "fct_green_jobs",
    "fct_practice",
    "fct_result",
    "fct_result_in_scope",
    "fct_standard",
    "fct_submission",
    "fct_training",
    "figure_on_waivers",
    "grant_per_result",
    "indicator_progress",
    "indicator_target",
    "kpi_business_volume",
    "kpi_by_item",
    "kpi_evidence",
    "kpi_green_jobs",
    "kpi_headline",
    "kpi_practices",
    "kpi_sustainability_standards",
    "kpi_training",
    "kpi_waterfall",
    "load_status",
    "project_overlap",
    "resource_saving",
    "restatement",
    "result_on_waivers",
    "result_summary",
    "row_as_received",
    "set_aside_report",
    "standard_in_force",
    "submission_status",
    "target_progress",
    "training_participation",
}
PERSONAL = ("tax_id", "legal_name", "submitted_by", "contact_email", "received", "value")


def _sql_files(*folders: str) -> dict[str, Path]:
    return {path.stem: path for folder in folders for path in (PROJECT / "models" / folder).rglob("*.sql")}


def test_sources_are_those_of_the_tables() -> None:
    assert sources.SOURCES_FILE.read_text(encoding="utf-8") == sources.render()


def test_the_marts_are_the_expected_ones() -> None:
    assert set(_sql_files("marts", "restricted")) == PUBLISHED


def test_no_personal_column_passes_staging() -> None:
    files = _sql_files("staging", "intermediate", "marts")
    assert len(files) > 40
    for name, path in files.items():
        text = re.sub(r"--.*|\{#.*?#\}", "", path.read_text(encoding="utf-8"))
        if "source('raw'" in text or "source('ops', 'finding')" in text:
            assert not re.search(rf"\b({'|'.join(PERSONAL)})\b", text), name


def test_restricted_alone_reads_raw_beside_staging() -> None:
    """But what compares with releases and their history, which are no models."""
    for name, path in _sql_files("intermediate", "marts").items():
        assert name == "restatement" or "source(" not in path.read_text(encoding="utf-8"), name


def test_every_declared_total_of_the_cover_is_an_indicators() -> None:
    fields = {column.key for column in load_contract().sheets["cover"].columns if column.key.startswith("declared_")}
    assert fields
    declared = (PROJECT / "models/intermediate/int_declared_totals.sql").read_text(encoding="utf-8")
    pairs = dict(re.findall(r"\('(\w+)', covers\.(\w+)\)", declared))
    indicators = load_indicators().values()
    assert set(pairs.values()) == fields
    assert pairs == {one.key: one.declared_field for one in indicators if one.declared_field}
