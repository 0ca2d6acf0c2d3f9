"""DAG ``publish``: what was built and tested becomes what readers see."""

from __future__ import annotations

from airflow.sdk import dag

from include.nightly import publish as steps
from include.platform.airflow_tasks import CANDIDATES, DEFAULT_ARGS, night_task


@dag(schedule=[CANDIDATES], catchup=False, max_active_runs=1, default_args=DEFAULT_ARGS, tags=["night"])
def publish() -> None:
    """**When `marts` is done.** One atomic switch of all marts, reconciliation, answers to partners."""
    switched = night_task(steps.switch_marts)()
    reconciled = night_task(steps.reconcile_declared_totals)()
    answered = night_task(steps.answer_partners)()
    sent = night_task(steps.send_mail)()
    judged_pages = night_task(steps.build_data_docs)()
    model_pages = night_task(steps.build_dbt_docs)()
    closed = night_task(steps.close_night)()

    switched >> [reconciled, model_pages]
    reconciled >> [answered, judged_pages]
    answered >> sent
    [sent, judged_pages, model_pages] >> closed


publish()
