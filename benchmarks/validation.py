"""Validation: beside the same rules as dbt tests, and Great Expectations on pandas."""

from __future__ import annotations

from benchmarks import judging, reading
from benchmarks.measuring import Run, alternate
from benchmarks.peers import dbt_tests, gx_pandas
from benchmarks.results import Section, below, faster
from benchmarks.workload import Workload
from include.stage4_validation import validate


def measure(workload: Workload, pairs: int) -> Section:
    """The whole programme, judged from rows as read to statuses and versions."""
    if not reading.rows_read(workload):
        reading.read_all(workload)
    section = Section("Validation")

    def conclude_too() -> None:
        judging.validate_all(workload)

    whole = Run("pipeline", conclude_too, lambda: judging.unjudge(workload))
    pipeline = alternate([whole], pairs, workload.server)["pipeline"]
    section.figures += [
        below("programme, from rows to statuses", pipeline.median, "s", None),
        below("most memory of a process of the pipeline", pipeline.memory.python / 1e6, "MB", 500),
        below("most memory of a process of the server, shared pages aside", pipeline.memory.database / 1e6, "MB", 500),
    ]
    found = workload.value("select count(*) from ops.finding")
    section.notes.append(
        f"{reading.rows_read(workload):,} data rows; {found:,} findings. The pipeline counts by Great Expectations, "
        "writes cells and values as received, applies waivers, and settles consequences, statuses and versions. No "
        "floor bounds it: a pass in SQL, written by hand, that found the failing rows and no more took longer."
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
        faster("the jobs sheet, the same rules and findings", pandas.pipeline, "GX on pandas", pandas.peer, None)
    )
    section.notes += [
        "As dbt tests, every rule is a test that keeps its failing rows, on tables made as the pipeline makes them.",
        pandas.note,
    ]
    judging.validate_all(workload)
    return section
