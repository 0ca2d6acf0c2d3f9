"""One process that imports Airflow once and forks its services: a third of the start-up of three commands.

    python -m include.platform.airflow_launcher LOG_FOLDER

The services are Airflow's own commands. One that ends by itself is started again; on SIGTERM all are ended. The
libraries of the stages are imported before the scheduler is forked, so that its tasks, forks in their turn, find them
ready; meanwhile the API server, which takes longest, starts on another core.
"""

from __future__ import annotations

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

from include.platform import processes

#: What takes Airflow and the stages seconds to import.
AIRFLOW_MODULES = (
    "airflow.__main__",
    "airflow.jobs.scheduler_job_runner",
    "airflow.jobs.dag_processor_job_runner",
    "airflow.executors.local_executor",
    "airflow.api_fastapi.core_api.app",
    "airflow.api_fastapi.execution_api.app",
)
#: Not polars: it starts threads when imported, and those do not survive a fork.
STAGE_MODULES = ("psycopg", "great_expectations", "dbt.cli.main")

COMMANDS = {
    "api-server": ("api-server",),
    "scheduler": ("scheduler", "--skip-serve-logs"),  # the UI reads the logs from the same disk
    "dag-processor": ("dag-processor",),
}
#: Objects made between two looks for garbage in a service, where Python's own number is 700: what services and tasks
#: make at their start stays, and to look through it takes a quarter of that time.
GARBAGE_THRESHOLD = 100_000
#: More deaths of services than this within a minute are a fault that starting again does not mend.
TOLERATED_DEATHS = 5

log = logging.getLogger("airflow_launcher")


class Launcher:
    """The parent of the services."""

    def __init__(self, log_folder: Path) -> None:
        self._log_folder = log_folder
        self._services: dict[int, str] = {}
        self._deaths: list[float] = []
        self._ending = False

    def run(self) -> None:
        """Start the services and stay until told to end, or until a service dies again and again."""
        gc.disable()  # until a service begins: modules stay
        _import(AIRFLOW_MODULES)
        signal.signal(signal.SIGTERM, self._end)
        self._fork("api-server")
        self._fork("dag-processor")
        logging.getLogger("great_expectations").setLevel(logging.WARNING)  # it tells of every decorator it applies
        _import(STAGE_MODULES)
        self._fork("scheduler")
        while self._services:
            pid, status = os.wait()
            name = self._services.pop(pid, None)
            if name is None or self._ending:
                continue
            log.warning("%s ended with status %s", name, os.waitstatus_to_exitcode(status))
            now = time.monotonic()
            self._deaths = [moment for moment in self._deaths if moment > now - 60] + [now]
            if len(self._deaths) > TOLERATED_DEATHS:
                log.error("giving up")
                self._end()
            else:
                time.sleep(1)
                self._fork(name)

    def _fork(self, name: str) -> None:
        if self._ending:
            return
        gc.freeze()  # keep what is shared in pages that the children do not write to
        pid = os.fork()
        if pid:
            self._services[pid] = name
            return
        code = 1
        try:
            self._become(name)
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
        sys.argv = ["airflow", *COMMANDS[name]]

    def _end(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        self._ending = True
        for pid in self._services:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)


def _import(modules: tuple[str, ...]) -> None:
    for module in modules:
        importlib.import_module(module)


if __name__ == "__main__":
    Launcher(Path(sys.argv[1])).run()
