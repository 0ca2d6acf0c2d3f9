"""The headline of every period and scope (``kpis.md``: Scopes, Indicators)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from tests.oracle.model import Headline, Version, period_index
from tests.oracle.registry import Registry
from tests.oracle.reports import Report, reports_of
from tests.oracle.values_of_reports import COUNTED, SUMMED, Figure, figures

#: The indicators that are declared on the cover.
DECLARED = ("msmes_trained", "msmes_practices", "green_jobs", "msmes_standards", "msmes_volume_increased")
Pair = tuple[Report, dict[str, Figure]]


def reported(current: list[Version], registry: Registry, as_of: dt.date) -> dict[str, list[Pair]]:
    """The reports as of every ended period of the calendar, each with its figures."""
    ended = sorted((p for p, ends in registry.calendar.items() if ends < as_of), key=period_index)
    return {
        period: [
            (report, figures(report))
            for project, versions in _by_project(current, period).items()
            for report in reports_of(project, versions, period, registry)
        ]
        for period in ended
    }


def headline(pairs: dict[str, list[Pair]], current: list[Version], registry: Registry) -> list[Headline]:
    """One row for each scope and indicator of every period with a report up to it."""
    rows = []
    for period, reports in pairs.items():
        by_project = _by_project(current, period)
        for (kind, code), members in scopes(reports).items():
            for kpi in COUNTED + SUMMED:
                claimed = _claimed(by_project, registry, kind, code, kpi)
                rows.append(Headline(period, kind, code, kpi, claimed, *_figures(kpi, members)))
    return rows


def _by_project(current: list[Version], period: str) -> dict[str, list[Version]]:
    by_project: dict[str, list[Version]] = {}
    for version in current:
        if version.period and period_index(version.period) <= period_index(period):
            by_project.setdefault(version.project, []).append(version)
    return by_project


def scopes(pairs: list[Pair]) -> dict[tuple[str, str], list[Pair]]:
    """The reports of each scope."""
    found: dict[tuple[str, str], list[Pair]] = {}
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
