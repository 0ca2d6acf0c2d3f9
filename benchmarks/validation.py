"""Validation: beside one hand-written SQL pass, the same rules as dbt tests, and Great Expectations on pandas."""

from __future__ import annotations

from pathlib import Path

import psycopg

from benchmarks import judging, reading
from benchmarks.measuring import Run, alternate
from benchmarks.peers import dbt_tests, gx_pandas
from benchmarks.results import Section, at_most, below, faster
from benchmarks.workload import Workload
from include.stage4_validation import validate

FLOOR = "hand-written SQL"
_SQL = Path(__file__).parent / "floors" / "validation.sql"

#: Findings that name a row which breaks a rule; R03 and F08 are consequences, X01 comes after the marts, X02 and X03 of
#: comparing deliveries.
_FAILING = """
select submission_id, rule, sheet, row_number, column_name from {}
where rule not in ('R03', 'F08', 'X01', 'X02', 'X03') and submission_id in (select submission_id from judged_submission)
"""


class DifferentRows(Exception):
    """Floor and pipeline do not find the same failing rows: neither figure means anything."""


def measure(workload: Workload, pairs: int) -> Section:
    """The whole programme, judged from rows as read to statuses and versions."""
    if not reading.rows_read(workload):
        reading.read_all(workload)
    section = Section("Validation")

    def conclude_too() -> None:
        judging.validate_all(workload)

    both = alternate(
        [
            Run("pipeline", conclude_too, lambda: judging.unjudge(workload)),
            Run(FLOOR, lambda: run_floor(workload), lambda: judging.unjudge(workload)),
        ],
        pairs,
        workload.server,
    )
    judging.validate_all(workload)
    found = compare(workload)
    pipeline = both["pipeline"]
    section.figures += [
        at_most("programme, from rows to statuses", pipeline.median, FLOOR, both[FLOOR].median, 3),
        below("most memory of a process of the pipeline", pipeline.memory.python / 1e6, "MB", 500),
        below("most memory of a process of the server, shared pages aside", pipeline.memory.database / 1e6, "MB", 500),
    ]
    section.notes.append(
        f"{reading.rows_read(workload):,} data rows; {found:,} failing rows and columns, the same ones found by both "
        "(compared after the runs). The floor finds them and no more; the pipeline also counts by Great Expectations, "
        "writes cells and values as received, applies waivers, and settles consequences, statuses and versions."
    )

    def judge_rows() -> None:
        validate.judge(workload.loader, workload.settings.reports / "benchmark")

    def ready() -> None:
        judging.unjudge(workload)
        validate.prepare(workload.loader)

    peers = alternate(
        [
            Run("pipeline, judging", judge_rows, ready),
            Run("dbt tests", dbt_tests.tests(workload), lambda: dbt_tests.prepare(workload)),
        ],
        pairs,
    )
    section.figures.append(
        faster("judging alone", peers["pipeline, judging"].median, "dbt tests", peers["dbt tests"].median, None)
    )
    pandas = gx_pandas.measure(workload, pairs)
    section.figures.append(
        faster("jobs rows, the rules GX has words for", pandas.pipeline, "GX on pandas", pandas.peer, None)
    )
    section.notes += [
        "As dbt tests, every rule is a test that keeps its failing rows, on tables made as the pipeline makes them.",
        pandas.note,
    ]
    judging.validate_all(workload)
    return section


def run_floor(workload: Workload, which: str = "true") -> None:
    """Find the failing rows by the hand-written statement; ``which`` is a condition on submissions."""
    with psycopg.connect(workload.url) as connection:
        _judge(connection, which)


def _judge(connection: psycopg.Connection, which: str) -> None:
    _choose(connection, which)
    connection.execute(_SQL.read_bytes())


def _choose(connection: psycopg.Connection, which: str) -> None:
    connection.execute(
        f"create temporary view judged_submission as select * from ops.submission where {which}".encode()
    )


def compare(workload: Workload, which: str = "true") -> int:
    """How many failing rows both have found. Raises DifferentRows where they are not the same ones."""
    with psycopg.connect(workload.url) as connection:
        if connection.execute("select to_regclass('floor.finding')").fetchone() == (None,):
            _judge(connection, which)
        else:
            _choose(connection, which)
        ours, floor = _FAILING.format("ops.finding"), _FAILING.format("floor.finding")
        for name, first, second in (("pipeline", ours, floor), ("floor", floor, ours)):
            query = (
                f"select rule, sheet, column_name, count(*) from ({first} except all {second}) as d group by 1, 2, 3"
            )
            if rows := connection.execute(query.encode()).fetchall():
                raise DifferentRows(f"found by the {name} alone: {rows}")
        row = connection.execute(f"select count(*) from ({ours}) as f".encode()).fetchone()
    return int(row[0]) if row else 0
