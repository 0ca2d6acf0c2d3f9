"""Superset's server of one STATE: gunicorn, found by its environment, as Airflow's services are.

It outlives the command that starts it; ``make down`` stops it.
"""

from __future__ import annotations

import hashlib
import json
import os
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from include.dashboards import place
from include.platform import interruption, ports, processes, secrets
from include.platform.errors import PlatformError
from include.platform.settings import Settings

START_SECONDS = 180
#: Processes that answer, and questions each has at once. 340 MB each.
WORKERS, THREADS = 2, 8


def environment(settings: Settings) -> dict[str, str]:
    """Environment of every process of this STATE's Superset: nothing of the pipeline's but what is named here."""
    kept = ("LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "OPENBLAS_CORETYPE")
    home = place.home(settings)
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "PYTHONPATH": str(place.FOLDER),
        "PATH": os.pathsep.join((str(place.INTERPRETER.parent), os.environ.get("PATH", os.defpath))),
        "HOME": str(home),
        "SUPERSET_HOME": str(home),
        "SUPERSET_CONFIG_PATH": str(place.FOLDER / "superset_config.py"),
        "SUPERSET_SECRET_KEY": secrets.superset_secret(settings, "session"),
        "SUPERSET_METADATA_URL": place.metadata_url(settings).render_as_string(hide_password=False),
        "SUPERSET_ENV": "production",
        "WAREHOUSE_OPTIONS": place.session_options(),
        "DASHBOARDS_URL": settings.dashboards_url or "",
        "FLASK_APP": "superset.app:create_app()",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
    }


def running(settings: Settings) -> list[psutil.Process]:
    """Every process of this STATE's Superset, parents before children."""
    return processes.of_environment("SUPERSET_HOME", str(settings.state / "superset"))


def start(settings: Settings, say: Callable[[str], None] = lambda _: None) -> bool:
    """Start the server where it does not run as told; True where it had to be started.

    Superset's own tables have to be there. Raises PlatformError with the end of its log where it does not come up.
    """
    with processes.locked(settings.locks / "superset"):
        told = environment(settings)
        fingerprint = hashlib.sha256(json.dumps([told, _code()], sort_keys=True).encode()).hexdigest()
        if _recorded(settings) == fingerprint and running(settings) and answers(settings):
            return False
        _stop(settings, 20)
        port = ports.take(
            place.port_file(settings), settings.dashboards_port, "that of the dashboards", "DASHBOARDS_PORT"
        )
        say("Superset's server")
        try:
            _launch(settings, told, port)
            secrets.write_private(_record(settings), fingerprint)
            if not processes.wait_until(lambda: answers(settings) or not running(settings), START_SECONDS, pause=0.3):
                raise PlatformError(f"Superset does not answer. {_log(settings)} ends:\n{_end_of_log(settings)}")
            if not running(settings):
                raise PlatformError(f"Superset does not start. {_log(settings)} ends:\n{_end_of_log(settings)}")
        except BaseException:
            interruption.shield()
            _stop(settings, 5)
            raise
        return True


def stop(settings: Settings, patience: float = 20) -> None:
    """Stop every process of this STATE's Superset and return when they are gone."""
    if (settings.state / "superset").exists():
        with processes.locked(settings.locks / "superset"):
            _stop(settings, patience)


def answers(settings: Settings) -> bool:
    """Whether the server answers."""
    address = f"{place.base_url(settings)}/health"
    with suppress(OSError), urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - ours
        return bool(answer.status == 200)
    return False


def set_up(settings: Settings, what: dict[str, Any]) -> list[str]:
    """Have Superset do what ``dashboards/superset_set_up.py`` is told; the people it made or changed.

    Raises PlatformError with the end of the log where it fails.
    """
    log = settings.logs / "superset-set-up.log"
    command = [str(place.INTERPRETER), str(place.FOLDER / "superset_set_up.py")]
    said = processes.have_done(
        "Superset", command, what, log, environment(settings), place.home(settings), answers=True
    )
    people: list[str] = json.loads(said.splitlines()[-1])
    return people


def command_line(settings: Settings, port: int) -> list[str]:
    """What the server is started with."""
    host = os.environ.get("API_HOST", processes.HOST)  # a container listens on all of its own
    options = {
        "bind": f"{host}:{port}",
        "workers": str(WORKERS),
        "threads": str(THREADS),
        "worker-class": "gthread",
        "timeout": "60",
        "max-requests": "5000",
        "max-requests-jitter": "500",
        "log-level": "warning",
        "worker-tmp-dir": str(place.home(settings)),
    }
    command = [str(place.INTERPRETER), "-m", "gunicorn"]
    command += [part for name, value in options.items() for part in (f"--{name}", value)]
    return [*command, "superset.app:create_app()"]


def _launch(settings: Settings, told: dict[str, str], port: int) -> None:
    processes.begin(command_line(settings, port), _log(settings), told, place.home(settings))


def _stop(settings: Settings, patience: float) -> None:
    found = running(settings)
    processes.end(processes.heads(found), patience)
    processes.end(running(settings), 5)
    _record(settings).unlink(missing_ok=True)


def _code() -> str:
    files = sorted(path for path in place.FOLDER.iterdir() if path.is_file())
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def _record(settings: Settings) -> Path:
    return place.home(settings) / "server.sha256"


def _recorded(settings: Settings) -> str:
    with suppress(FileNotFoundError):
        return _record(settings).read_text()
    return ""


def _log(settings: Settings) -> Path:
    return settings.logs / "superset.log"


def _end_of_log(settings: Settings) -> str:
    return processes.last_lines(_log(settings))
