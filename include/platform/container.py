"""What a container of docker-compose.yml runs: ``python -m include.platform.container COMMAND``.

``init`` prepares the database once and ends; ``api-server``, ``scheduler``, ``dag-processor``, ``triggerer`` and
``worker`` become that process of Airflow; ``night`` runs a night through them; ``health PART`` and ``ping``, of the
worker, are for health checks.
Everything comes from the environment: a container keeps nothing but what is in ``STATE``.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

from include.platform import interruption, permissions
from include.platform.exit_status import status_of
from include.platform.settings import Settings, ensure_state

#: Command -> what Airflow is told. Logs are read from STATE, which all containers share.
SERVICES = {
    "api-server": ("api-server",),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
    "worker": ("celery", "worker", "--skip-serve-logs", "--without-gossip", "--without-mingle"),
}
#: Airflow's configuration, pid files included, is each container's own.
HOME = "/tmp/airflow"  # noqa: S108 - a container's own
HEALTH_SECONDS = 10
CELERY_APP = "airflow.providers.celery.executors.celery_executor.app"


def environment(settings: Settings) -> dict[str, str]:
    """Airflow's environment in a container.

    A task whose worker was killed is given up after a minute and tried again by another one.
    """
    from include.platform import airflow_environment

    variables = airflow_environment.environment(settings, schedule_on=True)
    variables.update(
        {
            "AIRFLOW_HOME": HOME,
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_SEC": "10",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "10",
            "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "30",  # of an API server that is another machine's
            "AIRFLOW__CELERY__WORKER_CONCURRENCY": os.environ.get("WORKER_CONCURRENCY") or str(os.cpu_count() or 1),
        }
    )
    if password := os.environ.get("REDIS_PASSWORD"):
        for number, name in enumerate(("BROKER_URL", "RESULT_BACKEND")):
            variables[f"AIRFLOW__CELERY__{name}"] = f"redis://:{quote(password)}@redis:6379/{number}"
    return variables


def init(settings: Settings) -> None:
    """Roles, schemas, migrations, Airflow's tables, the UI's user. Can be repeated at every start."""
    from include.platform import schema
    from include.platform.airflow_services import Airflow

    schema.prepare(settings)
    Airflow(settings).prepare(environment(settings))


def night(settings: Settings) -> int:
    """One night now; the exit status."""
    from include.platform import database, nights
    from include.platform.inputs import check_registry
    from include.platform.night import run_night_elsewhere

    check_registry(settings)
    result = run_night_elsewhere(settings)
    engine = database.engine(settings, "loader")
    report = nights.report_of(engine, result.night_id) if result.succeeded else ""
    engine.dispose()
    print(report or f"The night {result.night_id} " + ("ran." if result.succeeded else f"failed: {result.reason}"))
    return 0 if result.succeeded else 1


def is_healthy(part: str) -> bool:
    """Whether Airflow's health page says so of one of its parts: metadatabase, scheduler, dag_processor, triggerer.

    The API server itself also has to have built what tasks talk to, which takes it seconds at the first request.
    """
    address = os.environ["AIRFLOW_API_URL"]
    with suppress(OSError, ValueError):
        if part == "metadatabase":
            _get(address + "/execution/health/ping")
        status = (json.loads(_get(address + "/api/v2/monitor/health")).get(part) or {}).get("status")
        return bool(status == "healthy")
    return False


def _get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=HEALTH_SECONDS) as answer:  # noqa: S310 - of our own network
        content: bytes = answer.read()
    return content


def _become(command: list[str], variables: dict[str, str]) -> NoReturn:
    """Signals of the engine then reach the service itself."""
    os.execvpe(command[0], command, variables)


def main(arguments: list[str]) -> int:
    """Run one command; its exit status."""
    command, *rest = arguments
    if command == "health":
        return 0 if is_healthy(*rest) else 1
    return status_of(lambda: _run(command))


def _run(command: str) -> int:
    permissions.keep_to_owner()
    settings = Settings.from_environment()
    ensure_state(settings)
    if command == "init":
        init(settings)
        return 0
    if command == "night":
        interruption.listen()
        return night(settings)
    Path(HOME).mkdir(exist_ok=True)
    if command == "ping":  # whether this container's worker answers
        question = [
            "celery",
            "--app",
            CELERY_APP,
            "inspect",
            "ping",
            "--destination",
            f"celery@{os.uname().nodename}",
        ]
        _become(question, environment(settings))
    _become(["airflow", *SERVICES[command]], environment(settings))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
