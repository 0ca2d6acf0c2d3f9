"""Remembered ports, locks, logs and services that survive the process that made them."""

from __future__ import annotations

import fcntl
import json
import os
import stat
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from include.platform.errors import PlatformError

HOST = "127.0.0.1"


class LockIsHeld(Exception):
    """Another process holds the lock."""


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock file ``path``; the kernel releases it when the process ends, however it ends.

    Its folder is made where it is not there, closed to other users: who can open a lock file can hold it. Raises
    PlatformError where the folder is not so, and LockIsHeld where another process holds the lock and not to ``wait``.
    """
    _make_private(path.parent)
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise PlatformError(
            f"The lock {path} cannot be opened ({error.strerror}): run all commands as the same user."
        ) from None
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise LockIsHeld(str(path)) from None
        yield
    finally:
        os.close(file)


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or (status.st_uid != os.geteuid() and os.geteuid() != 0):
        raise PlatformError(f"{folder} belongs to another user: run all commands as the same user.")
    if status.st_mode & 0o077:
        raise PlatformError(f"{folder} is open to other users, who could block every command: chmod 700 {folder}")


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


def of_environment(name: str, value: str) -> list[psutil.Process]:
    """Every other process that lives and whose environment says so, parents before children."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):  # ended meanwhile, or of another user
            if process.pid == os.getpid() or process.environ().get(name) != value:
                continue
            if process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def begin(command: Sequence[str], log: Path, environment: Mapping[str, str], folder: Path) -> subprocess.Popen[bytes]:
    """Start a service in ``folder`` that outlives this process and whatever terminal it has; it says into ``log``."""
    descriptor = open_log(log)
    try:
        return subprocess.Popen(
            command,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
        )
    finally:
        os.close(descriptor)


def have_done(
    what: str,
    command: Sequence[str],
    told: Mapping[str, object],
    log: Path,
    environment: Mapping[str, str],
    folder: Path,
    *,
    answers: bool = False,
) -> bytes:
    """Run a command that reads as JSON what it is ``told``; what it printed where it ``answers``, else that is logged.

    Raises PlatformError with the end of ``log``, and that ``what`` cannot be set up, where it fails.
    """
    descriptor = open_log(log)
    try:
        done = subprocess.run(
            command,
            input=json.dumps(told).encode(),
            env=environment,
            stdout=subprocess.PIPE if answers else descriptor,
            stderr=descriptor,
            cwd=folder,
        )
    finally:
        os.close(descriptor)
    if done.returncode != 0:
        raise PlatformError(f"{what} cannot be set up. {log} ends:\n{last_lines(log)}")
    return done.stdout or b""


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.1) -> bool:
    """Whether ``condition`` became true within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def heads(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those of the processes that none of the others has begun; what has ended meanwhile is none of them."""
    begun_by = {}
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            begun_by[process] = process.ppid()
    known = {process.pid for process in processes}
    return [process for process, parent in begun_by.items() if parent not in known]


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
