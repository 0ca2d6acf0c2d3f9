"""What each indicator makes of one report (``kpis.md``: Indicators, A group certificate, Business volume)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tests.oracle.contract import load_contract
from tests.oracle.model import Row
from tests.oracle.reports import Report
from tests.oracle.row_rules import window_months

COUNTED = (
    "msmes_trained",
    "msmes_practices",
    "msmes_resource_saving",
    "msmes_standards",
    "msmes_certified",
    "msmes_volume_assessable",
    "msmes_volume_increased",
)
SUMMED = (
    "green_jobs_created",
    "green_jobs_maintained",
    "green_jobs",
    "green_jobs_lost",
    "green_jobs_created_fte",
    "green_jobs_maintained_fte",
    "green_jobs_fte",
    "green_jobs_lost_fte",
    "volume_change_real_eur",
    "volume_change_nominal_eur",
)

ITEM_KINDS = {
    "msmes_trained": ("topic",),
    "msmes_practices": ("practice",),
    "msmes_resource_saving": ("resource",),
    "msmes_standards": ("standard", "standard_kind"),
    "msmes_certified": ("standard", "standard_kind"),
}


@dataclass(frozen=True)
class Figure:
    """A report's value for an indicator and the grade of the rows behind it."""

    value: Fraction
    grade: str


def grades(rows: list[Row]) -> list[str]:
    """Evidence grades, blank as D."""
    return [str(row.read("evidence_grade") or "D") for row in rows]


def figures(report: Report) -> dict[str, Figure]:
    """Every indicator the report has a value for; counted ones only where they count."""
    found = {kpi: Figure(Fraction(1), min(grades(rows))) for kpi, rows in _counting(report).items() if rows}
    if not report.stale:
        _jobs(found, report)
        _volume(found, report)
    return found


def _counting(report: Report) -> dict[str, list[Row]]:
    """The rows by which the report counts its enterprise, by indicator."""
    trained = [r for r in report.training if r.read("start_date") and r.read("start_date") <= report.ends]
    if report.stale:
        return {"msmes_trained": trained}
    used = in_use(report)
    held = [r for r in report.details["standards"] if holds(r, report)]
    return {
        "msmes_trained": trained,
        "msmes_practices": used,
        "msmes_resource_saving": [r for r in used if saves(r)],
        "msmes_standards": held,
        "msmes_certified": [r for r in held if _certified(r)],
    }


def in_use(report: Report) -> list[Row]:
    """Practices in use at the period's end."""
    return [
        r
        for r in report.details["practices"]
        if r.read("status") == "in_use" and r.read("since_date") and r.read("since_date") <= report.ends
    ]


def items(report: Report) -> dict[tuple[str, str, str], str]:
    """(indicator, kind of item, item) -> best grade of its rows (``kpis.md``: By item)."""
    found: dict[tuple[str, str, str], str] = {}
    for kpi, rows in _counting(report).items():
        for row in rows:
            (grade,) = grades([row])
            for kind in ITEM_KINDS[kpi]:
                item = _kind_of(row) if kind == "standard_kind" else row.read(kind)
                if item:
                    key = kpi, kind, str(item)
                    found[key] = min(grade, found.get(key, grade))
    return found


def _kind_of(row: Row) -> str:
    return str(load_contract().standards[str(row.read("standard"))]["kind"]) if row.read("standard") else ""


def saves(row: Row) -> bool:
    """A fifth or more of a resource, in a unit."""
    base, now = row.read("baseline_value"), row.read("current_value")
    if not row.read("resource") or not row.read("unit") or base is None or now is None or base <= 0:
        return False
    return (Fraction(base) - Fraction(now)) / Fraction(base) >= Fraction(1, 5)


def holds(row: Row, report: Report) -> bool:
    """In force at the period's end, and nobody else's certificate."""
    if row.read("status") not in ("implemented", "certified"):
        return False
    start, end = row.read("valid_from"), row.read("valid_to")
    if start is None or start > report.ends or (end is not None and end < report.ends):
        return False
    number = str(row.read("certificate_no") or "").casefold()
    return not (row.read("group_role") == "holder" and number in report.foreign_members)


def _certified(row: Row) -> bool:
    return row.read("status") == "certified" and bool(row.read("certificate_no")) and _kind_of(row) == "certification"


def _jobs(found: dict[str, Figure], report: Report) -> None:
    rows = [r for r in report.details["jobs"] if r.read("job_category") in ("green", "green_digital")]
    if not rows:
        return
    worst = max(grades(rows))
    for unit, suffix in (("headcount", ""), ("fte", "_fte")):
        base, now, kept = (
            sum((Fraction(r.read(f"{part}_{unit}") or 0) for r in rows), Fraction(0))
            for part in ("baseline", "current", "maintained")
        )
        created = max(Fraction(0), now - base)
        found[f"green_jobs_created{suffix}"] = Figure(created, worst)
        found[f"green_jobs_maintained{suffix}"] = Figure(kept, worst)
        found[f"green_jobs{suffix}"] = Figure(created + kept, worst)
        found[f"green_jobs_lost{suffix}"] = Figure(max(Fraction(0), base - now), worst)


def _mean(table: dict, keys: list) -> Fraction | None:
    if not keys or any(key not in table for key in keys):
        return None
    return sum((Fraction(table[key]) for key in keys), Fraction(0)) / len(keys)


def _volume(found: dict[str, Figure], report: Report) -> None:
    """The sales row of the lowest row number."""
    sales = sorted(report.details["sales"], key=lambda r: r.number)
    if not sales:
        return
    row = sales[0]
    base, now, currency = row.read("baseline_amount"), row.read("current_amount"), row.read("currency")
    windows: list[tuple[dt.date, dt.date]] = [
        (row.read("baseline_start"), row.read("baseline_end")),
        (row.read("current_start"), row.read("current_end")),
    ]
    if (
        row.has("S01", "S02", "S03", "S06", "S09")
        or base is None
        or now is None
        or not all(a and b for a, b in windows)
    ):
        return
    months = [window_months(start, end) for start, end in windows]
    contract = load_contract()
    index0, index1 = (_mean(contract.price_index, [(report.country, year) for year, _ in m]) for m in months)
    if index0 is None or index1 is None:
        return
    grade = grades([row])[0]
    b, c = Fraction(Decimal(base)), Fraction(Decimal(now))
    at_baseline_prices = c / (index1 / index0)
    found["msmes_volume_assessable"] = Figure(Fraction(1), grade)
    if at_baseline_prices > b:
        found["msmes_volume_increased"] = Figure(Fraction(1), grade)
    rate0, rate1 = (_mean(contract.rates, [(currency, f"{y}-{n:02}") for y, n in m]) for m in months)
    if rate0 is None or rate1 is None:
        return
    found["volume_change_real_eur"] = Figure((at_baseline_prices - b) / rate0, grade)
    found["volume_change_nominal_eur"] = Figure(c / rate1 - b / rate0, grade)
