"""Measures of the results' marts under filters drawn at random, beside a count from the rows of the oracle's reports.

What a mart holds is said here a second time, row by row; each measure then is a plain count or sum of rows.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from include.dashboards.definition import load_definition
from tests.oracle import cohorts, promises, waivers
from tests.oracle.indicators import scopes, speakers
from tests.oracle.model import Outcome
from tests.oracle.reports import valid_details
from tests.oracle.values_of_reports import SUMMED, grades, holds, in_use, items, saves

Row = dict[str, Any]

_STAGES = {
    "trained": "msmes_trained",
    "with_practice": "msmes_practices",
    "with_standard": "msmes_standards",
    "with_more_business": "msmes_volume_increased",
}


def _participation(outcome: Outcome) -> Iterator[Row]:
    for version in outcome.current:
        for row in valid_details(version, "training"):
            women, men = (int(row.read(column) or 0) for column in ("women", "men"))
            yield {
                "period": version.period,
                "project_code": version.project,
                "topic": row.read("topic"),
                "women": women,
                "men": men,
                "participant_hours": Decimal(row.read("hours") or 0) * (women + men),
            }


def _funnel(outcome: Outcome) -> Iterator[Row]:
    for period, pairs in outcome.reported.items():
        for (kind, code), members in scopes(pairs).items():
            left = {report.identity for report, _ in members}
            for stage, kpi in _STAGES.items():
                left &= {report.identity for report, values in members if kpi in values}
                yield {"period": period, "scope_key": f"{kind}:{code}", "stage": stage, "enterprise_count": len(left)}


def _topics(outcome: Outcome) -> Iterator[Row]:
    """Who practises does so everywhere, whichever project reports it; but a project has its own reports alone."""
    for period, pairs in outcome.reported.items():
        for (kind, code), members in scopes(pairs).items():
            telling = members if kind == "project" else pairs
            practising = {report.identity for report, values in telling if "msmes_practices" in values}
            trained: dict[str, set[Any]] = {}
            for report, _ in members:
                for kpi, _, topic in items(report):
                    if kpi == "msmes_trained":
                        trained.setdefault(topic, set()).add(report.identity)
            for topic, identities in trained.items():
                yield {
                    "period": period,
                    "scope_key": f"{kind}:{code}",
                    "topic": topic,
                    "trained": len(identities),
                    "practising": len(identities & practising),
                }


def _savings(outcome: Outcome) -> Iterator[Row]:
    """Of the rows of an enterprise, practice and resource the one with the best evidence, of the lowest project."""
    for period, pairs in outcome.reported.items():
        found: dict[tuple[Any, ...], tuple[tuple[Any, ...], Row]] = {}
        for report, _ in pairs:
            for row in [] if report.stale else in_use(report):
                practice, resource = row.read("practice"), row.read("resource")
                if not resource or not (row.read("baseline_value") or 0) > 0 or row.read("current_value") is None:
                    continue
                rank = (grades([row])[0], report.project, row.number)
                said = {
                    "period": period,
                    "project_code": report.project,
                    "practice": practice,
                    "resource": resource,
                    "is_saving_a_fifth": saves(row),
                }
                place = report.identity, practice, resource
                if place not in found or rank < found[place][0]:
                    found[place] = rank, said
        yield from (said for _, said in found.values())


def _lapsing(outcome: Outcome) -> Iterator[Row]:
    for period, pairs in outcome.reported.items():
        for report, _ in pairs:
            held = [] if report.stale else [row for row in report.details["standards"] if holds(row, report)]
            for row in held:
                ends = row.read("valid_to")
                same = [other.read("valid_to") for other in held if other.read("standard") == row.read("standard")]
                if ends and all(other and other <= ends for other in same):
                    yield {
                        "period": period,
                        "project_code": report.project,
                        "standard": row.read("standard"),
                        "lapses_in": f"{ends.year}-S{1 if ends.month <= 6 else 2}",
                        "enterprise": report.identity,
                    }


def _set_aside(outcome: Outcome) -> Iterator[Row]:
    for period, pairs in outcome.reported.items():
        for (kind, code), members in scopes(pairs).items():
            for kpi in SUMMED if kind != "project" else ():
                speaking = {id(report) for report, _ in speakers(kpi, members)}
                for report, values in members:
                    if kpi in values and id(report) not in speaking:
                        yield {
                            "period": period,
                            "scope_key": f"{kind}:{code}",
                            "kpi": kpi,
                            "project_code": report.project,
                            "value": values[kpi].value,
                        }


def _sum(column: str) -> Callable[[list[Row]], Any]:
    return lambda rows: sum(row[column] for row in rows)


def _one(column: str) -> Callable[[list[Row]], Any]:
    """What the rows have in common: there is one, or all say the same."""

    def only(rows: list[Row]) -> Any:
        (value,) = {row[column] for row in rows}
        return value

    return only


@dataclass(frozen=True)
class _Asked:
    """A question of a mart: the measure's name or SQL, its rows, what they come to, filters it needs and may have."""

    table: str
    measure: str
    rows: Callable[[Outcome], Iterator[Row]]
    count: Callable[[list[Row]], Any]
    needs: tuple[str, ...]
    may: tuple[str, ...]

    @property
    def sql(self) -> str:
        measure = load_definition().measures.get(self.measure)
        if measure is None:
            return self.measure
        assert measure.table == self.table and set(measure.needs) == set(self.needs), self.measure
        assert set(self.may) <= set(measure.dimensions), self.measure
        return measure.sql


_QUESTIONS = (
    *(
        _Asked("training_participation", name, _participation, _sum(column), (), ("period", "project_code", "topic"))
        for name, column in (
            ("women_in_trainings", "women"),
            ("men_in_trainings", "men"),
            ("participant_hours", "participant_hours"),
        )
    ),
    _Asked(
        "enterprise_funnel",
        "enterprises_reaching_stage",
        _funnel,
        _sum("enterprise_count"),
        ("period", "scope_key", "stage"),
        (),
    ),
    *(
        _Asked("enterprise_topic", name, _topics, _sum(column), ("period", "scope_key", "topic"), ())
        for name, column in (("trained_in_topic", "trained"), ("practising_of_topic", "practising"))
    ),
    _Asked(
        "resource_saving", "practices_measured", _savings, len, ("period",), ("project_code", "practice", "resource")
    ),
    _Asked(
        "resource_saving",
        "practices_saving_a_fifth",
        _savings,
        _sum("is_saving_a_fifth"),
        ("period",),
        ("project_code", "practice", "resource"),
    ),
    _Asked(
        "standard_in_force",
        "standards_lapsing",
        _lapsing,
        lambda rows: len({row["enterprise"] for row in rows}),
        ("period",),
        ("project_code", "standard", "lapses_in"),
    ),
    *(
        _Asked("enterprise_cohort", name, cohorts.rows, _sum(column), ("period", "scope_key"), ("cohort",))
        for name, column in (
            ("enterprises_joined", "enterprise_count"),
            ("joined_with_practice", "with_practice"),
            ("joined_with_standard", "with_standard"),
            ("joined_with_more_business", "with_more_business"),
        )
    ),
    *(
        _Asked("target_progress", name, promises.targets, _one(column), ("period", "scope_key", "kpi"), ())
        for name, column in (
            ("scope_target", "target"),
            ("scope_reached", "actual"),
            ("scope_added", "added"),
            ("scope_progress_percent", "progress_percent"),
        )
    ),
    _Asked("grant_per_result", "grants", promises.grants, _one("grant_eur"), ("period", "scope_key"), ()),
    *(
        _Asked("grant_per_result", name, promises.grants, _one(column), ("period", "scope_key", "kpi"), ())
        for name, column in (
            ("grant_per_result", "eur_per_result"),
            ("grant_per_evidenced_result", "eur_per_evidenced_result"),
        )
    ),
    *(
        _Asked("figure_on_waivers", name, waivers.rows, _one(column), ("period", "scope_key", "kpi"), ())
        for name, column in (("figure_on_waivers", "on_waivers"), ("percent_on_waivers", "on_waivers_percent"))
    ),
    _Asked("set_aside_report", "count(*)", _set_aside, len, ("period", "scope_key", "kpi"), ("project_code",)),
    _Asked(
        "set_aside_report",
        "sum(value_set_aside)",
        _set_aside,
        _sum("value"),
        ("period", "scope_key", "kpi"),
        ("project_code",),
    ),
)


def unequal_results(engine: sa.Engine, outcome: Outcome, *, filters: int, seed: int) -> list[str]:
    """The filters under which a measure is not what the rows come to; ``filters`` of each measure."""
    dice = random.Random(seed)
    known = {rows_of: list(rows_of(outcome)) for rows_of in {asked.rows: None for asked in _QUESTIONS}}
    found = []
    with engine.connect() as connection:
        for asked in _QUESTIONS:
            rows = known[asked.rows]
            telling = [row for row in rows if asked.count([row])]
            assert telling, asked.measure
            for number in range(filters):
                one = dice.choice(telling if number % 2 else rows)
                kept = [*asked.needs, *(name for name in asked.may if dice.random() < 0.5)]
                conditions = {name: one[name] for name in kept if one[name] is not None}
                where = " and ".join(["true", *(f"{name} = :{name}" for name in conditions)])
                said = connection.scalar(
                    sa.text(f"select {asked.sql} from marts.{asked.table} where {where}"), conditions
                )
                wanted = asked.count([row for row in rows if all(row[name] == conditions[name] for name in conditions)])
                if (said is None) != (wanted is None) or abs(float(said or 0) - float(wanted or 0)) > 0.01:
                    found.append(f"{asked.measure} {conditions}: {said} instead of {wanted}")
    return found
