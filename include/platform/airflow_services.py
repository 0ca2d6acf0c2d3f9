"""Airflow's processes of one STATE: API server with the UI, API of the tasks, scheduler, DAG processor.

They run in sessions of their own and outlive the command that starts them. A process belongs to a STATE by its
environment (``AIRFLOW_HOME``), so that even what a killed scheduler left behind is found.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
import psycopg

from include.platform import (
    airflow_environment,
    configuration,
    database,
    interruption,
    people,
    ports,
    postgres,
    processes,
    secrets,
)
from include.platform.airflow_api import AirflowApi
from include.platform.errors import PlatformError
from include.platform.settings import PROJECT_ROOT, Settings

START_SECONDS = 240

#: What services have to be started anew for, beside Airflow's own configuration. Inbox, registry and load date are told
#: to each night.
_COUNTING = {"NIGHT_SCHEDULE", "PYTHONPATH", *configuration.BY_NAME} - {
    *("STATE", "INBOX", "REGISTRY", "UI_PORT", "DASHBOARDS_PORT", "DASHBOARDS_URL")
}


@dataclass(frozen=True)
class Airflow:
    """The Airflow of one STATE, with the DAGs of ``dags``."""

    settings: Settings
    dags: Path = PROJECT_ROOT / "dags"

    # --- what runs ------------------------------------------------------------------------------------

    @property
    def _record(self) -> Path:
        return self.settings.airflow / "services.json"

    def processes(self) -> list[psutil.Process]:
        """Every process of this STATE's Airflow, parents before children."""
        return processes.of_environment("AIRFLOW_HOME", str(self.settings.airflow))

    def schedule_is_on(self) -> bool:
        """Whether the services run, and with the nightly schedule."""
        return self._recorded().get("schedule_on", False) if self.is_running() else False

    def is_running(self) -> bool:
        """Whether the services run."""
        return self.launcher() is not None

    def launcher(self) -> psutil.Process | None:
        """The parent of the services, if it lives."""
        recorded = self._recorded()
        try:
            process = psutil.Process(recorded["pid"])
            is_ours = process.create_time() == recorded["began"] and process.status() != psutil.STATUS_ZOMBIE
            return process if is_ours else None
        except (KeyError, psutil.Error):
            return None

    def _recorded(self) -> dict[str, Any]:
        try:
            recorded: dict[str, Any] = json.loads(self._record.read_text())
            return recorded
        except (FileNotFoundError, ValueError):
            return {}

    # --- start and stop -------------------------------------------------------------------------------

    def start(self, schedule_on: bool, say: Callable[[str], None] = lambda _: None, for_schedule: bool = False) -> bool:
        """Start what does not run; True where the services had to be started. ``say`` hears which step it is at.

        ``for_schedule``: inbox, registry and load date are those of the nights to come, not of one that is told them.

        Services that run with other settings, such as another database, are started anew. The database has to be
        prepared. Raises PlatformError with the end of a service's log where it does not come up.
        """
        with processes.locked(self.settings.locks / "airflow"):
            if self.is_running():
                environment, known = self._environment(schedule_on), self._recorded()
                is_as_told = not for_schedule or known.get("scheduled") == _scheduled(environment)
                if known.get("fingerprint") == _fingerprint(environment) and is_as_told:
                    self._wait(say)  # one of them may be on its way again
                    return False
            self._stop()
            ports.take(
                airflow_environment.port_file(self.settings), self.settings.ui_port, "that of Airflow's UI", "UI_PORT"
            )
            ports.take_any(airflow_environment.task_port_file(self.settings))
            environment = self._environment(schedule_on)
            say("Airflow's own tables")
            self.prepare(environment)
            try:
                say("Airflow's services: scheduler, UI, reading of DAGs")
                launcher = self._launch(environment)
                record = {
                    "pid": launcher.pid,
                    "began": psutil.Process(launcher.pid).create_time(),
                    "schedule_on": schedule_on,
                    "fingerprint": _fingerprint(environment),
                    "scheduled": _scheduled(environment),
                }
                secrets.write_private(self._record, json.dumps(record))
                self._wait(say)
            except BaseException:  # half of them would be no use to anybody
                interruption.shield()
                self._stop(patience=5)
                raise
            return True

    def stop(self, patience: float = 20) -> None:
        """Stop every process of this STATE's Airflow and return when they are gone."""
        if not self.settings.airflow.exists():
            return
        with processes.locked(self.settings.locks / "airflow"):
            self._stop(patience)

    def _stop(self, patience: float = 20) -> None:
        running = self.processes()
        # Decoders of files have an environment of their own; a database that was started again is not Airflow's to end.
        kept = _family(self._database())
        family = [*running, *(one for one in _descendants(running) if one not in kept)]
        processes.end(processes.heads(running), patience)
        for _ in range(3):  # one that was asked to end may have begun another
            processes.end(self.processes(), 5)
        processes.end([process for process in family if process.is_running()], 1)
        self._record.unlink(missing_ok=True)

    def _database(self) -> psutil.Process | None:
        return None if self.settings.warehouse_url else postgres.Server(self.settings).process()

    def _environment(self, schedule_on: bool) -> dict[str, str]:
        return airflow_environment.environment(self.settings, schedule_on, self.dags)

    def prepare(self, environment: dict[str, str]) -> None:
        """Airflow's own tables, the roles of its people and its administrator; the services need them to start."""
        stamp = self.settings.airflow / "prepared"
        password = airflow_environment.ui_password(self.settings)
        wanted = json.dumps(
            [
                *(version(package) for package in ("apache-airflow-core", "apache-airflow-providers-fab")),
                hashlib.sha256(json.dumps([people.ROLES, password]).encode()).hexdigest(),
            ]
        )
        migrated = self._metadata_version()
        if migrated and stamp.exists() and stamp.read_text() == f"{wanted} {migrated}":
            return
        administrator: dict[str, str | None] = {"name": airflow_environment.USER, "role": "Admin", "password": password}
        self.provide(environment, [administrator], migrate=True, roles=people.ROLES)
        (self.settings.airflow / "passwords.json").unlink(missing_ok=True)  # of a version that knew no people
        secrets.write_private(stamp, f"{wanted} {self._metadata_version()}")

    def let_in(self, name: str, role: str, is_new_password: bool = False) -> str | None:
        """Make somebody a person of Airflow with this one role; the password, where there is a new one.

        The database has to be prepared. Airflow may run or not.
        """
        with processes.locked(self.settings.locks / "airflow"):
            environment = self._environment(self.schedule_is_on())
            self.prepare(environment)
            is_new = is_new_password or name not in people.known(self.settings)
            password = people.new_password() if is_new else None
            self.provide(environment, [{"name": name, "role": role, "password": password}])
        return password

    def let_back_in(self, persons: list[people.KeptPerson]) -> None:
        """Make people of a backup again, with the passwords they had; who is there already stays as he is.

        The database has to be prepared. Raises PlatformError where Airflow's own database cannot be set up.
        """
        with processes.locked(self.settings.locks / "airflow"):
            environment = self._environment(self.schedule_is_on())
            self.prepare(environment)
            self.provide(environment, [], kept=persons)

    def provide(
        self,
        environment: dict[str, str],
        persons: list[dict[str, str | None]],
        migrate: bool = False,
        roles: Mapping[str, object] | None = None,
        kept: Iterable[people.KeptPerson] = (),
    ) -> None:
        """Bring Airflow's tables, roles and people to what is told, whether it runs or not (``airflow_people``)."""
        log = self.settings.logs / "airflow-migration.log"
        told = {"migrate": migrate, "roles": roles or {}, "people": persons, "kept": [asdict(one) for one in kept]}
        command = [sys.executable, "-m", "include.platform.airflow_people"]
        processes.have_done("Airflow's database", command, told, log, environment, PROJECT_ROOT)

    def _metadata_version(self) -> str:
        """Alembic's version of Airflow's database; empty where there is none."""
        with psycopg.connect(database.plain(database.airflow_url(self.settings))) as connection:
            try:
                row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            except psycopg.errors.UndefinedTable:
                return ""
            return str(row[0]) if row else ""

    def _launch(self, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "include.platform.airflow_launcher", str(self.settings.logs)]
        return processes.begin(command, self._log, environment, PROJECT_ROOT)

    @property
    def _log(self) -> Path:
        return self.settings.logs / "airflow.log"

    def _wait(self, say: Callable[[str], None]) -> None:
        with AirflowApi(self.settings) as api:

            def wait_for(state: Callable[[], bool]) -> bool:
                processes.wait_until(lambda: not self.is_running() or state(), START_SECONDS, pause=0.2)
                return self.is_running() and state()

            if wait_for(api.warm_up) and wait_for(api.answers):
                say("Airflow's UI answers; its scheduler is on its way")
                if wait_for(api.is_healthy):
                    return
        logs = [self._log, *sorted(self.settings.logs.glob("airflow-*.log"))]
        said = "\n".join(f"{log}:\n{processes.last_lines(log, 8)}" for log in logs if log.exists())
        raise PlatformError(f"Airflow does not get ready. Its logs end:\n{said}")


def _scheduled(environment: dict[str, str]) -> dict[str, str]:
    """What nights that begin by themselves work on."""
    return {name: environment[name] for name in ("INBOX", "REGISTRY", "AS_OF")}


def _family(head: psutil.Process | None) -> list[psutil.Process]:
    return [head, *_descendants([head])] if head else []


def _descendants(parents: list[psutil.Process]) -> list[psutil.Process]:
    found = []
    for process in parents:
        with suppress(psutil.Error):
            found += process.children(recursive=True)
    return found


def _fingerprint(environment: dict[str, str]) -> str:
    """What two starts of the services have to have in common to be the same."""
    of_ours = {name: value for name, value in environment.items() if name.startswith("AIRFLOW__") or name in _COUNTING}
    return hashlib.sha256(json.dumps(of_ours, sort_keys=True).encode()).hexdigest()
