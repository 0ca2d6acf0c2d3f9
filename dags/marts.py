"""DAG ``marts``: dbt builds and tests the candidates of all marts."""

from __future__ import annotations

from airflow.sdk import dag

from include.nightly import marts as steps
from include.platform.airflow_tasks import CANDIDATES, DEFAULT_ARGS, FINDINGS, night_task


@dag(schedule=[FINDINGS], catchup=False, max_active_runs=1, default_args=DEFAULT_ARGS, tags=["night"])
def marts() -> None:
    """**When `validate` is done.** Runs dbt into `candidate_marts` and `candidate_restricted`.

    A failed model or test stops the night here; readers keep yesterday's figures.
    """
    night_task(steps.build_candidates, outlets=[CANDIDATES])()


marts()
