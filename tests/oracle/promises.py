"""Targets and grants of a registry beside the figures of the oracle, added up a second time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.oracle.contract import read_csv
from tests.oracle.model import Headline, Outcome, period_end, period_index

Line = dict[str, str]


def targets(outcome: Outcome) -> Iterator[dict[str, Any]]:
    """A row a period, scope and indicator with a target in force."""
    figures = {(h.period, h.scope_type, h.scope_code, h.kpi): h.unique_value for h in outcome.headline}
    promised = _in_force(outcome)
    for line in outcome.headline:
        projects = _projects(outcome, line)
        of_scope = [promised[p["project_code"], line.kpi] for p in projects if (p["project_code"], line.kpi) in promised]
        if not of_scope:
            continue
        target = sum(of_scope, Decimal(0))
        earlier = [key for key in figures if key[1:] == (line.scope_type, line.scope_code, line.kpi)]
        earlier = [key for key in earlier if period_index(key[0]) < period_index(line.period)]
        before = figures[max(earlier, key=lambda key: period_index(key[0]))] if earlier else None
        actual = line.unique_value
        yield {
            "period": line.period,
            "scope_key": f"{line.scope_type}:{line.scope_code}",
            "kpi": line.kpi,
            "target": target,
            "actual": actual,
            "added": None if actual is None else actual - (before or 0),
            "progress_percent": _ratio(actual, target, "0.1", 100),
        }


def grants(outcome: Outcome) -> Iterator[dict[str, Any]]:
    """A row a period, scope and indicator of enterprises, people or FTE that is a result."""
    for line in outcome.headline:
        if line.kpi.endswith("_eur") or line.kpi.startswith("green_jobs_lost") or line.kpi == "msmes_volume_assessable":
            continue
        ends = period_end(line.period)
        begun = [p for p in _projects(outcome, line) if dt.date.fromisoformat(p["start_date"]) <= ends]
        if begun:
            euros = sum((Decimal(p["grant_eur"]) for p in begun), Decimal(0))
            yield {
                "period": line.period,
                "scope_key": f"{line.scope_type}:{line.scope_code}",
                "kpi": line.kpi,
                "grant_eur": euros,
                "eur_per_result": _ratio(euros, line.unique_value, "0.01"),
                "eur_per_evidenced_result": _ratio(euros, line.evidenced, "0.01"),
            }


def _in_force(outcome: Outcome) -> dict[tuple[str, str], Decimal]:
    """Of each project and indicator the target due last, as it was set last by the load date."""
    found: dict[tuple[str, str], tuple[str, str, Decimal]] = {}
    for line in read_csv(outcome.registry / "targets.csv"):
        if dt.date.fromisoformat(line["set_on"]) <= outcome.as_of:
            said = line["due_period"], line["set_on"], Decimal(line["target"])
            place = line["project_code"], line["kpi"]
            found[place] = max(found.get(place, said), said, key=lambda one: one[:2])
    return {place: target for place, (_, _, target) in found.items()}


def _projects(outcome: Outcome, line: Headline) -> list[Line]:
    """The registry's projects of a scope, by their own country and pillar."""
    belongs: dict[str, Callable[[Line], bool]] = {
        "programme": lambda project: True,
        "country": lambda project: project["country"] == line.scope_code,
        "pillar": lambda project: project["pillar"] == line.scope_code,
        "project": lambda project: project["project_code"] == line.scope_code,
        "value_chain": lambda project: False,
    }
    return [p for p in read_csv(outcome.registry / "projects.csv") if belongs[line.scope_type](p)]


def _ratio(of: Decimal | None, by: Decimal | None, unit: str, times: int = 1) -> Decimal | None:
    return (times * of / by).quantize(Decimal(unit), ROUND_HALF_UP) if of is not None and by else None
