"""The machine below: room on its disks, its ports, its clock."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import sqlalchemy as sa

from include.operations.doctor.check import Check
from include.platform import airflow_environment, postgres, processes
from include.platform.airflow_services import Airflow
from include.platform.settings import Settings

GIGABYTE = 10**9
#: Share of a file system's inodes that has to be free.
INODES_FREE = 0.05
#: How far the clock of the database may be from ours.
CLOCKS_APART = timedelta(seconds=60)


def look_at_disks(settings: Settings) -> Iterator[Check]:
    """Room where STATE and the embedded database are: ``disk_free_bytes`` of the settings, a fifth of it a fault."""
    seen = set()
    for path in (settings.state, settings.postgres / "data"):
        place = _existing(path)
        device = place.stat().st_dev
        if device in seen:
            continue
        seen.add(device)
        yield from _disk(place, int(settings.disk_free_gb * 1e9))


def _disk(place: Path, wanted: int) -> Iterator[Check]:
    free = shutil.disk_usage(place).free
    said = f"{free / GIGABYTE:,.1f} GB free at {place}"
    step = "Make room: old backups, RETENTION_DAYS, or a larger disk; DISK_FREE_GB is the least that should be free."
    if free < wanted:
        yield Check("disk", "fault" if free < wanted / 5 else "warning", said, step)
    else:
        yield Check("disk", "ok", said)
    inodes = os.statvfs(place)
    if inodes.f_files and inodes.f_favail < INODES_FREE * inodes.f_files:  # some file systems do not count them
        said = f"{inodes.f_favail:,} of {inodes.f_files:,} inodes free at {place}"
        yield Check("disk", "fault" if not inodes.f_favail else "warning", said, "Remove small files nobody needs.")


def look_at_ports(settings: Settings) -> Iterator[Check]:
    """The ports this STATE remembers: ours, or free for us."""
    database_runs = postgres.Server(settings).process() is not None
    for what, file, is_ours in (
        ("the embedded database", postgres.Server(settings).port_file, database_runs),
        ("Airflow's UI", airflow_environment.port_file(settings), Airflow(settings).is_running()),
    ):
        if what == "the embedded database" and settings.warehouse_url:
            continue
        port = processes.remembered_port(file)
        if port is None:
            yield Check("ports", "ok", f"none yet for {what}")
        elif is_ours:
            yield Check("ports", "ok", f"{port} is that of {what}, which runs")
        elif _is_free(port):
            yield Check("ports", "ok", f"{port} of {what} is free; it does not run")
        else:
            yield Check(
                "ports",
                "fault",
                f"{port} of {what} is taken by {_holder(port)}",
                "End that program, or wait for its end, before the next start.",
            )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((processes.HOST, port))
        except OSError:
            return False
    return True


def _holder(port: int) -> str:
    """Name and id of the process that listens, as far as we may see it."""
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        pass
    return "a program of another user"


def look_at_clock(engine: sa.Engine | None, now: datetime | None = None) -> Iterator[Check]:
    """Time zone data of Lima, our clock beside the database's, the last night's start beside both."""
    now = now or datetime.now(UTC)
    offset = ZoneInfo("America/Lima").utcoffset(now)
    if offset != timedelta(hours=-5):
        said = f"America/Lima is {offset} from UTC here, and not -5 hours"
        yield Check("clock", "fault", said, "Mend the machine's time zone data (package tzdata).")
    if engine is None:
        yield Check("clock", "ok", f"{now:%Y-%m-%d %H:%M:%S} UTC; no database to compare it with")
        return
    with engine.connect() as connection:
        theirs: datetime = connection.execute(sa.text("select clock_timestamp()")).scalar_one()
        last: datetime | None = connection.execute(sa.text("select max(started_at) from ops.night")).scalar_one()
    apart = abs(theirs - now)
    said = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    step = "Set both machines' clocks by NTP: load dates and due dates hang on them."
    if apart > CLOCKS_APART:
        yield Check("clock", "warning", f"{said}; the database's is {apart.total_seconds():,.0f} s away", step)
    elif last and last > now + CLOCKS_APART:
        said = f"{said}; the last night began at {last:%Y-%m-%d %H:%M} UTC, which is yet to come"
        yield Check("clock", "fault", said, step)
    else:
        yield Check("clock", "ok", f"{said}; the database agrees")


def _existing(path: Path) -> Path:
    """The path, or what is there of it: a check makes no folder."""
    while not path.exists():
        path = path.parent
    return path
