"""TCP ports on 127.0.0.1: chosen once, kept, and never silently changed for another."""

from __future__ import annotations

import errno
import os
import random
import socket
from contextlib import suppress
from pathlib import Path

import psutil

from include.platform import processes
from include.platform.errors import PlatformError

#: Where a port is chosen from: below those that Linux gives to outgoing connections, to be free after a restart.
_CHOICE = range(20_000, 32_000)
#: How long a port that is taken is waited for, in seconds: who had it may just be ending.
PATIENCE = 5.0


def take(path: Path, wanted: int | None, whose: str, variable: str) -> int:
    """The port to listen on: ``wanted``, or the one kept in ``path``, or a free one; kept in ``path`` from now on.

    ``whose`` and ``variable`` are for the message. Raises PlatformError where the port is taken, saying by whom.
    """
    port = wanted or processes.remembered_port(path)
    if port is None:
        port = _free()
    elif not processes.wait_until(lambda: is_free(port), PATIENCE, pause=0.2):
        raise PlatformError(
            f"Port {port} of {processes.HOST}, {whose}, is taken by {holder(port)}. End that, or choose another port: "
            f"{variable}=..."
        )
    _keep(path, port)
    return port


def take_any(path: Path) -> int:
    """A port that nobody has to know: the one kept in ``path`` while it is free, else another; kept from now on."""
    port = processes.remembered_port(path)
    if port is None or not is_free(port):
        port = _free()
    _keep(path, port)
    return port


def _keep(path: Path, port: int) -> None:
    if port != processes.remembered_port(path):
        staged = path.with_suffix(".new")
        staged.write_text(f"{port}\n")
        os.replace(staged, path)


def is_free(port: int) -> bool:
    """Whether a server could listen on it now. Raises PlatformError where this user never may."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((processes.HOST, port))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise PlatformError(
                    f"Port {port} is for the system's administrator alone: choose one above 1023."
                ) from None
            return False
    return True


def holder(port: int) -> str:
    """Who listens on the port, in words; how to find out where this user may not see it."""
    pid = None
    with suppress(psutil.Error, OSError):
        pid = next(
            (
                connection.pid
                for connection in psutil.net_connections("tcp")
                if connection.laddr and connection.laddr.port == port and connection.pid
            ),
            None,
        )
    if pid:
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            return f"process {pid} of {process.username()} ({' '.join(process.cmdline())[:120] or process.name()})"
    return f"a process that only its user or root can name: ss -ltnp 'sport = :{port}'"


def _free() -> int:
    candidates = list(_CHOICE)
    random.shuffle(candidates)
    for port in candidates:
        if is_free(port):
            return port
    raise PlatformError(f"No port from {_CHOICE.start} to {_CHOICE.stop} is free on {processes.HOST}.")
