"""DAG ``validate``: every row of the night against every rule."""

from __future__ import annotations

from airflow.sdk import dag

from include.platform.airflow_tasks import DEFAULT_ARGS, FINDINGS, RAW, current_night, hand_over, night_task


def prepare_rows() -> int:
    """Find the submissions that no night has judged by today's registry and rules; returns how many."""
    from include.stage4_validation.validate import prepare

    return prepare(current_night().engine("loader"))


def judge_rows(submissions: int) -> None:
    """Great Expectations over all of them at once; findings gather beside the published ones."""
    from include.stage4_validation.validate import judge

    night = current_night()
    if submissions:
        judge(night.engine("loader"), night.data_docs)


def settle_submissions() -> None:
    """Publish the findings, apply waivers and withdrawals, decide statuses and versions: in one transaction."""
    from include.stage4_validation.validate import conclude

    night = current_night()
    conclude(night.engine("loader"), night.data_docs, night.night_id)
    hand_over(FINDINGS)


@dag(schedule=[RAW], catchup=False, max_active_runs=1, default_args=DEFAULT_ARGS, tags=["night"])
def validate():
    """**When `ingest` is done.** Judges tonight's rows in the database and settles what follows from the findings.

    Failing rows are in `ops.finding` at the partner's own row and column, statuses in `ops.submission`.
    """
    night_task(judge_rows)(night_task(prepare_rows)()) >> night_task(settle_submissions, outlets=[FINDINGS])()


validate()
