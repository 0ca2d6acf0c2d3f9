"""DAG ``housekeeping``: looks after the nights every morning, and throws away what nobody will look at again."""

from __future__ import annotations

from airflow.sdk import dag

from include.nightly import housekeeping as steps
from include.platform.airflow_tasks import DEFAULT_ARGS, morning_schedule, morning_task


@dag(schedule=morning_schedule(), catchup=False, max_active_runs=1, default_args=DEFAULT_ARGS, tags=["housekeeping"])
def housekeeping() -> None:
    """**Every morning at 05:00 in Lima**, or after a night that finds that it has not been done for a day.

    Tells the operator what went wrong; removes old logs, pages and history.
    """
    told = morning_task(steps.tell_operator)()
    sent = morning_task(steps.send_mail)()
    morning_task(steps.remove_old_files)()
    morning_task(steps.clean_airflow)()

    told >> sent


housekeeping()
