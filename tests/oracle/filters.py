"""The documented measures under filters drawn at random, beside a count from the oracle's reports.

What a filter means is said here a second time: it leaves some of the reports.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction

import sqlalchemy as sa

from tests.oracle.contract import load_contract
from tests.oracle.indicators import Pair, scopes, speakers
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
#: By how much sums of people may differ from the whole, and of what is measured.
_TOLERANCE = {"people": Fraction(0), "other": Fraction(1, 100)}

_COUNT = "select count(distinct enterprise_key), sum(valid) from marts.fct_result where {}"
_SUM = """
select case when min(scope_key) = max(scope_key) then sum(unique_value) end from marts.fct_result_in_scope where {}
"""


def unequal_measures(engine: sa.Engine, outcome: Outcome, *, filters: int, seed: int) -> list[str]:
    """The filters under which a measure of the marts is not what the reports come to."""
    dice = random.Random(seed)
    known = [(period, pair) for period, pairs in outcome.reported.items() for pair in pairs]
    found, telling = [], 0
    with engine.connect() as connection:
        for _ in range(filters):
            period = dice.choice(known)[0]
            pairs = outcome.reported[period]
            wanted = _draw(dice, [report for report, _ in pairs])
            evidenced = dice.random() < 0.25
            for compare in (_enterprises, _amounts):
                said, expected, question = compare(connection, dice, period, pairs, wanted, evidenced)
                telling += bool(expected)
                if not _equal(said, expected, question):
                    found.append(f"{question}: {said} instead of {expected}")
    assert telling > filters // 3, f"{telling} of {2 * filters} filters leave anything"
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


def _enterprises(
    connection: sa.Connection,
    dice: random.Random,
    period: str,
    pairs: list[Pair],
    wanted: dict[str, list[str]],
    evidenced: bool,
) -> tuple[object, object, str]:
    kpi = dice.choice(COUNTED)
    counting = [
        report
        for report, values in pairs
        if _left(report, wanted) and kpi in values and (not evidenced or values[kpi].grade in "AB")
    ]
    conditions = {"period": [period], "kpi": [kpi], **wanted}
    row = _ask(connection, _COUNT, conditions, evidenced)
    expected = (len({report.identity for report in counting}), len(counting))
    question = f"enterprises {conditions}{' evidenced' * evidenced}"
    return (row[0], int(row[1] or 0)), expected if any(expected) else None, question


def _amounts(
    connection: sa.Connection,
    dice: random.Random,
    period: str,
    pairs: list[Pair],
    wanted: dict[str, list[str]],
    evidenced: bool,
) -> tuple[object, object, str]:
    kpi = dice.choice(SUMMED)
    scope = dice.choice(sorted(scopes(pairs)))
    spoken = [
        figure
        for report, figure in speakers(kpi, scopes(pairs)[scope])
        if _left(report, wanted) and (not evidenced or figure.grade in "AB")
    ]
    conditions = {"period": [period], "kpi": [kpi], "scope_type": [scope[0]], "scope_code": [scope[1]], **wanted}
    row = _ask(connection, _SUM, conditions, evidenced)
    expected = sum((figure.value for figure in spoken), Fraction(0)) if spoken else None
    return row[0], expected, f"amounts {conditions}{' evidenced' * evidenced}"


def _ask(connection: sa.Connection, query: str, conditions: dict[str, list[str]], evidenced: bool) -> sa.Row:
    texts: Iterable[str] = [f"{name} = any(:{name})" for name in conditions]
    where = " and ".join([*texts, *(["is_evidenced"] if evidenced else [])])
    return connection.execute(sa.text(query.format(where)), conditions).one()


def _equal(said: object, expected: object, question: str) -> bool:
    """Nothing is 0 but for euros, which are empty where no report of the filter is assessable."""
    if isinstance(said, tuple):
        return said == (expected or (0, 0))
    if "_eur'" in question and (said is None) != (expected is None):
        return False
    whole = "_eur'" not in question and "_fte'" not in question
    difference = Fraction(said if isinstance(said, Decimal) else 0) - Fraction(expected or 0)  # type: ignore[arg-type]
    return abs(difference) <= _TOLERANCE["people" if whole else "other"]
