"""The programme office's registry for a demonstration programme."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from random import Random
from typing import Any

from include.demonstration import projects, tax_ids
from include.demonstration.confirmed import REASON, confirmed
from include.demonstration.deliveries import deliveries, soiled
from include.demonstration.parameters import Parameters
from include.demonstration.population import population
from include.demonstration.semesters import bounds, due_on, following
from include.demonstration.statement import POSITION

#: share of a project's enterprises that its targets name (jobs: people per enterprise)
_TARGETS = {
    "msmes_trained": 0.95,
    "msmes_practices": 0.3,
    "green_jobs": 0.25,
    "msmes_standards": 0.2,
    "msmes_volume_increased": 0.12,
}
_HEADERS = {
    "projects": "project_code,title,country,pillar,lead_institution,start_date,end_date,grant_eur,call,value_chains",
    "institutions": "institution,name,country,region,kind",
    "project_institutions": "project_code,institution,role",
    "reporting_calendar": "period,ends_on,due_on",
    "targets": "project_code,kpi,target,due_period,set_on",
    "claims": "claim,scope_type,scope_code,kpi,as_of_period,relation,value,wording,source,published_on",
    "received": "project_code,period,received_on",
    "waivers": "rule,project_code,period,enterprise_ref,reason,granted_by,expires_on",
}
_SET_ON, _REVISED_ON = date(2022, 11, 15), date(2024, 9, 30)
_PUBLISHED_ON = date(2026, 2, 20)
_WAIVED_RULES = {"E03": "tax id confirmed by the office with the registry extract", "T04": "hours confirmed by phone"}


def files(parameters: Parameters) -> dict[str, bytes]:
    """File name -> bytes of the registry's eight CSV files (``submission.md``, the programme office's registry)."""
    chosen = projects.of(parameters)
    rows: dict[str, Iterable[Sequence[Any]]] = {
        "projects": [
            (p.code, p.title, p.country, p.pillar, p.lead, p.start_date, p.end_date, p.grant_eur, p.call, chains)
            for p, chains in ((project, ";".join(project.value_chains)) for project in chosen)
        ],
        "institutions": [
            (i.institution, i.name, i.country, i.region, i.kind) for i in projects.institutions(parameters)
        ],
        "project_institutions": projects.consortia(parameters),
        "reporting_calendar": _calendar(parameters),
        "targets": _targets(parameters),
        "claims": _claims(parameters),
        "received": _received(parameters),
        "waivers": _waivers(parameters),
    }
    return {f"{name}.csv": _csv(_HEADERS[name], table) for name, table in rows.items()}


def _csv(header: str, rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return text.getvalue().encode()


def _calendar(parameters: Parameters) -> list[tuple[str, date, date]]:
    """The reported semesters and the one after them, which nobody has reported on yet."""
    periods = [*parameters.periods, following(parameters.periods[-1])]
    return [(period, bounds(period)[1], due_on(period)) for period in periods]


def _targets(parameters: Parameters) -> list[tuple[str, str, int, str, date]]:
    """Targets for the last period; every seventh project's were revised."""
    rows = []
    last = parameters.periods[-1]
    for number, project in enumerate(projects.of(parameters)):
        random = Random(f"{parameters.seed}|targets|{project.code}")
        enterprises = len(population(parameters)[project.code].enterprises)
        for kpi, share in _TARGETS.items():
            target = max(1, round(enterprises * share * random.uniform(0.7, 1.2)))
            rows.append((project.code, kpi, target, last, _SET_ON))
            if number % 7 == 1:
                rows.append((project.code, kpi, max(1, round(target * 0.85)), last, _REVISED_ON))
    return rows


def _claims(parameters: Parameters) -> list[tuple[Any, ...]]:
    last = parameters.periods[-1]
    published = ("AL-INVEST Verde, mid-term communication", _PUBLISHED_ON)
    return [
        (f"C{number:02}", c.scope_type, c.scope_code, c.kpi, last, c.relation, c.value, c.wording, *published)
        for number, c in enumerate(parameters.claims, start=1)
    ]


def _received(parameters: Parameters) -> list[tuple[str, str, date]]:
    """When the office had each report: the demonstration's night takes all of them on one day."""
    first: dict[tuple[str, str], date] = {}
    for delivery in deliveries(parameters):
        if delivery.kind not in ("photo", "lock"):
            first.setdefault((delivery.project.code, parameters.periods[delivery.period]), delivery.delivered_at.date())
    return [(project, period, day) for (project, period), day in sorted(first.items())]


def _waivers(parameters: Parameters) -> list[tuple[Any, ...]]:
    """Findings that the office has confirmed, one waiver that ran out before it was of use, and a wide one.

    Those drawn from the dirt are outside Peru, whose published figures would change by them; what is confirmed
    everywhere counts as if it had no finding.
    """
    office = "Programme office"
    rows: list[tuple[Any, ...]] = []
    for delivery in deliveries(parameters):
        if delivery.kind != "report" or delivery.project.country == "PE" or len(rows) == 6:
            continue
        statement = soiled(parameters, delivery.project, delivery.period, "report")
        period = parameters.periods[delivery.period]
        for rule, ref in _confirmed(statement, delivery.project.country):
            expires_on = date(2024, 6, 30) if len(rows) == 2 else date(2030, 12, 31)
            rows.append((rule, delivery.project.code, period, ref, _WAIVED_RULES[rule], office, expires_on))
            break
    last = parameters.periods[-1]
    for code, refs in confirmed(parameters).items():
        rows += [("E03", code, last, ref, REASON, office, date(2030, 12, 31)) for ref in refs]
    abroad = next((p for p in projects.of(parameters) if p.country != "PE"), None)
    if abroad:
        rows.append(("E10", abroad.code, "", "", "joined in the preparatory phase", office, date(2030, 12, 31)))
    return rows


def _confirmed(statement: dict[str, Any], country: str) -> Iterable[tuple[str, str]]:
    """(rule, enterprise_ref) of rows whose only fault is a tax id, or hours beyond the limit."""
    tax_id, hours = POSITION["enterprises"]["tax_id"], POSITION["training"]["hours"]
    for row in statement["enterprises"]:
        given = row.values[tax_id]
        if not row.counts and row.enterprise and given and not tax_ids.is_valid(country, given):
            yield "E03", row.values[0]
    for row in statement["training"]:
        if not row.counts and row.enterprise and isinstance(row.values[hours], int) and row.values[hours] > 2000:
            yield "T04", row.values[0]
