"""What rests on waivers, counted from the rows: the figures minus those of the reports that there would be without the
rows that waivers let in.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from tests.oracle.indicators import Pair, reported_without, scopes, speakers
from tests.oracle.judging import all_findings
from tests.oracle.model import Outcome, Row, Version
from tests.oracle.registry import load_registry
from tests.oracle.reports import Report
from tests.oracle.sheet_rules import enterprise_rows, reference
from tests.oracle.values_of_reports import COUNTED, SUMMED, Figure, figures

_ASSESSED = ("S01", "S02", "S03", "S06", "S09")
_OF_SALES = ("msmes_volume_assessable", "msmes_volume_increased", "volume_change_real_eur", "volume_change_nominal_eur")

#: What rests on waivers, and the same in per cent; the measured is rounded to six decimals an enterprise.
_NEAR = {"on_waivers": Fraction(1, 100), "on_waivers_percent": Fraction(0)}


def unequal_figures(engine: sa.Engine, outcome: Outcome) -> list[str]:
    """Every figure of which another part rests on waivers than is counted here: indicators are worked out twice, with
    what waivers let in and without, and both have to say the same of what a row is worth.
    """
    with engine.connect() as connection:
        query = sa.text("select period, scope_key, kpi, on_waivers, on_waivers_percent from marts.figure_on_waivers")
        said = {(row.period, row.scope_key, row.kpi): row for row in connection.execute(query)}
    counted = {(row["period"], row["scope_key"], row["kpi"]): row for row in rows(outcome)}
    found = [f"{place} is in one of both alone" for place in said.keys() ^ counted.keys()]
    for place in said.keys() & counted.keys():
        for column, near in _NEAR.items():
            got, wanted = getattr(said[place], column), counted[place][column]
            if (got is None) != (wanted is None) or abs(Fraction(got or 0) - Fraction(wanted or 0)) > near:
                found.append(f"{place} {column}: {got} instead of {wanted}")
    assert any(row.on_waivers for row in said.values()), "no figure rests on waivers"
    return sorted(found)


def rows(outcome: Outcome) -> Iterator[dict[str, Any]]:
    """A row a period, scope and indicator: how much of the figure would not be there."""
    let_in = {id(row) for version in outcome.current for row in _let_in(version)}
    registry = load_registry(outcome.registry)
    without = reported_without(outcome.current, registry, outcome.as_of, lambda row: id(row) not in let_in)
    for period, pairs in outcome.reported.items():
        left = scopes([(report, _assessed(report)) for report in without[period]])
        for scope, members in scopes(pairs).items():
            for kpi in COUNTED + SUMMED:
                whole = _unique(kpi, members)
                part = whole - _unique(kpi, left.get(scope, []))
                yield {
                    "period": period,
                    "scope_key": f"{scope[0]}:{scope[1]}",
                    "kpi": kpi,
                    "on_waivers": part,
                    "on_waivers_percent": _tenths(100 * part / whole) if whole else None,
                }


def _unique(kpi: str, members: list[Pair]) -> Fraction:
    return sum((figure.value for _, figure in speakers(kpi, members)), Fraction(0))


def _tenths(percent: Fraction) -> Fraction:
    """To the nearest tenth, halves away from 0."""
    return (1 if percent >= 0 else -1) * Fraction(math.floor(abs(percent) * 10 + Fraction(1, 2)), 10)


def _let_in(version: Version) -> Iterator[Row]:
    """The rows that would be no valid ones."""
    returned = any(finding.severity == "critical" and finding.waived for finding in all_findings(version))
    owners = enterprise_rows(version.sheets.get("enterprises"))
    for sheet in version.sheets.values():
        for row in sheet.rows:
            owner = owners.get(reference(row) or "")
            if returned or _faulty(row) or (owner is not None and _faulty(owner)):
                yield row


def _faulty(row: Row) -> bool:
    return any(finding.waived and (finding.severity == "error" or finding.rule == "J05") for finding in row.findings)


def _assessed(report: Report) -> dict[str, Figure]:
    """The report's figures, but for sales that only a waiver lets be assessed."""
    sales = min(report.details["sales"], key=lambda row: row.number, default=None)
    waived = sales is not None and any(finding.rule in _ASSESSED for finding in sales.findings)
    return {kpi: figure for kpi, figure in figures(report).items() if not waived or kpi not in _OF_SALES}
