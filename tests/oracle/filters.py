"""The documented measures under filters drawn at random, beside a count from the oracle's reports.

What a filter means is said here a second time: it leaves some of the reports. What a measure is, is not: it is asked as
its definition, dbt's semantic model and the page say it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction

import sqlalchemy as sa

from include.dashboards.definition import Measure
from tests.oracle.contract import load_contract
from tests.oracle.indicators import Pair, scopes, speakers
from tests.oracle.measures import Said, measure_of, said_of
from tests.oracle.model import Outcome
from tests.oracle.reports import Report
from tests.oracle.values_of_reports import COUNTED, SUMMED

#: What reports are filtered by, as ``marts.fct_result`` calls it.
ATTRIBUTES: dict[str, Callable[[Report], str | None]] = {
    "country": lambda report: report.country,
    "pillar": lambda report: report.pillar,
    "value_chain": lambda report: report.value_chain,
    "project_code": lambda report: report.project,
    "territory_key": lambda report: _territory(report),
    "size_class": lambda report: report.size_class,
    "owner_sex": lambda report: report.owner_sex,
}
#: Those that ``marts.result_summary`` has, too.
_OF_SUMMARY = {"country", "pillar", "value_chain", "project_code", "size_class"}
#: By how much sums of people and enterprises may differ from the whole, and of what is measured.
_TOLERANCE = {"people": Fraction(0), "enterprises": Fraction(0), "FTE": Fraction(1, 100), "EUR": Fraction(1, 100)}


def unequal_measures(engine: sa.Engine, outcome: Outcome, *, filters: int, seed: int) -> list[str]:
    """The filters under which a measure of the marts is not what the reports come to."""
    dice = random.Random(seed)
    known = [(period, pair) for period, pairs in outcome.reported.items() for pair in pairs]
    found, telling, summaries, places = [], 0, 0, set()
    with engine.connect() as connection:
        for _ in range(filters):
            period = dice.choice(known)[0]
            pairs = outcome.reported[period]
            wanted = _draw(dice, [report for report, _ in pairs])
            evidenced = dice.random() < 0.25
            for draw in (_enterprises, _amounts, _reported):
                measure, scope_key, expected = draw(dice, pairs, wanted, evidenced)
                assert {*wanted, "is_evidenced", "period"} <= set(measure.dimensions), measure.name
                telling += bool(expected)
                if measure.table == "fct_result" and measure.figure != "valid" and wanted.keys() <= _OF_SUMMARY:
                    got = _ask_summary(connection, measure, {"period": period, **wanted}, evidenced)
                    found += [f"result_summary {measure.name} {wanted}: {got}, not {expected}"] * (
                        got != (expected or 0)
                    )
                    summaries += 1
                for said in said_of(measure, scope_key):
                    places.add((said.place, measure.table))
                    conditions = {"period": period, **said.conditions, **wanted}
                    got = _ask(connection, measure, said, conditions, evidenced)
                    if not _equal(got, expected, measure, said):
                        question = f"{measure.name} by {said.place} {conditions}{' evidenced' * evidenced}"
                        found.append(f"{question}: {got} instead of {expected}")
    assert telling > filters // 3, f"{telling} of {3 * filters} filters leave anything"
    assert len(places) == 6 and summaries > filters // 20, (places, summaries)
    return found


def _draw(dice: random.Random, reports: list[Report]) -> dict[str, list[str]]:
    """Up to three values of some attributes, most of them of one report that is to be left."""
    chosen: dict[str, list[str]] = {}
    one = dice.choice(reports)
    for name, of in ATTRIBUTES.items():
        if dice.random() < 0.3:
            values = sorted({value for report in reports if (value := of(report))})
            drawn = dice.sample(values, min(len(values), dice.randint(0, 2)))
            if own := of(one):
                drawn.append(own)
            chosen[name] = sorted(set(drawn))
    return chosen


def _territory(report: Report) -> str | None:
    known = load_contract().territories.get(report.country or "", {})
    return f"{report.country}-{report.territory_code}" if report.territory_code in known else None


def _left(report: Report, wanted: dict[str, list[str]]) -> bool:
    return all(ATTRIBUTES[name](report) in values for name, values in wanted.items())


#: What is asked: the measure, the scope picked, and what the reports come to; None where it has to be unknown.
_Drawn = tuple[Measure, str | None, Fraction | None]


def _enterprises(dice: random.Random, pairs: list[Pair], wanted: dict[str, list[str]], evidenced: bool) -> _Drawn:
    """Enterprises that any of the reports left counts."""
    kpi = dice.choice(COUNTED)
    figure = dice.choice(["unique", "evidenced"])

    def counting(indicator: str, proven: bool) -> list[Report]:
        return [
            report
            for report, values in pairs
            if _left(report, wanted) and indicator in values and (not proven or values[indicator].grade in "AB")
        ]

    count = len({report.identity for report in counting(kpi, evidenced or figure == "evidenced")})
    known = kpi != "msmes_volume_increased" or counting("msmes_volume_assessable", evidenced)
    return measure_of("fct_result", kpi, figure), None, Fraction(count) if known else None


def _reported(dice: random.Random, pairs: list[Pair], wanted: dict[str, list[str]], evidenced: bool) -> _Drawn:
    """What the reports left come to, each project on its own."""
    kpi = dice.choice(COUNTED + SUMMED)
    left = [values for report, values in pairs if _left(report, wanted)]
    proven = [values[kpi] for values in left if kpi in values and (not evidenced or values[kpi].grade in "AB")]
    gate = {"msmes_volume_increased": "msmes_volume_assessable"}.get(kpi, kpi)
    known = any(gate in values and (not evidenced or values[gate].grade in "AB") for values in left)
    total = sum((figure.value for figure in proven), Fraction(0))
    measure = measure_of("fct_result", kpi, "valid")
    return measure, None, total if known or not _may_be_unknown(measure) else None


def _amounts(dice: random.Random, pairs: list[Pair], wanted: dict[str, list[str]], evidenced: bool) -> _Drawn:
    """What the reports left have in a scope's figure, each enterprise once."""
    kpi = dice.choice(SUMMED)
    figure = dice.choice(["unique", "evidenced"])
    every = sorted(scopes(pairs))
    scope = ("programme", "all") if dice.random() < 0.25 else dice.choice(every)
    spoken = [
        amount
        for report, amount in speakers(kpi, scopes(pairs)[scope])
        if _left(report, wanted) and (not evidenced or amount.grade in "AB")
    ]
    total = sum((one.value for one in spoken if figure == "unique" or one.grade in "AB"), Fraction(0))
    measure = measure_of("fct_result_in_scope", kpi, figure)
    return measure, f"{scope[0]}:{scope[1]}", total if spoken or not _may_be_unknown(measure) else None


def _may_be_unknown(measure: Measure) -> bool:
    """Whether nothing is not 0: euros, and who increased what nobody could assess (``kpis.md``: Indicators)."""
    return measure.unit == "EUR" or measure.kpi == "msmes_volume_increased"


def _ask(
    connection: sa.Connection, measure: Measure, said: Said, conditions: dict[str, str | list[str]], evidenced: bool
) -> object:
    texts = [f"{name} = {'any' if isinstance(value, list) else ''}(:{name})" for name, value in conditions.items()]
    where = " and ".join([*texts, *(["is_evidenced"] if evidenced else [])])
    return connection.scalar(sa.text(f"select {said.sql} from marts.{measure.table} where {where}"), conditions)


def _ask_summary(
    connection: sa.Connection, measure: Measure, conditions: dict[str, str | list[str]], evidenced: bool
) -> int:
    """Enterprises as the description of ``result_summary`` says."""
    texts = [f"{name} = {'any' if isinstance(value, list) else ''}(:{name})" for name, value in conditions.items()]
    proven = ["is_evidenced"] if evidenced or measure.figure == "evidenced" else []
    sql = f"""
    select coalesce(sum(valid) filter (where shared_enterprise_key is null), 0) + count(distinct shared_enterprise_key)
    from marts.result_summary where kpi = '{measure.kpi}' and {" and ".join([*texts, *proven])}
    """
    return int(connection.scalar(sa.text(sql), conditions))


def _equal(got: object, expected: Fraction | None, measure: Measure, said: Said) -> bool:
    if said.is_guarded and (got is None) != (expected is None):
        return False
    return abs(Fraction(got or 0) - (expected or 0)) <= _TOLERANCE[measure.unit]  # type: ignore[arg-type]
