"""Remembered ports, locks and process ids that survive the process that made them."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

HOST = "127.0.0.1"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file ``path``; the kernel releases it when the process ends, however it ends."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def remembered_port(path: Path) -> int | None:
    """The port kept in ``path``, if there is one."""
    with suppress(FileNotFoundError, ValueError):
        return int(path.read_text())
    return None


def open_log(path: Path, keep_bytes: int = 10_000_000) -> int:
    """File descriptor to append to the log ``path``; beyond ``keep_bytes`` it is put aside as ``.1`` first."""
    with suppress(FileNotFoundError):
        if path.stat().st_size > keep_bytes:
            os.replace(path, f"{path}.1")
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def last_lines(path: Path, count: int = 15) -> str:
    """The last ``count`` lines of a text file, empty where there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 20_000))
            return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-count:])
    except FileNotFoundError:
        return ""


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.1) -> bool:
    """Whether ``condition`` became true within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def end(processes: list[psutil.Process], patience: float) -> None:
    """Ask the processes to end, insist after ``patience`` seconds, and return when they are gone."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, stubborn = psutil.wait_procs(processes, timeout=patience)
    for process in stubborn:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=10)
