"""What a correct pipeline has to count: the generator's own reading of ``kpis.md``, over rows that still count.

It shares nothing with the warehouse, so the two can be compared after a real night.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from include.demonstration import facts, tax_ids
from include.demonstration.statement import POSITION, Row, Statement

#: periods after which a report is stale
_FRESH = 2
_GRADES = "ABCD"


@dataclass
class Report:
    """What one version of one project says of one enterprise. ``jobs`` is people, ``grade`` 0 (A) to 3 (D)."""

    tax_id: str | None = None
    trained: bool = False
    practices: bool = False
    standards: bool = False
    increased: bool = False
    jobs: int | None = None
    grade: int = 0
    details: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))


def reports(statement: Statement, country: str, ends_on: date) -> dict[str, Report]:
    """``enterprise_ref`` -> its report, from the rows that count; ``ends_on`` is the day the figures are for."""
    told: dict[str, Report] = {}
    position = POSITION["enterprises"]
    for row in statement["enterprises"]:
        if row.counts:
            tax_id = row.values[position["tax_id"]]
            told[row.values[0]] = Report(tax_id if tax_id and tax_ids.is_valid(country, tax_id) else None)
    for sheet, rows in statement.items():
        if sheet == "enterprises":
            continue
        names = list(POSITION[sheet])
        for row in _counting(rows, told):
            told[row.values[0]].details[sheet].append(dict(zip(names, row.values, strict=True)))

    members = {
        (entry["certificate_no"], ref)
        for ref, report in told.items()
        for entry in report.details["standards"]
        if entry["group_role"] == "member"
    }
    certified_members = defaultdict(set)
    for certificate_no, ref in members:
        certified_members[certificate_no].add(ref)
    for ref, report in told.items():
        details = report.details
        report.trained = any(entry["start_date"] <= ends_on for entry in details["training"])
        report.practices = any(_in_use(entry, ends_on) for entry in details["practices"])
        report.standards = any(
            _holds(entry, ends_on)
            and not (entry["group_role"] == "holder" and certified_members[entry["certificate_no"]] - {ref})
            for entry in details["standards"]
        )
        green = [entry for entry in details["jobs"] if entry["job_category"] in ("green", "green_digital")]
        if green:
            net = sum(entry["current_headcount"] - entry["baseline_headcount"] for entry in green)
            report.jobs = max(0, net) + sum(entry["maintained_headcount"] for entry in green)
            report.grade = max(_GRADES.index(entry["evidence_grade"] or "D") for entry in green)
        report.increased = any(_increased(entry, country) for entry in details["sales"])
    return told


def unique_values(versions: Iterable[tuple[str, int, dict[str, Report]]], period: int) -> dict[str, int]:
    """``unique_value`` of the headline indicators as of the period at position ``period``.

    ``versions`` are (project, position of the period, its reports), all of one country, up to ``period``.
    """
    ordered = sorted((entry for entry in versions if entry[1] <= period), key=lambda entry: entry[1])
    tax_of: dict[tuple[str, str], str] = {}
    latest: dict[tuple[str, str], tuple[int, Report]] = {}
    trained_refs = set()
    for project, position, told in ordered:
        for ref, report in told.items():
            latest[project, ref] = (position, report)
            if report.tax_id:
                tax_of[project, ref] = report.tax_id
            if report.trained:
                trained_refs.add((project, ref))

    def identity(known: tuple[str, str]) -> Any:
        return tax_of.get(known, known)

    counted: dict[str, set[Any]] = {"msmes_practices": set(), "msmes_standards": set(), "msmes_volume_increased": set()}
    speakers: dict[Any, tuple[tuple[int, int, str], int]] = {}
    for known, (position, report) in latest.items():
        if period - position > _FRESH:
            continue
        who = identity(known)
        for kpi, holds in zip(counted, (report.practices, report.standards, report.increased), strict=True):
            if holds:
                counted[kpi].add(who)
        if report.jobs is not None:
            rank = (report.grade, -position, known[0])
            if who not in speakers or rank < speakers[who][0]:
                speakers[who] = (rank, report.jobs)
    return {
        "msmes_trained": len({identity(known) for known in trained_refs}),
        **{kpi: len(who) for kpi, who in counted.items()},
        "green_jobs": sum(people for _, people in speakers.values()),
    }


def _counting(rows: Iterable[Row], told: dict[str, Report]) -> Iterable[Row]:
    return (row for row in rows if row.counts and row.values[0] in told)


def _in_use(entry: dict[str, Any], ends_on: date) -> bool:
    return entry["status"] == "in_use" and entry["since_date"] is not None and entry["since_date"] <= ends_on


def _holds(entry: dict[str, Any], ends_on: date) -> bool:
    return (
        entry["status"] in ("implemented", "certified")
        and entry["valid_from"] <= ends_on
        and (entry["valid_to"] is None or entry["valid_to"] >= ends_on)
    )


def _increased(entry: dict[str, Any], country: str) -> bool:
    baseline, amount = entry["baseline_amount"], entry["current_amount"]
    windows = [(entry[f"{name}_start"], entry[f"{name}_end"]) for name in ("baseline", "current")]
    if baseline is None or amount >= 10 * baseline or amount <= baseline / 10:
        return False
    if any(not 362 <= (last - first).days + 1 <= 369 for first, last in windows):
        return False
    if windows[0][0].month != windows[1][0].month:
        return False
    change = facts.price_change(country, *windows)
    return change is not None and amount / change > baseline
