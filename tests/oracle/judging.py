"""One delivery, judged (``submission.md``: Findings and what follows from them)."""

from __future__ import annotations

import datetime as dt

from tests.oracle.containers import Refused, read_book
from tests.oracle.contract import load_contract
from tests.oracle.layout import Layout, lay_out
from tests.oracle.model import Cover, Delivery, Finding, Row, Sheet, Version, period_end
from tests.oracle.registry import Registry
from tests.oracle.row_rules import Setting, judge_row
from tests.oracle.sheet_rules import (
    enterprise_rows,
    judge_keys,
    judge_references,
    judge_tax_ids,
    mark_totals_and_repeats,
    report,
    too_many_errors,
)
from tests.oracle.text import fold
from tests.oracle.values import Value, bare_tax_id, compact_tax_id, restored_tax_id, restored_territory

REQUIRED_FIELDS = ("contract_version", "project_code", "period")


def judge(delivery: Delivery, registry: Registry, as_of: dt.date) -> Version:
    """Every finding of a delivery, waived or not, and its status."""
    try:
        layout = lay_out(read_book(delivery.file_name, delivery.content))
    except Refused as refused:
        version = Version(delivery, None, None, {}, [Finding(refused.rule, "critical", "file")])
        return _conclude(version, registry, as_of)
    period = layout.cover.read("period") if layout.cover else None
    version = Version(delivery, period, layout.cover, layout.sheets, list(layout.findings))
    cover_findings = _judge_cover(layout.cover, delivery.project, registry, as_of)
    version.findings += cover_findings
    for finding in version.findings:
        finding.waived = registry.waives(finding, delivery.project, period, as_of)
    stops = [f for f in cover_findings if f.rule in ("F03", "F04", "F05") and not f.waived]
    if not stops and period is not None:
        version.is_judged = True
        _judge_sheets(version, layout, registry, as_of)
    return _conclude(version, registry, as_of)


def _judge_cover(cover: Cover | None, project: str, registry: Registry, as_of: dt.date) -> list[Finding]:
    """F03, F04, F05 on the cover, and the C rules of its optional fields."""
    if cover is None:
        return [Finding("F03", "critical", "cover")]
    found = []
    for name in REQUIRED_FIELDS:
        value = cover.read(name)
        if value is None or (name == "contract_version" and value != 1):
            found.append(Finding("F03", "critical", "cover", cover.rows.get(name), name))
    code = cover.read("project_code")
    if code is not None and (registry.project(str(code)) is None or fold(str(code)) != fold(project)):
        found.append(Finding("F04", "critical", "cover", cover.rows["project_code"], "project_code"))
    period = cover.read("period")
    if period is not None and not (period in registry.calendar and registry.calendar[period] < as_of):
        found.append(Finding("F05", "critical", "cover", cover.rows["period"], "period"))
    for name, value in cover.values.items():
        if name not in REQUIRED_FIELDS and value.rule:
            column = load_contract().column("cover", name)
            severity = "warning" if column.if_unreadable == "blank" else "error"
            found.append(Finding(value.rule, severity, "cover", cover.rows[name], name))
    return found


def _judge_sheets(version: Version, layout: Layout, registry: Registry, as_of: dt.date) -> None:
    period = version.period
    assert period is not None
    project = registry.project(version.project)
    enterprises = layout.sheets.get("enterprises")
    if enterprises:
        for row in enterprises.rows:
            _restore(row)
    for sheet in layout.sheets.values():
        if sheet.judged:
            mark_totals_and_repeats(sheet)
    readable = enterprises is not None and enterprises.judged and any(not r.total for r in enterprises.rows)
    known = enterprise_rows(enterprises) if readable else {}
    ends = registry.calendar.get(period, period_end(period))
    setting = Setting(period, ends, project.start_date if project else None, known)
    for sheet in layout.sheets.values():
        if not sheet.judged:
            continue
        _judge_sheet(sheet, setting, readable)
        for row in sheet.rows:
            for finding in row.findings:
                finding.waived = registry.waives(finding, version.project, period, as_of)
        if too_many_errors(sheet):
            version.findings.append(Finding("F08", "critical", sheet.key))


def _judge_sheet(sheet: Sheet, setting: Setting, readable: bool) -> None:
    for row in sheet.rows:
        if row.slipped:
            report(row, "C11")
        if not row.total and not row.repeated:
            judge_row(row, setting)
    judge_keys(sheet)
    if sheet.key == "enterprises":
        judge_tax_ids(sheet)
    elif readable:
        judge_references(sheet, setting.enterprises)


def _restore(row: Row) -> None:
    """Leading zeros that the country's list or check digit proves to be lost (C09)."""
    country = row.read("country")
    tax_id, territory = row.value("tax_id"), row.value("territory_code")
    if tax_id.read:
        compact = compact_tax_id(bare_tax_id(str(tax_id.read)))
        whole = restored_tax_id(str(country), compact) if country else compact
        row.values["tax_id"] = Value(whole, None, tax_id.received)
    if country and territory.read:
        restored = restored_territory(str(country), str(territory.read))
        row.values["territory_code"] = Value(restored, None, territory.received)


def _conclude(version: Version, registry: Registry, as_of: dt.date) -> Version:
    """The status: returned, accepted_with_findings or accepted."""
    for finding in version.findings:
        finding.waived = registry.waives(finding, version.project, version.period, as_of)
    every = all_findings(version)
    severities = {f.severity for f in every if not f.waived}
    if "critical" in severities:
        version.status = "returned"
    elif severities & {"error", "warning"}:
        version.status = "accepted_with_findings"
    else:
        version.status = "accepted"
    return version


def all_findings(version: Version) -> list[Finding]:
    """The findings on the file and on its rows."""
    on_rows = [f for sheet in version.sheets.values() for row in sheet.rows for f in row.findings]
    return version.findings + on_rows


__all__ = ["all_findings", "judge", "report"]
