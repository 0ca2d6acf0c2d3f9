"""The headline of every period and scope (``kpis.md``: Scopes, Indicators)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from tests.oracle.model import Headline, Row, Version, period_index
from tests.oracle.registry import Registry
from tests.oracle.reports import Report, reports_of
from tests.oracle.values_of_reports import COUNTED, SUMMED, Figure, figures, items

#: The indicators that are declared on the cover.
DECLARED = ("msmes_trained", "msmes_practices", "green_jobs", "msmes_standards", "msmes_volume_increased")
Values = TypeVar("Values")
Pair = tuple[Report, dict[str, Figure]]
#: Project -> its current versions up to a period.
Versions = dict[str, list[Version]]


def headline(current: list[Version], registry: Registry, as_of: dt.date) -> list[Headline]:
    """One row for each scope and indicator of every ended period of the calendar with a report up to it."""
    rows = []
    for period, by_project, reports in _ended(current, registry, as_of):
        pairs = [(report, figures(report)) for report in reports]
        for (kind, code), members in scopes(pairs).items():
            for kpi in COUNTED + SUMMED:
                claimed = _claimed(by_project, registry, kind, code, kpi)
                rows.append(Headline(period, kind, code, kpi, claimed, *_figures(kpi, members)))
    return rows


def reported(current: list[Version], registry: Registry, as_of: dt.date) -> dict[str, list[Pair]]:
    """The reports as of every ended period, each with its figures."""
    return {
        period: [(report, figures(report)) for report in reports]
        for period, _, reports in _ended(current, registry, as_of)
    }


def reported_without(
    current: list[Version], registry: Registry, as_of: dt.date, kept: Callable[[Row], bool]
) -> dict[str, list[Report]]:
    """The reports as of every ended period as they would be if only the rows that are kept were there."""
    return {
        period: [r for project, of in by_project.items() for r in reports_of(project, of, period, registry, kept)]
        for period, by_project, _ in _ended(current, registry, as_of)
    }


def by_item(
    current: list[Version], registry: Registry, as_of: dt.date
) -> dict[tuple[str, str, str, str, str, str], tuple[int, int, int]]:
    """Reports, enterprises, and enterprises with a row graded A or B under each item (``kpis.md``: By item)."""
    counted = {}
    for period, _, reports in _ended(current, registry, as_of):
        for (kind, code), members in scopes([(report, items(report)) for report in reports]).items():
            for of_item in {key for _, best in members for key in best}:
                having = [(report.identity, best[of_item]) for report, best in members if of_item in best]
                proven = {identity for identity, grade in having if grade in ("A", "B")}
                counted[period, kind, code, *of_item] = len(having), len({i for i, _ in having}), len(proven)
    return counted


def _ended(current: list[Version], registry: Registry, as_of: dt.date) -> Iterator[tuple[str, Versions, list[Report]]]:
    """Every period of the calendar that has ended, with the versions up to it and the reports as of it."""
    ended = sorted((p for p, ends in registry.calendar.items() if ends < as_of), key=period_index)
    for period in ended:
        upto = [v for v in current if v.period and period_index(v.period) <= period_index(period)]
        by_project: Versions = {}
        for version in upto:
            by_project.setdefault(version.project, []).append(version)
        found = by_project.items()
        yield period, by_project, [r for project, of in found for r in reports_of(project, of, period, registry)]


def scopes(pairs: list[tuple[Report, Values]]) -> dict[tuple[str, str], list[tuple[Report, Values]]]:
    """The reports of each scope."""
    found: dict[tuple[str, str], list[tuple[Report, Values]]] = {}
    for report, values in pairs:
        places = {
            "programme": "all",
            "country": report.country,
            "pillar": report.pillar,
            "value_chain": report.value_chain,
            "project": report.project,
        }
        for kind, code in places.items():
            if code:
                found.setdefault((kind, code), []).append((report, values))
    return found


def _figures(kpi: str, members: list[Pair]) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """valid, unique_value and evidenced."""
    gate = {
        "msmes_volume_increased": "msmes_volume_assessable",
        "volume_change_real_eur": kpi,
        "volume_change_nominal_eur": kpi,
    }.get(kpi)
    if gate and not any(gate in values for _, values in members):
        return None, None, None
    having = [(report, values[kpi]) for report, values in members if kpi in values]
    valid = sum((figure.value for _, figure in having), Fraction(0))
    spoken = [figure for _, figure in speakers(kpi, members)]
    unique = sum((f.value for f in spoken), Fraction(0))
    evidenced = sum((f.value for f in spoken if f.grade in ("A", "B")), Fraction(0))
    return _decimal(valid), _decimal(unique), _decimal(evidenced)


def speakers(kpi: str, members: list[Pair]) -> list[tuple[Report, Figure]]:
    """Of the reports of each enterprise that have a value the one that speaks for it."""
    found: dict[tuple[str, ...], tuple[Report, Figure]] = {}
    for report, values in members:
        if kpi in values:
            rival = found.get(report.identity)
            if rival is None or _rank(report, values[kpi]) < _rank(*rival):
                found[report.identity] = (report, values[kpi])
    return list(found.values())


def _rank(report: Report, figure: Figure) -> tuple[str, int, str]:
    """Best grade, then latest period, then lowest project code."""
    return (figure.grade, -period_index(report.q), report.project)


def _claimed(
    by_project: dict[str, list[Version]], registry: Registry, kind: str, code: str, kpi: str
) -> Decimal | None:
    if kpi not in DECLARED or kind == "value_chain":
        return None
    total: Decimal | None = None
    for project, versions in by_project.items():
        facts = registry.project(project)
        assert facts is not None
        placed = {"programme": "all", "country": facts.country, "pillar": facts.pillar, "project": facts.code}
        latest = max(versions, key=lambda v: period_index(v.period or ""))
        declared = latest.cover.read(f"declared_{kpi}") if latest.cover else None
        if placed[kind] == code and declared is not None:
            total = (total or Decimal(0)) + declared
    return total


def _decimal(value: Fraction) -> Decimal:
    """To twelve decimals."""
    return Decimal(round(value * 10**12)) / 10**12
