"""Rules that compare rows: R01, R02, R04, R05, E05 and F08.

``submission.md``: Findings and what follows from them. R03 is information and left out.
"""

from __future__ import annotations

from tests.oracle.contract import load_contract
from tests.oracle.model import Finding, Row, Sheet
from tests.oracle.text import fold
from tests.oracle.values import Value, compact_tax_id, tax_id_valid

KEYS = {
    "enterprises": ["enterprise_ref"],
    "training": ["enterprise_ref", "topic", "activity", "start_date"],
    "practices": ["enterprise_ref", "practice"],
    "jobs": ["enterprise_ref", "job_category", "sex", "age_group", "green_basis", "decent_work"],
    "standards": ["enterprise_ref", "standard", "scope", "certificate_no"],
    "sales": ["enterprise_ref"],
}


def report(row: Row, rule: str, column: str = "") -> None:
    """Put a finding on a row; a descriptive cell that cannot be read is a warning."""
    severity = load_contract().severities[rule]
    if rule.startswith("C") and column and load_contract().column(row.sheet, column).if_unreadable == "blank":
        severity = "warning"
    row.findings.append(Finding(rule, severity, row.sheet, row.number, column, str(row.read("enterprise_ref") or "")))


def comparable(sheet: str, column: str, value: Value) -> object:
    """A value as it is compared: codes without case and accents, everything else as read."""
    if value.rule is not None:
        return ("unreadable", value.received)
    kind = load_contract().column(sheet, column).type
    return fold(str(value.read)) if kind == "code" and value.read is not None else value.read


def mark_totals_and_repeats(sheet: Sheet) -> None:
    """R05 alone; R01 over every recognised column, among the rows that are not totals."""
    seen = set()
    for row in sheet.rows:
        if row.total:
            report(row, "R05")
            continue
        content = tuple(comparable(sheet.key, name, row.value(name)) for name in sorted(sheet.columns))
        if content in seen:
            row.repeated = True
            report(row, "R01")
        seen.add(content)


def judge_keys(sheet: Sheet) -> None:
    """R04: the first row with a key counts."""
    columns = load_contract()
    seen = set()
    for row in sheet.rows:
        if row.total or row.repeated:
            continue
        parts = [row.value(name) for name in KEYS[sheet.key]]
        required = [columns.column(sheet.key, name).required for name in KEYS[sheet.key]]
        if any(p.rule or (need and p.empty) for p, need in zip(parts, required, strict=True)):
            continue
        key = tuple(comparable(sheet.key, name, p) for name, p in zip(KEYS[sheet.key], parts, strict=True))
        if key in seen:
            report(row, "R04", "enterprise_ref")
        seen.add(key)


def reference(row: Row) -> str | None:
    """The enterprise a row speaks of, as it is compared."""
    read = row.read("enterprise_ref")
    return None if read is None else fold(str(read))


def enterprise_rows(sheet: Sheet | None) -> dict[str, Row]:
    """The enterprises sheet's rows by reference: the first one with it."""
    found: dict[str, Row] = {}
    for row in sheet.rows if sheet else []:
        key = reference(row)
        if key is not None and not row.total and not row.repeated:
            found.setdefault(key, row)
    return found


def judge_references(sheet: Sheet, enterprises: dict[str, Row]) -> None:
    """R02 (R03 is information and is left to :func:`valid_rows`)."""
    for row in sheet.rows:
        key = reference(row)
        if not row.total and not row.repeated and key is not None and key not in enterprises:
            report(row, "R02", "enterprise_ref")


def judge_tax_ids(sheet: Sheet) -> None:
    """E05: ids that fail E03 are not compared; one enterprise does not clash with itself."""
    owners: dict[tuple[str, str], str | None] = {}
    for row in sheet.rows:
        country, tax_id = row.read("country"), row.read("tax_id")
        if row.total or row.repeated or country is None or tax_id is None:
            continue
        compact = compact_tax_id(str(tax_id))
        if not tax_id_valid(str(country), compact):
            continue
        key = (str(country), compact)
        if key not in owners:
            owners[key] = reference(row)
        elif owners[key] is None or owners[key] != reference(row):
            report(row, "E05", "tax_id")


def too_many_errors(sheet: Sheet) -> bool:
    """F08: more than 30 % and at least 10 of the data rows have an unwaived error."""
    rows = [row for row in sheet.rows if not row.total]
    faulty = sum(row.faulty() for row in rows)
    return faulty >= 10 and 10 * faulty > 3 * len(rows)
