"""The end of a night that somebody interrupts: its DAG runs are stopped, and nothing of it is left at work."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import httpx
import psutil
import sqlalchemy as sa

from include.platform import database, processes
from include.platform.airflow_api import AirflowApi
from include.platform.errors import PlatformError
from include.platform.settings import Settings
from include.platform.tables import night

Processes = Callable[[], list[psutil.Process]]

#: How long the steps at work have to end: Airflow asks, and after 5 seconds kills.
STOP_SECONDS = 30
#: How long nothing may have begun anew: the scheduler makes the run of the next DAG a moment after the one before.
QUIET_SECONDS = 2.5
#: How long the database has to notice that who asked it is gone.
ROLLBACK_SECONDS = 15


def stop_night(settings: Settings, night_id: str, began: float, dags: tuple[str, ...], services: Processes) -> str:
    """Stop the DAG runs of the night, wait for the steps at work, close its row; what was left undone, in words.

    ``began`` is in seconds since 1970; ``services`` gives Airflow's processes on this machine. Never raises for an
    Airflow or a database that is out of reach: whoever ends the services does the rest.
    """
    states: dict[str, str] = {}
    with suppress(PlatformError, httpx.HTTPError), AirflowApi(settings, pauses=(1, 0)) as api:
        _stop_runs(api, night_id, began, dags, services, states)
    _wait_for_rollback(settings)
    undone = _words(dags, states)
    if _close(settings, night_id, f"interrupted by the operator: {undone}"):
        return f"Interrupted: {undone}. What was taken is kept; {settings.command('nightly')} goes on from there."
    return "Interrupted when the night had ended: nothing is left undone."


def _stop_runs(
    api: AirflowApi, night_id: str, began: float, dags: tuple[str, ...], services: Processes, states: dict[str, str]
) -> None:
    tasks: set[str] = set()
    at_work: set[psutil.Process] = set()
    deadline, quiet_since = time.monotonic() + STOP_SECONDS, time.monotonic()
    while time.monotonic() < deadline:
        for run in api.runs_since(began):
            dag, run_id = run["dag_id"], run["dag_run_id"]
            if dag not in dags or night_id not in (run_id, api.night_of(dag, run_id)):
                continue
            if run["state"] in ("queued", "running"):
                tasks |= {task["id"] for task in api.tasks(dag, run_id, "running")}
                api.fail_run(dag, run_id)
                states[dag] = "stopped"
                quiet_since = time.monotonic()
            else:
                states.setdefault(dag, run["state"])
        at_work = {process for process in at_work | _processes_of(tasks, services) if _is_alive(process)}
        if not at_work and time.monotonic() - quiet_since > QUIET_SECONDS:
            return
        time.sleep(0.3)
    processes.end(list(at_work), patience=0)


def _processes_of(tasks: set[str], services: Processes) -> set[psutil.Process]:
    """Processes of the tasks, whose title is their id, and those they have started, which decode files."""
    found: set[psutil.Process] = set()
    for process in services():
        with suppress(psutil.Error):
            title = process.cmdline()[0]
            if any(title.endswith(f" -- {task_id}") for task_id in tasks):
                found |= {process, *process.children(recursive=True)}
    return found


def _is_alive(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def _wait_for_rollback(settings: Settings) -> None:
    """Until no session of the pipeline's roles is at work: one whose process is gone rolls back by itself."""
    query = sa.text("""
        select count(*) from pg_stat_activity
        where datname = current_database() and usename in ('loader', 'transformer') and state = 'active'
            and pid <> pg_backend_pid()
    """)
    with (
        suppress(sa.exc.SQLAlchemyError, PlatformError),
        database.opened(settings) as engine,
        engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
    ):
        processes.wait_until(lambda: connection.scalar(query) == 0, ROLLBACK_SECONDS, pause=0.3)


def _words(dags: tuple[str, ...], states: dict[str, str]) -> str:
    """Which DAGs were stopped and which never began."""
    stopped = [dag for dag in dags if states.get(dag) in ("stopped", "failed")]
    never = [dag for dag in dags if dag not in states]
    parts = [
        f"{', '.join(stopped)} stopped half-way" if stopped else "",
        f"{', '.join(never)} not begun" if never else "",
    ]
    return "; ".join(filter(None, parts)) or "not closed"


def _close(settings: Settings, night_id: str, reason: str) -> bool:
    """Close the night's row as failed unless it has succeeded; whether it had not."""
    with suppress(sa.exc.SQLAlchemyError, PlatformError), database.transaction(settings, "loader") as connection:
        status = connection.scalar(sa.select(night.c.status).where(night.c.night_id == night_id))
        change = {"status": "failed", "reason": reason, "finished_at": datetime.now(UTC)}
        is_open = (night.c.night_id == night_id) & (night.c.status != "succeeded")
        connection.execute(sa.update(night).where(is_open).values(change))
        return status != "succeeded"
    return True
