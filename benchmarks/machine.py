"""On what and with what was measured."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import psutil

from benchmarks.peers import environment

_OURS = ("apache-airflow", "great-expectations", "dbt-core", "dbt-postgres", "polars", "psycopg")


def lines(postgres: str) -> list[str]:
    """Machine, load and versions, as lines of a list."""
    memory = psutil.virtual_memory().total / 2**30
    found = {name: importlib.metadata.version(name) for name in _OURS}
    peers = environment.versions() if environment.is_set_up() else {}
    return [
        f"{_processor()}, {os.cpu_count()} processors, {memory:.0f} GB",
        f"Python {platform.python_version()}, PostgreSQL {postgres}, "
        + ", ".join(f"{name} {version}" for name, version in {**found, **peers}.items()),
    ]


def moment() -> str:
    """When a part was measured, and what the machine had to do meanwhile."""
    load = os.getloadavg()[1]
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load average of the last 5 minutes {load:.1f}"


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return models[0] if models else platform.machine()
