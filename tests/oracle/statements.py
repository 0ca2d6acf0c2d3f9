"""A statement beside the one before it: X02 and X03 (``submission.md``: Findings and what follows from them)."""

from __future__ import annotations

from tests.oracle.contract import load_contract
from tests.oracle.model import Finding, Row, Version, period_index
from tests.oracle.registry import Registry
from tests.oracle.reports import valid_enterprises
from tests.oracle.sheet_rules import reference
from tests.oracle.values import compact_tax_id, tax_id_valid


def compare(version: Version, taken_before: list[Version]) -> list[Finding]:
    """The findings of a version that come of the project's deliveries taken before it."""
    rows = _enterprises(version)
    before = _statement_before(version, taken_before)
    if rows is None or before is None:
        return []
    earlier = _enterprises(before) or {}
    found = []
    silent = version.cover is not None and version.cover.read("nothing_to_report") is True
    if earlier.keys() - rows.keys() and not silent:
        found.append(Finding("X02", load_contract().severities["X02"], "file"))
    for ref, row in rows.items():
        old, new = _valid_tax_id(earlier.get(ref)), _valid_tax_id(row)
        if old and new and old != new:
            severity = load_contract().severities["X03"]
            enterprise = str(row.read("enterprise_ref"))
            found.append(Finding("X03", severity, "enterprises", row.number, "enterprise_ref", enterprise))
    return found


def apply(versions: list[Version], registry: Registry, received: object) -> None:
    """Compare every version with the one before it, once all of them have a status."""
    for number, version in enumerate(versions):
        before = [v for v in versions[:number] if v.project == version.project]
        found = compare(version, before)
        for finding in found:
            finding.waived = registry.waives(finding, version.project, version.period, received)  # type: ignore[arg-type]
        version.findings += found


def _statement_before(version: Version, taken_before: list[Version]) -> Version | None:
    """The accepted one taken last among those of the same period, else of the latest earlier period."""
    if version.period is None:
        return None
    accepted = [
        v
        for v in taken_before
        if v.status.startswith("accepted")
        and v.period is not None
        and period_index(v.period) <= period_index(version.period)
    ]
    if not accepted:
        return None
    latest = max(period_index(v.period or "") for v in accepted)
    return [v for v in accepted if period_index(v.period or "") == latest][-1]


def _enterprises(version: Version) -> dict[str, Row] | None:
    """The valid enterprises rows by reference; None where they were not looked at."""
    sheet = version.sheets.get("enterprises")
    if not version.is_judged or sheet is None or not sheet.judged:
        return None
    rows: dict[str, Row] = {}
    for row in valid_enterprises(version):
        rows.setdefault(reference(row) or "", row)
    return rows


def _valid_tax_id(row: Row | None) -> str | None:
    if row is None or not row.read("country") or not row.read("tax_id"):
        return None
    compact = compact_tax_id(str(row.read("tax_id")))
    return compact if tax_id_valid(str(row.read("country")), compact) else None
