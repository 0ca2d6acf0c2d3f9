"""Airflow's whole configuration as environment variables, derived from the settings: there is no file to edit."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from include.platform import database, processes, secrets
from include.platform.settings import PROJECT_ROOT, Settings

#: When a night begins, in America/Lima. DAG ``ingest`` takes it from ``NIGHT_SCHEDULE``, which is empty while the
#: schedule is off: a paused DAG would not run for ``make nightly`` either.
NIGHTLY = "0 1 * * *"
#: When housekeeping looks at how the night went, in America/Lima: it has to have succeeded by then.
MORNING = "0 5 * * *"

#: Runs tasks unless ``AIRFLOW_EXECUTOR`` names another one (``airflow_executor``, which costs seconds to import).
EXECUTOR = "include.platform.airflow_executor.WakefulExecutor"

#: The person of Airflow that the pipeline itself signs in as, with every right; others are made by ``make user``.
USER = "admin"


def port_file(settings: Settings) -> Path:
    """Where the port of the API server and UI is remembered."""
    return settings.airflow / "port"


def task_port_file(settings: Settings) -> Path:
    """Where the port of the API that tasks talk to is remembered."""
    return settings.airflow / "task_port"


def base_url(settings: Settings) -> str:
    """Address of the UI and the REST API; ``AIRFLOW_API_URL`` where they are not ours to start."""
    elsewhere = os.environ.get("AIRFLOW_API_URL")
    if elsewhere:
        return elsewhere.rstrip("/")
    return f"http://{processes.HOST}:{processes.remembered_port(port_file(settings))}"


def task_url(settings: Settings) -> str:
    """Address of the API that tasks talk to; where Airflow is not ours to start, a part of the one of all."""
    if os.environ.get("AIRFLOW_API_URL"):
        return f"{base_url(settings)}/execution/"
    return f"http://{processes.HOST}:{processes.remembered_port(task_port_file(settings))}/execution/"


def known_url(settings: Settings) -> str:
    """What a browser opens, in words where Airflow has no port yet."""
    is_known = os.environ.get("AIRFLOW_API_URL") or processes.remembered_port(port_file(settings))
    return os.environ.get("AIRFLOW_UI_URL") or (base_url(settings) if is_known else "the address make up prints")


def ui_password(settings: Settings) -> str:
    """Password of :data:`USER`."""
    return secrets.airflow_secret(settings, "ui_password")


def environment(settings: Settings, schedule_on: bool, dags: Path = PROJECT_ROOT / "dags") -> dict[str, str]:
    """Environment of every Airflow process of this STATE, and so of every task."""
    metadata = database.airflow_url(settings).render_as_string(hide_password=False)
    address = base_url(settings)
    executor = os.environ.get("AIRFLOW_EXECUTOR") or EXECUTOR
    # A night somebody waits for is looked after more often than a schedule that waits all day.
    idle = "1" if schedule_on else "0.2"
    sections = {
        "CORE": {
            "DAGS_FOLDER": str(dags),
            "LOAD_EXAMPLES": "False",
            "EXECUTOR": executor,
            "PARALLELISM": str((os.cpu_count() or 1) + 2),  # two more than can work at once: some wait for others
            "MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "0",  # a changed DAG or schedule counts from its first reading
            "MP_START_METHOD": "fork",  # workers share what the scheduler has imported
            "DAGS_ARE_PAUSED_AT_CREATION": "False",
            "DEFAULT_TIMEZONE": "America/Lima",
            "FERNET_KEY": secrets.airflow_fernet_key(settings),
            "AUTH_MANAGER": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
            "EXECUTION_API_SERVER_URL": task_url(settings),
        },
        "DATABASE": {"SQL_ALCHEMY_CONN": metadata, "SQL_ALCHEMY_CONN_ASYNC": metadata},  # psycopg 3 is both
        "API": {
            "HOST": os.environ.get("API_HOST", processes.HOST),  # a container listens on all of its own
            "PORT": address.rsplit(":", 1)[1],
            "WORKERS": "1",
            "BASE_URL": os.environ.get("AIRFLOW_UI_URL") or address,  # what a browser sees
            "SECRET_KEY": secrets.airflow_secret(settings, "session"),
        },
        # Roles are brought to what they should be where they changed (airflow_people), not at every start.
        "FAB": {"UPDATE_FAB_PERMS": "False"},
        "API_AUTH": {"JWT_SECRET": secrets.airflow_secret(settings, "jwt")},
        "WAKEFUL_EXECUTOR": {"IDLE_SECONDS": idle},
        "SCHEDULER": {
            "SCHEDULER_IDLE_SLEEP_TIME": "0" if executor == EXECUTOR else idle,
            "CATCHUP_BY_DEFAULT": "False",
            # A task whose scheduler or supervisor was killed is begun again within a minute or two, not five or ten.
            "ORPHANED_TASKS_CHECK_INTERVAL": "20",
            "TASK_INSTANCE_HEARTBEAT_TIMEOUT": "90",
        },
        "WORKERS": {
            # Where a task's process ends a moment after its pipes, its supervisor sleeps this long with the slot taken.
            "MIN_HEARTBEAT_INTERVAL": "1",
            # A task at work outlives a database or API server that is away for a minute.
            "EXECUTION_API_RETRIES": "12",
            "EXECUTION_API_RETRY_WAIT_MAX": "10",
        },
        "DAG_PROCESSOR": {
            "REFRESH_INTERVAL": "60",
            "MIN_FILE_PROCESS_INTERVAL": "60",
        },
        "LOGGING": {
            "BASE_LOG_FOLDER": str(settings.logs / "airflow"),
            "DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(settings.logs / "airflow" / "dag_processor"),
            "COLORED_CONSOLE_LOG": "False",
            "FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS": "0o700",  # all run as one user
            "FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS": "0o600",
        },
        "USAGE_DATA_COLLECTION": {"ENABLED": "False"},
    }
    variables = {
        f"AIRFLOW__{section}__{key}": value for section, keys in sections.items() for key, value in keys.items()
    }
    inherited = os.environ
    return {
        **inherited,
        **settings.environment(),
        **variables,
        "AIRFLOW_HOME": str(settings.airflow),
        "NIGHT_SCHEDULE": NIGHTLY if schedule_on else "",
        "PYTHONPATH": os.pathsep.join(filter(None, (str(PROJECT_ROOT), inherited.get("PYTHONPATH")))),
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), inherited.get("PATH", os.defpath))),
        "NO_PROXY": ",".join(filter(None, (processes.HOST, inherited.get("NO_PROXY")))),
        "no_proxy": ",".join(filter(None, (processes.HOST, inherited.get("no_proxy")))),
        "OPENBLAS_NUM_THREADS": "1",  # no threads where tasks are forked
        "SPT_NOENV": "1",  # a process title must not overwrite the environment by which we know our processes
        "GX_ANALYTICS_ENABLED": "false",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
