"""Throw away what nobody will look at again: logs, Data Docs, Airflow's own history.

Deliveries, their archive, the ledger, findings, receipts and answers are kept for ever; so are backups, which whoever
makes them has to look after.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from include.platform import airflow_environment
from include.platform.errors import PlatformError
from include.platform.settings import Settings


def remove_old_files(settings: Settings, now: datetime, days: int) -> int:
    """Remove log files and nights' Data Docs last written more than ``days`` days before ``now``; returns how many.

    A night's Data Docs go as a whole, by their newest file.
    """
    limit = (now - timedelta(days=days)).timestamp()
    removed = 0
    for file in settings.logs.rglob("*"):
        if file.is_file() and not file.is_symlink() and file.stat().st_mtime < limit:
            file.unlink(missing_ok=True)
            removed += 1
    for folder in sorted((path for path in settings.logs.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()) and folder.stat().st_mtime < limit:
            folder.rmdir()
    docs = settings.reports / "data_docs"
    for night in docs.iterdir() if docs.exists() else ():
        if night.is_dir() and _newest(night) < limit:
            shutil.rmtree(night)
            removed += 1
    return removed


def clean_airflow(settings: Settings, now: datetime, days: int) -> None:
    """Delete runs and task instances of more than ``days`` days before ``now`` from Airflow's own database.

    Raises PlatformError with Airflow's last words where it cannot.
    """
    limit = (now - timedelta(days=days)).astimezone(UTC).isoformat(timespec="seconds")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "airflow", "db", "clean", "--clean-before-timestamp", limit),
            *("--skip-archive", "--error-on-cleanup-failure", "--yes"),
        ],
        env=airflow_environment.environment(settings, schedule_on=False),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise PlatformError(f"Airflow's history could not be cleaned: {''.join(said)}")


def _newest(folder: Path) -> float:
    return max((file.stat().st_mtime for file in folder.rglob("*")), default=folder.stat().st_mtime)
