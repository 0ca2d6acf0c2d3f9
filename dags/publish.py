"""DAG ``publish``: what was built and tested becomes what readers see."""

from __future__ import annotations

from airflow.sdk import dag

from include.nightly import publish as steps
from include.platform.airflow_tasks import CANDIDATES, DEFAULT_ARGS, night_task


@dag(schedule=[CANDIDATES], catchup=False, max_active_runs=1, default_args=DEFAULT_ARGS, tags=["night"])
def publish() -> None:
    """**When `marts` is done.** Reconciliation; one atomic switch of all marts, and answers to partners beside it."""
    reconciled = night_task(steps.reconcile_declared_totals)()
    switched = night_task(steps.switch_marts)()
    answered = night_task(steps.answer_partners)()
    sent = night_task(steps.send_mail)()
    judged_pages = night_task(steps.build_data_docs)()
    model_pages = night_task(steps.build_dbt_docs)()
    closed = night_task(steps.close_night)()

    reconciled >> [switched, answered, judged_pages]
    switched >> model_pages
    [switched, answered] >> sent
    [sent, judged_pages, model_pages] >> closed


publish()
