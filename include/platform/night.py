"""One night through Airflow: start it, follow it, say how it ended."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import psutil
import sqlalchemy as sa
from rich.console import Console

from include.platform import acceptances, database, housekeeping, interruption, night_end, nights, processes, schema
from include.platform.airflow_api import AirflowApi
from include.platform.airflow_services import Airflow
from include.platform.errors import PlatformError
from include.platform.settings import PROJECT_ROOT, Settings, ensure_state, load_date
from include.platform.tables import night as night_table

#: The DAGs of a night in their order; the first is triggered, each other by the asset of the one before.
DAGS = ("ingest", "validate", "marts", "publish")

PARSE_SECONDS = 90
#: How long a night may stay open after its last DAG run ended, or before the next one begins.
IDLE_SECONDS = 45
#: How often Airflow is asked for the runs of a night that goes on, which keeps its API server from the tasks' own
#: questions; and how often the terminal is told what is at work.
RUNS_SECONDS, TASKS_SECONDS = 1.0, 2.0
#: How long database or Airflow may be away, or the scheduler silent between two DAGs, before the night is given up.
LOST_SECONDS = 900
#: How long a failed DAG run has to write its own, better, reason.
REASON_SECONDS = 5


@dataclass(frozen=True)
class NightResult:
    """How a night ended; ``reason`` is empty where it succeeded."""

    night_id: str
    succeeded: bool
    reason: str = ""


def run_night(settings: Settings, airflow: Airflow | None = None, console: Console | None = None) -> NightResult:
    """Run one night on ``INBOX`` and ``REGISTRY`` and wait for its end.

    Airflow's services are started where they do not run, and stopped again if so; the database stays. Raises
    PlatformError where the night could not begin, and NightGoesBack where its load date lies in the past of what is
    published.
    """
    airflow = airflow or Airflow(settings)
    progress = _Progress(console or Console(stderr=True))
    with _only_one(settings):
        ran_before = airflow.is_running()
        try:
            progress.say(f"the night of {load_date(settings)} begins: database")
            schema.prepare(settings)
            nights.check_load_date(settings)
            began = time.time()
            started_here = airflow.start(airflow.schedule_is_on(), progress.say)
            with AirflowApi(settings) as api:
                progress.say("DAGs")
                _wait_for_dags(airflow, api, began if started_here else 0)
                result = _Follower(settings, airflow, api, progress).run()
                if not airflow.schedule_is_on():
                    housekeeping.run_if_due(settings, api, progress.say)
                return result
        except interruption.Interrupted as signal:
            signal.said = signal.said or "Interrupted before the night began: nothing is left undone."
            raise
        finally:
            if not ran_before and airflow.is_running():
                interruption.shield()
                progress.say("Airflow's services end")
                airflow.stop(patience=5)


def run_night_elsewhere(settings: Settings, console: Console | None = None) -> NightResult:
    """Run one night through the Airflow that runs at ``AIRFLOW_API_URL``, and wait for its end.

    The warehouse has to be prepared. Raises PlatformError where the night could not begin.
    """
    progress = _Progress(console or Console(stderr=True))
    nights.check_load_date(settings)
    with _only_one(settings), AirflowApi(settings) as api:
        services = _Elsewhere()
        _wait_for_dags(services, api, 0)
        return _Follower(settings, services, api, progress).run()


class _Services(Protocol):
    """What a night has to know of an Airflow."""

    @property
    def dags(self) -> Path: ...

    def is_running(self) -> bool: ...

    def processes(self) -> list[psutil.Process]: ...


@dataclass(frozen=True)
class _Elsewhere:
    """An Airflow whose services somebody else looks after: it may be away for a while."""

    dags: Path = PROJECT_ROOT / "dags"

    def is_running(self) -> bool:
        return True

    def processes(self) -> list[psutil.Process]:
        return []


@dataclass(frozen=True)
class _Progress:
    """Lines for the terminal, each with the seconds since the start."""

    console: Console
    began: float = field(default_factory=time.monotonic)

    def say(self, line: str) -> None:
        self.console.print(f"{time.monotonic() - self.began:5.0f} s  {line}", highlight=False)


@contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    ensure_state(settings)
    try:
        with processes.locked(settings.locks / "night", wait=False):
            yield
    except processes.LockIsHeld:
        raise PlatformError(f"Another make nightly is at work in {settings.state}: wait for its end.") from None


def _wait_for_dags(airflow: _Services, api: AirflowApi, moment: float) -> None:
    """Wait until Airflow has read today's DAG files."""
    in_time = processes.wait_until(
        lambda: all(api.parsed_since(dag, moment) for dag in DAGS) or bool(api.import_errors()),
        PARSE_SECONDS,
        pause=0.3,
    )
    errors = api.import_errors()
    if errors:
        raise PlatformError(f"A DAG file cannot be read:\n{errors[0]}")
    if not in_time:
        raise PlatformError(f"Airflow has not found the DAGs {', '.join(DAGS)} in {airflow.dags}.")


@dataclass
class _Follower:
    """Triggers the first DAG and watches runs and the row of ``ops.night`` until both have come to an end."""

    settings: Settings
    airflow: _Services
    api: AirflowApi
    progress: _Progress
    began: float = field(default_factory=time.time)
    seen: dict[tuple[str, str], str] = field(default_factory=dict)
    tasks_seen: set[tuple[str, str]] = field(default_factory=set)
    tasks_asked: float = 0
    runs_asked: float = 0

    def run(self) -> NightResult:
        as_of = load_date(self.settings).isoformat()
        night_id = f"{as_of}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        self.began = time.time() - 1
        conf = {
            "night_id": night_id,
            "as_of": as_of,
            "inbox": self.settings.inbox,
            "registry": str(self.settings.registry),
            **acceptances.conf_from_environment(),
        }
        engine = database.engine(self.settings, "loader")
        try:
            self.api.trigger(DAGS[0], night_id, conf)
            status, reason = self._follow(engine, night_id)
            if status != "succeeded":
                self._close_open_row(engine, night_id, reason)
        except interruption.Interrupted as signal:
            interruption.shield()
            self.progress.say("interrupted: the night ends")
            signal.said = night_end.stop_night(self.settings, night_id, self.began, DAGS, self.airflow.processes)
            raise
        except sa.exc.OperationalError as error:
            raise PlatformError(f"The warehouse was lost during the night: {str(error).splitlines()[0]}") from error
        finally:
            engine.dispose()
        return NightResult(night_id, status == "succeeded", reason)

    def _follow(self, engine: sa.Engine, night_id: str) -> tuple[str, str]:
        """Status and reason of the night once it is over.

        Database and API server may be away meanwhile: they are started again, and so are the steps they cut short.
        """
        last_heard = idle_since = time.monotonic()
        failed_since = None
        while True:
            interruption.check()
            if not self.airflow.is_running():
                return "failed", "Airflow has ended; see the logs in " + str(self.settings.logs)
            time.sleep(0.4)
            try:
                status, reason = _row(engine, night_id)
                is_over = status in ("succeeded", "failed")
                if not is_over and time.monotonic() - self.runs_asked < RUNS_SECONDS:
                    continue
                runs = self._runs()
                busy = any(run["state"] in ("queued", "running") for run in runs)
                failed = [run for run in runs if run["state"] == "failed"]
                if is_over and not busy:
                    return status, reason
                now = time.monotonic()
                if failed:
                    failed_since = failed_since or now
                    if now - failed_since > REASON_SECONDS:
                        return "failed", reason or self._explain(failed[0])
                elif not busy and not self.api.is_healthy():
                    raise PlatformError("Airflow's scheduler is silent")
            except (sa.exc.OperationalError, PlatformError):
                if time.monotonic() - last_heard > LOST_SECONDS:
                    raise
                idle_since = time.monotonic()
                continue
            last_heard = now
            idle_since = now if busy else idle_since
            if now - idle_since > IDLE_SECONDS:
                return "failed", reason or "the DAGs have ended without closing the night"

    def _runs(self) -> list[dict[str, Any]]:
        """Runs of tonight's DAGs; tells the terminal what changed."""
        self.runs_asked = time.monotonic()
        runs = [run for run in self.api.runs_since(self.began) if run["dag_id"] in DAGS]
        for run in runs:
            key, state = (run["dag_id"], run["dag_run_id"]), run["state"]
            if self.seen.get(key) == state:
                continue
            self.seen[key] = state
            if state == "running":
                self.progress.say(f"{run['dag_id']} begins")
            elif state in ("success", "failed"):
                took = f" after {run['duration']:.0f} s" if run.get("duration") else ""
                self.progress.say(f"{run['dag_id']}: {state}{took}")
        if time.monotonic() - self.tasks_asked > TASKS_SECONDS:
            self.tasks_asked = time.monotonic()
            self._tell_tasks([run for run in runs if run["state"] == "running"])
        return runs

    def _tell_tasks(self, runs: list[dict[str, Any]]) -> None:
        """Name the tasks at work, each once."""
        for run in runs:
            for task in self.api.tasks(run["dag_id"], run["dag_run_id"], "running"):
                name = (run["dag_id"], task["task_id"])
                if name not in self.tasks_seen:
                    self.tasks_seen.add(name)
                    self.progress.say(f"  {run['dag_id']}: {task['task_id']}")

    def _explain(self, run: dict[str, Any]) -> str:
        """The task that failed, what it raised, and where its log is."""
        tasks = self.api.failed_tasks(run["dag_id"], run["dag_run_id"])
        if not tasks:
            return f"DAG {run['dag_id']} failed"
        task = tasks[0]
        folder = self.settings.logs / "airflow" / f"dag_id={run['dag_id']}" / f"run_id={run['dag_run_id']}"
        folder /= f"task_id={task['task_id']}"
        if task.get("map_index", -1) >= 0:
            folder /= f"map_index={task['map_index']}"
        log = folder / f"attempt={task['try_number']}.log"
        return f"task {run['dag_id']}.{task['task_id']} failed: {_last_error(log)} (log: {log})"

    def _close_open_row(self, engine: sa.Engine, night_id: str, reason: str) -> None:
        """Enter the reason where the DAGs could not."""
        open_row = (night_table.c.night_id == night_id) & (night_table.c.status == "running")
        change = {"status": "failed", "reason": reason, "finished_at": sa.func.now()}
        with engine.begin() as connection:
            connection.execute(sa.update(night_table).where(open_row).values(change))


def _row(engine: sa.Engine, night_id: str) -> tuple[str, str]:
    """Status and reason of the night; ``running`` while there is no row yet."""
    query = sa.select(night_table.c.status, night_table.c.reason).where(night_table.c.night_id == night_id)
    with engine.connect() as connection:
        row = connection.execute(query).one_or_none()
    return (row.status, row.reason or "") if row else ("running", "")


def _last_error(log: Path) -> str:
    """Type and text of the last exception in a task's log (one JSON object a line), or its last lines."""
    said = processes.last_lines(log, 40)
    for line in reversed(said.splitlines()):
        with suppress(ValueError, TypeError, KeyError, IndexError):
            error = json.loads(line)["error_detail"][-1]
            return f"{error['exc_type']}: {error['exc_value']}"
    return processes.last_lines(log, 5) or "without a word"
