"""Deliveries and findings made up for tests that need no warehouse."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from include.contract import load_contract
from include.stage7_outputs.findings.deliveries import Delivery, Finding, SheetPlace


def finding(rule: str, sheet: str = "jobs", row: int | None = 5, **changes: object) -> Finding:
    """A finding of ``rule`` at column A, of the rule's severity."""
    made = Finding(
        rule=rule,
        severity=load_contract().rules[rule].severity,
        sheet=sheet,
        row=row,
        column="enterprise_ref",
        cell=f"A{row}" if row else None,
        value="E0001",
        waived=False,
        enterprise_ref="E0001",
        waiver_reason=None,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def delivery(*findings: Finding, **changes: object) -> Delivery:
    """An accepted delivery whose sheets all have a header in row 1 and were judged."""
    sheets = {
        key: SheetPlace(key, sheet.labels["es"], True, 1, 20, {column.key: "A" for column in sheet.columns[:1]})
        for key, sheet in load_contract().sheets.items()
    }
    made = Delivery(
        submission_id="PE-01-0001",
        project_code="PE-01",
        period="2024-S1",
        version=1,
        status="accepted_with_findings",
        duplicate_of=None,
        file_name="Reporte.xlsx",
        sha256="ab" * 32,
        size_bytes=12345,
        received_at=datetime(2024, 8, 1, 6, 30, tzinfo=UTC),
        received_on=date(2024, 8, 1),
        archive_path="",
        is_current=True,
        language="es",
        country="PE",
        project_start=date(2022, 7, 1),
        decimal_mark=None,
        contact_email="contacto@example.org",
        sheets=sheets,
        findings=findings,
    )
    return replace(made, **changes)  # type: ignore[arg-type]
