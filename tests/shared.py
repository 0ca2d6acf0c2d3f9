"""Warehouses that are made once a session, for all processes that run its tests, and copied where one is wanted."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from include.platform import postgres, processes
from include.platform.settings import Settings

#: pytest-xdist's name of this process; without it there is only one.
WORKER = "PYTEST_XDIST_WORKER"


def folder_of_all(factory: pytest.TempPathFactory, name: str) -> Path:
    """A folder of this name that all processes of the session share."""
    base = factory.getbasetemp()
    folder = (base.parent if WORKER in os.environ else base).resolve() / f"all_{name}"
    folder.mkdir(mode=0o711, exist_ok=True)
    return folder


def made_once(settings: Settings, make: Callable[[Settings], None]) -> Settings:
    """The same ``settings``, after ``make`` has filled their warehouse and its server was stopped.

    Whoever comes first makes it; the others wait.
    """
    made = settings.state.with_suffix(".made")
    with processes.locked(settings.state.parent / "locks" / settings.state.name):
        if not made.exists():
            shutil.rmtree(settings.state, ignore_errors=True)  # whoever came first failed
            make(settings)
            postgres.stop(settings)
            made.touch()
    return settings


def copied(made: Settings, folder: Path) -> Settings:
    """A warehouse of its own below ``folder``, equal to the one that was ``made_once``, on a server of its own.

    Inbox and registry are the same for all copies, and stay as they are.
    """
    settings = replace(made, state=folder.resolve() / "state")
    subprocess.run(["cp", "-a", str(made.state), str(settings.state)], check=True)
    postgres.Server(settings).port_file.unlink()
    postgres.ensure_running(settings)
    return settings
