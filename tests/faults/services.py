"""Faults while Airflow is up and runs the night: it has to end by itself, and the next one too."""

from __future__ import annotations

import functools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import httpx
import psutil
import psycopg
from rich.console import Console

from include.platform import airflow_environment, postgres, processes, schema
from include.platform.airflow_api import AirflowApi
from include.platform.airflow_services import Airflow
from include.platform.night import run_night
from include.platform.settings import PROJECT_ROOT, Settings
from tests.faults.killing import kill_postmaster
from tests.faults.trial import Base

#: A night of the trial's programme is disturbed within so many seconds of its first task.
NIGHT_SECONDS = 40
AWAY_SECONDS = 30
#: How long is waited for what comes back: so many times what its start took here, and not less than this.
STARTS, WELL_SECONDS = 10, 180.0

OF_AIRFLOW = "from pg_stat_activity where usename = 'airflow'"

Disturbance = Callable[[Settings], None]


def cut_airflow(settings: Settings) -> None:
    """All sessions of Airflow's database are ended by the administrator."""
    _ask(settings, f"select pg_terminate_backend(pid) {OF_AIRFLOW}")


def kill_airflows_session(settings: Settings) -> None:
    """One session of Airflow's is killed, and with it the server takes down all others."""
    for (pid,) in _ask(settings, f"select pid {OF_AIRFLOW} order by backend_start limit 1"):
        with suppress(psutil.NoSuchProcess):
            psutil.Process(pid).kill()


def keep_server_away(settings: Settings) -> None:
    """The server is stopped in good order, and nobody can start it again for half a minute."""
    with processes.locked(settings.locks / "postgres"):
        server = postgres.Server(settings).process()
        assert server is not None
        family = [server, *server.children()]
        server.send_signal(signal.SIGINT)
        psutil.wait_procs(family, timeout=AWAY_SECONDS)
        time.sleep(AWAY_SECONDS)


def kill_scheduler(settings: Settings) -> None:
    """The scheduler is killed; its workers and the task at work must not stay behind."""
    launcher = Airflow(settings).launcher()
    assert launcher is not None
    scheduler = next(child for child in launcher.children() if any("worker" in name(one) for one in child.children()))
    family = [scheduler, *scheduler.children(recursive=True)]
    scheduler.kill()
    left = psutil.wait_procs(family, timeout=60)[1]
    assert left == [], f"left behind: {[name(one) for one in left]}"


def kill_task_api(settings: Settings) -> None:
    """The API that tasks talk to is killed: the one at work has to wait for the next."""
    launcher = Airflow(settings).launcher()
    assert launcher is not None
    port = processes.remembered_port(airflow_environment.task_port_file(settings))
    api = next(child for child in launcher.children() if f"port:{port}" in name(child))
    api.kill()
    psutil.wait_procs([api], timeout=60)


#: What is done to a night that Airflow runs.
DISTURBANCES: tuple[Disturbance, ...] = (
    *(kill_postmaster, cut_airflow, kill_airflows_session, keep_server_away, kill_scheduler, kill_task_api),
)


def name(process: psutil.Process) -> str:
    """The process's title, empty where it has ended."""
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def is_well_again(airflow: Airflow, seconds: float = WELL_SECONDS) -> bool:
    """Whether UI, scheduler and DAG processor come back in that time, the launcher being the same."""
    began = time.time()

    def is_well() -> bool:
        with AirflowApi(airflow.settings) as api, suppress(httpx.HTTPError):
            page = httpx.get(airflow_environment.base_url(airflow.settings), trust_env=False, timeout=20)
            return page.status_code == httpx.codes.OK and api.is_healthy() and _has_heard(airflow.settings, began)
        return False

    return processes.wait_until(is_well, seconds, pause=0.5)


def _has_heard(settings: Settings, moment: float) -> bool:
    """Whether scheduler and DAG processor have told of themselves since; health believes them for half a minute."""
    jobs = "select count(distinct job_type) from job where latest_heartbeat > to_timestamp(%s) and state = 'running'"
    with suppress(psycopg.OperationalError):
        return _ask(settings, jobs, moment) == [(2,)]
    return False


def through_airflow(disturbance: Disturbance) -> Callable[[Base, random.Random, int], str]:
    """The fault that disturbs, at a random moment, a night of ``make nightly`` while ``make up`` is on."""

    @functools.wraps(disturbance)
    def fault(base: Base, rng: random.Random, number: int) -> str:
        seconds = rng.random() * NIGHT_SECONDS
        place = f"{disturbance.__name__} {seconds:.1f} s into a night through Airflow"
        with base.trial(f"services-{number}") as trial:
            airflow = Airflow(trial.settings)
            schema.prepare(trial.settings)
            began = time.monotonic()
            airflow.start(schedule_on=True)
            patience = max(WELL_SECONDS, STARTS * (time.monotonic() - began))
            try:
                before = len(trial.nights())
                night = subprocess.Popen(
                    [sys.executable, "-m", "include", "nightly"],
                    env={**os.environ, **trial.settings.environment(), "PYTHONPATH": str(PROJECT_ROOT)},
                    cwd=PROJECT_ROOT,
                    stderr=subprocess.PIPE,
                    text=True,
                )
                assert processes.wait_until(lambda: len(trial.nights()) > before, patience), place
                time.sleep(seconds)
                disturbance(trial.settings)
                said = night.communicate()[1]
                assert night.returncode == 0, f"{place}: {said}"
                # First: a night that had ended before the fault leaves the server to be started again.
                assert is_well_again(airflow, patience), place
                assert trial.differences() == [], place
                assert airflow.schedule_is_on(), place
                following = run_night(trial.settings, airflow, Console(quiet=True))
                assert following.succeeded, f"{place}: {following.reason}"
                assert trial.differences() == [], place
            finally:
                airflow.stop()
        return place

    return fault


def _ask(settings: Settings, query: str, *values: object) -> list[tuple]:
    address = postgres.connection_string(settings, "airflow")
    with psycopg.connect(address, autocommit=True) as connection:
        cursor = connection.execute(query, values or None)
        return cursor.fetchall() if cursor.description else []
