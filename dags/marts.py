"""DAG ``marts``: dbt builds and tests the candidates of all marts."""

from __future__ import annotations

from airflow.sdk import dag

from include.platform.airflow_tasks import CANDIDATES, DEFAULT_ARGS, FINDINGS, current_night, hand_over, night_task


def build_candidates() -> None:
    """Staging, intermediate and candidate marts with their tests; nothing is built where nothing changed."""
    from include.stage5_transformation.inputs import build_if_changed

    build_if_changed(current_night().settings)
    hand_over(CANDIDATES)


@dag(schedule=[FINDINGS], catchup=False, max_active_runs=1, default_args=DEFAULT_ARGS, tags=["night"])
def marts():
    """**When `validate` is done.** Runs dbt into `candidate_marts` and `candidate_restricted`.

    A failed model or test stops the night here; readers keep yesterday's figures.
    """
    night_task(build_candidates, outlets=[CANDIDATES])()


marts()
