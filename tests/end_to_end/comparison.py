"""What a warehouse holds beside the expected files of a sample programme, cell for cell."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa

#: Euros may differ by this much; everything else must be equal.
TOLERANCE_EUR = Decimal("0.01")

_SUBMISSIONS = """
select
    s.project_code, s.file_name, s.status,
    coalesce(
        (
            select min(f.rule) from ops.finding as f
            where f.submission_id = s.submission_id and f.severity = 'critical' and not f.waived
        ),
        ''
    ),
    case when s.is_current then 'True' else 'False' end
from ops.submission as s
"""

_FINDINGS = """
select
    s.project_code, s.file_name, f.rule, f.severity, f.sheet,
    coalesce(f.row_number::text, ''), coalesce(f.column_name, '')
from ops.finding as f
inner join ops.submission as s using (submission_id)
where f.severity <> 'info' and f.rule <> all(:left_out)
"""

_HEADLINE = """
select period, scope_type, scope_code, kpi, unit, claimed, valid, unique_value, evidenced from marts.kpi_headline
"""


#: Rules that the expected files of the sample programmes say nothing of: they compare a delivery with others.
COMPARING = ("X01", "X02", "X03")


def differences(engine: sa.Engine, expected: Path, left_out: Sequence[str] = COMPARING) -> list[str]:
    """Every difference between the warehouse and the files of ``expected``, in both directions; none where equal.

    Findings of the rules ``left_out`` are not looked at.
    """
    with engine.connect() as connection:
        submissions = [tuple(row) for row in connection.execute(sa.text(_SUBMISSIONS))]
        findings = [tuple(row) for row in connection.execute(sa.text(_FINDINGS), {"left_out": list(left_out)})]
        headline = connection.execute(sa.text(_HEADLINE)).all()
    return [
        *_rows("submission", submissions, _expected(expected / "submission.csv")),
        *_rows("finding", findings, _expected(expected / "finding.csv")),
        *_figures(headline, expected / "kpi_headline.csv"),
    ]


def _expected(file: Path) -> list[tuple[str, ...]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [tuple(row.values()) for row in csv.DictReader(lines)]


def _rows(name: str, actual: list[tuple], expected: list[tuple]) -> list[str]:
    missing, extra = Counter(expected) - Counter(actual), Counter(actual) - Counter(expected)
    return [f"{name} missing: {row}" for row in missing] + [f"{name} not expected: {row}" for row in extra]


def _figures(actual: list[sa.Row], file: Path) -> list[str]:
    key = ("period", "scope_type", "scope_code", "kpi")
    with file.open(encoding="utf-8", newline="") as lines:
        expected = {tuple(row[name] for name in key): row for row in csv.DictReader(lines)}
    found = {tuple(getattr(row, name) for name in key): row for row in actual}
    lines_ = [f"kpi_headline missing: {place}" for place in expected.keys() - found.keys()]
    lines_ += [f"kpi_headline not expected: {place}" for place in found.keys() - expected.keys()]
    for place in expected.keys() & found.keys():
        for column in ("claimed", "valid", "unique_value", "evidenced"):
            text, value = expected[place][column], getattr(found[place], column)
            tolerance = TOLERANCE_EUR if found[place].unit == "EUR" else 0
            equal = value is None if text == "" else value is not None and abs(value - Decimal(text)) <= tolerance
            if not equal:
                lines_.append(f"kpi_headline {place} {column}: {value} instead of {text or 'empty'}")
    return sorted(lines_)
