"""The night's four DAGs in their least form: they open and close ``ops.night``, and fail where they are told to."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

from airflow.sdk import DAG, Asset, CronTriggerTimetable, task

from include.platform.airflow_tasks import night_task
from include.platform.nights import Night

CRON = os.environ["NIGHT_SCHEDULE"]
STEPS = ("ingest", "validate", "marts", "publish")


def _execute(statement: str, **values: str) -> None:
    import psycopg

    from include.platform import database
    from include.platform.settings import Settings

    with psycopg.connect(database.plain(database.url(Settings.from_environment(), "loader"))) as connection:
        connection.execute(statement, values)


@task(retries=5, retry_delay=timedelta(seconds=1))
def begin(dag_run=None) -> None:
    _execute(
        "INSERT INTO ops.night (night_id, as_of, inbox, registry) "
        "VALUES (%(night_id)s, %(as_of)s, %(inbox)s, %(registry)s) ON CONFLICT DO NOTHING",
        **dag_run.conf,
    )


@task
def work(step: str) -> None:
    if (Path(os.environ["STATE"]) / f"fail_{step}").exists():
        raise ValueError(f"no {step} tonight")


def hold(_night: Night) -> None:
    while (Path(os.environ["STATE"]) / "hang").exists():
        time.sleep(0.1)


@task(retries=5, retry_delay=timedelta(seconds=1))
def end() -> None:
    _execute("UPDATE ops.night SET status = 'succeeded' WHERE status = 'running'")


for step, before in zip(STEPS, (None, *STEPS), strict=False):
    schedule = Asset(before) if before else CronTriggerTimetable(CRON, timezone="America/Lima") if CRON else None
    with DAG(step, schedule=schedule, catchup=False) as dag:
        done = work.override(outlets=[Asset(step)])(step)
        if step == "ingest":
            (
                begin()
                >> night_task(hold, execution_timeout=timedelta(seconds=3), retry_delay=timedelta(seconds=1))()
                >> done
            )
        if step == "publish":
            done >> end()
    globals()[step] = dag

with DAG("housekeeping", schedule=None, catchup=False) as housekeeping:

    @task
    def keep_house() -> None:
        (Path(os.environ["STATE"]) / "kept_house").touch()

    keep_house()
