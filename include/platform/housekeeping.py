"""Housekeeping where nobody schedules it: after a night that finds that it has not been done for a day.

With ``make up`` Airflow runs DAG ``housekeeping`` every morning. An installation that runs ``make nightly`` from cron
has an Airflow for as long as the night lasts, which then does it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from include.platform import processes
from include.platform.airflow_api import AirflowApi
from include.platform.errors import PlatformError
from include.platform.settings import Settings

DAG = "housekeeping"
#: A little less than a day: nights do not begin at the same second.
EVERY = timedelta(hours=20)
#: How long a night waits for it, in seconds; it may go on afterwards where the services do.
PATIENCE_SECONDS = 600


def mark(settings: Settings, now: datetime) -> None:
    """Housekeeping was done at ``now`` (aware)."""
    _stamp(settings).write_text(now.astimezone(UTC).isoformat())


def is_due(settings: Settings, now: datetime) -> bool:
    """Whether it has not been done for a day; an installation that begins has a day of its own."""
    try:
        last = datetime.fromisoformat(_stamp(settings).read_text())
    except (FileNotFoundError, ValueError):
        mark(settings, now)
        return False
    return now - last > EVERY


def run_if_due(settings: Settings, api: AirflowApi, say: Callable[[str], None]) -> None:
    """Let Airflow run the DAG and wait for its end. Never raises: the night has ended as it has ended."""
    try:
        now = datetime.now(UTC)
        if not is_due(settings, now):
            return
        say(f"{DAG}, which has not run for a day")
        began, run_id = time.time() - 1, f"{DAG}-{now:%Y%m%dT%H%M%SZ}"
        api.trigger(DAG, run_id, {})

        def state() -> str:
            return next((run["state"] for run in api.runs_since(began) if run["dag_run_id"] == run_id), "queued")

        processes.wait_until(lambda: state() in ("success", "failed"), PATIENCE_SECONDS, pause=0.5)
        say(f"{DAG}: {state()}")
    except (PlatformError, httpx.HTTPError, OSError) as error:
        say(f"{DAG} did not run: {type(error).__name__}; the next night tries again")


def _stamp(settings: Settings) -> Path:
    return settings.airflow / "housekeeping"
