"""One process that imports Airflow once and forks its services: a third of the start-up of three commands.

    python -m include.platform.airflow_launcher LOG_FOLDER

The services are Airflow's own commands, and one that starts the embedded database again where it is killed. A service
that ends by itself is started again, ever later while it does not stay, for as long as the launcher lives: a database
that is away comes back some time. On SIGTERM all are ended. Those that take longest to build what they serve are
forked first, and do so on another core while what the next ones need is imported.
"""

from __future__ import annotations

import compileall
import ctypes
import gc
import importlib
import logging
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from include.platform import postgres, processes
from include.platform.settings import PROJECT_ROOT, Settings

#: Services in the order in which they are begun, each with the modules that it needs and none before it did.
MODULES = {
    "task-api": (
        "airflow.__main__",
        "airflow.api_fastapi.execution_api.app",
        "airflow.api_fastapi.execution_api.routes",
        "include.platform.airflow_task_api",
    ),
    "api-server": ("airflow.api_fastapi.core_api.app", "airflow.providers.fab.auth_manager.fab_auth_manager"),
    "dag-processor": (
        "airflow.jobs.dag_processor_job_runner",
        "airflow.providers.standard.decorators.python",  # what DAG files import, which tasks read, too
        "airflow.providers.standard.operators.hitl",
    ),
    # Its tasks, forks in their turn, find the libraries of the stages ready. Not polars: its import starts threads, and
    # those do not survive a fork. Not dbt, which most nights do without. None of ours: they are read anew.
    "scheduler": (
        *("airflow.jobs.scheduler_job_runner", "include.platform.airflow_executor"),
        *("psycopg", "alembic.command", "xlsxwriter", "great_expectations"),
    ),
}
#: The API is served by two processes, which each take seconds to build their part of it: beside each other half as
#: long, and a page of the UI that is slow keeps no task waiting.
COMMANDS = {
    "task-api": ("api-server", "--apps", "execution"),
    "api-server": ("api-server", "--apps", "core"),
    "dag-processor": ("dag-processor",),
    "scheduler": ("scheduler", "--skip-serve-logs"),  # the UI reads the logs from the same disk
}
#: The service that is not Airflow's; it does not know of a database of somebody else's.
DATABASE = "database"
#: Objects made between two looks for garbage in a service, where Python's own number is 700: what services and tasks
#: make at their start stays, and to look through it takes a quarter of that time.
GARBAGE_THRESHOLD = 100_000
#: Seconds before a service that ended is started again: doubled from the first to the longest while it ends within
#: STEADY_SECONDS, which a service does that finds no database.
FIRST_PAUSE, LONGEST_PAUSE, STEADY_SECONDS = 1, 16, 60

_PR_SET_PDEATHSIG = 1

log = logging.getLogger("airflow_launcher")


class Launcher:
    """The parent of the services."""

    def __init__(self, log_folder: Path) -> None:
        self._log_folder = log_folder
        self._services: dict[int, str] = {}
        #: service -> when it was begun, and the seconds it waited then
        self._begun: dict[str, tuple[float, int]] = {}
        self._ending = False

    def run(self) -> None:
        """Start the services and stay until told to end."""
        gc.disable()  # until a service begins: modules stay
        signal.signal(signal.SIGTERM, self._end)
        if not Settings.from_environment().warehouse_url:
            self._fork(DATABASE)
        _compile()
        logging.getLogger("great_expectations").setLevel(logging.WARNING)  # it tells of every decorator it applies
        for service, modules in MODULES.items():
            if not self._ending:
                _import(modules)
                self._fork(service)
        while self._services:
            pid, status = os.wait()
            name = self._services.pop(pid, None)
            if name is None or self._ending:
                continue
            pause = self._pause(name)
            log.warning("%s ended with status %s: again in %s s", name, os.waitstatus_to_exitcode(status), pause)
            self._fork(name, pause)

    def _pause(self, name: str) -> int:
        """Seconds to wait before the service is begun again."""
        begun, waited = self._begun[name]
        is_steady = time.monotonic() - begun - waited > STEADY_SECONDS
        return FIRST_PAUSE if is_steady else min(max(2 * waited, FIRST_PAUSE), LONGEST_PAUSE)

    def _fork(self, name: str, pause: int = 0) -> None:
        """Begin a service; it waits by itself, so that the others are not kept waiting."""
        if self._ending:
            return
        self._begun[name] = (time.monotonic(), pause)
        gc.freeze()  # keep what is shared in pages that the children do not write to
        pid = os.fork()
        if pid:
            self._services[pid] = name
            return
        code = 1
        try:
            self._become(name)
            time.sleep(pause)
            if name == DATABASE:
                postgres.keep_running(Settings.from_environment())
            sys.modules["airflow.__main__"].main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException:
            log.exception("%s failed", name)
        finally:
            with suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def _become(self, name: str) -> None:
        gc.set_threshold(GARBAGE_THRESHOLD)
        gc.enable()
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        descriptor = processes.open_log(self._log_folder / f"airflow-{name}.log")
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        os.close(descriptor)
        _die_with_parent()
        if name == "scheduler":  # its workers, and their tasks, wait for ever for one that was killed
            os.register_at_fork(after_in_child=_die_with_parent)
        sys.argv = ["airflow", *COMMANDS.get(name, ())]
        if name == "task-api":
            sys.modules["include.platform.airflow_task_api"].leave_out_old_versions()
            sys.argv += ["--port", str(urlsplit(os.environ["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"]).port)]

    def _end(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        self._ending = True
        for pid in self._services:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)


def _die_with_parent() -> None:
    """Have the kernel kill this process when the one that forked it is gone, however it ended."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _compile() -> None:
    """Compile what has changed of ours: where Python may not keep what it compiles, every task would do it anew."""
    for folder in ("dags", "expectations", "include"):
        compileall.compile_dir(PROJECT_ROOT / folder, quiet=2)


def _import(modules: tuple[str, ...]) -> None:
    """Import them, and do once what each service would do: read what providers configure, map Airflow's tables."""
    for module in modules:
        importlib.import_module(module)
    from airflow.providers_manager import ProvidersManager
    from sqlalchemy.orm import configure_mappers

    ProvidersManager().initialize_providers_configuration()  # type: ignore[no-untyped-call]
    configure_mappers()


if __name__ == "__main__":
    Launcher(Path(sys.argv[1])).run()
