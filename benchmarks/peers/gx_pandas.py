"""Peer of validation: Great Expectations on pandas data frames, with the expectations it brings along.

The jobs sheet stands for all, by those of its rules that the library has words for: values not null, one column not
above another. Both judge by these alone and begin from the same table, in which totals, repeats and taken keys are
known; what the rules ask for beyond words of the library (windows, other sheets, code lists) is compared with dbt's
tests. ``result_format`` is COMPLETE, because a sample of findings is of no use to a partner.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
import sqlalchemy as sa

from benchmarks.measuring import Run, alternate
from benchmarks.peers import dbt_tests
from benchmarks.workload import Workload
from expectations import suites
from include.contract import load_contract
from include.stage4_validation.findings import open_findings, write_broken_rules
from include.stage4_validation.judge import Judge

_NUMBERS = ("headcount", "fte")
#: Rules that both judge by: required values, and nothing maintained beyond what was there.
RULES = frozenset(["C01", "J02", "J03"])


@dataclass(frozen=True)
class Compared:
    """Median seconds of both, and what was compared."""

    pipeline: float
    peer: float
    note: str


def measure(workload: Workload, pairs: int) -> Compared:
    """The jobs sheet judged by the same rules in the database and on data frames."""
    dbt_tests.prepare(workload)
    dbt_tests.make_tables(workload)
    reports = workload.settings.reports / "benchmark"

    same = [one for one in suites.row_suites()["jobs"] if (one.meta or {})["rule"] in RULES]

    def pipeline() -> None:
        broken = Judge(workload.loader, reports).run({"jobs": same})
        with workload.loader.begin() as connection:
            open_findings(connection)
            write_broken_rules(connection, broken)

    peer, rules = _pandas(workload)
    both = alternate([Run("pipeline, jobs", pipeline), Run("GX on pandas", peer)], pairs)
    note = (
        f"GX on pandas is given the {workload.value('select count(*) from work.jobs'):,} rows of the jobs sheet, the "
        f"fetching of which is included, and names failing rows by {rules} expectations (values not null, one column "
        f"not above another); the pipeline judges the same table by these rules, {len(same)} expectations of its own, "
        "and writes every finding with cell and value. Neither finds repeats or taken keys here: the table says them."
    )
    return Compared(both["pipeline, jobs"].median, both["GX on pandas"].median, note)


def _pandas(workload: Workload) -> tuple[Callable[[], None], int]:
    sheet = load_contract().sheets["jobs"]
    expectations: list[gxe.Expectation] = [
        gxe.ExpectColumnValuesToNotBeNull(column=column.key) for column in sheet.required_columns
    ]
    expectations += [
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=f"{moment}_{unit}",
            column_B=f"maintained_{unit}",
            or_equal=True,
            ignore_row_if="either_value_is_missing",
        )
        for moment in ("baseline", "current")
        for unit in _NUMBERS
    ]

    def run() -> None:
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
        with workload.administrator.connect() as connection:
            frame = pd.read_sql(sa.text("select * from work.jobs where not is_total and not is_repeat"), connection)
        numbers = [f"{moment}_{unit}" for moment in ("baseline", "current", "maintained") for unit in _NUMBERS]
        frame[numbers] = frame[numbers].astype(float)
        batch = context.data_sources.add_pandas("frames").add_dataframe_asset("jobs")
        suite = gx.ExpectationSuite(name="jobs", expectations=[one.copy() for one in expectations])
        definition = batch.add_batch_definition_whole_dataframe("all")
        definition.get_batch({"dataframe": frame}).validate(suite, result_format="COMPLETE")

    return run, len(expectations)
