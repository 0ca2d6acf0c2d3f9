"""DAG ``validate``: every row of the night against every rule."""

from __future__ import annotations

from airflow.sdk import dag

from include.nightly import validate as steps
from include.platform.airflow_tasks import DEFAULT_ARGS, FINDINGS, RAW, night_task


@dag(schedule=[RAW], catchup=False, max_active_runs=1, default_args=DEFAULT_ARGS, tags=["night"])
def validate() -> None:
    """**When `ingest` is done.** Judges tonight's rows in the database and settles what follows from the findings.

    Failing rows are in `ops.finding` at the partner's own row and column, statuses in `ops.submission`.
    """
    judged = night_task(steps.judge_rows)()
    settled = night_task(steps.settle_submissions, outlets=[FINDINGS])()

    judged >> settled


validate()
