"""A pipe by which the scheduler hears that somebody has triggered a run, which it would look for once a second.

It lies in ``AIRFLOW_HOME``. Where there is none, as with another executor or on another machine, the run begins at the
scheduler's next look.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

NAME = "triggered"


def listen(home: Path) -> int | None:
    """A file descriptor that can be read once somebody has called ``wake``; None where a pipe cannot be made here."""
    pipe = home / NAME
    with suppress(OSError):
        if not pipe.is_fifo():
            pipe.unlink(missing_ok=True)
            os.mkfifo(pipe, mode=0o600)
        return os.open(pipe, os.O_RDWR | os.O_NONBLOCK)  # a reader alone would hear of every writer that leaves
    return None


def forget(listening: int | None) -> None:
    """Take what has been heard, so that the next wait is for something new."""
    if listening is not None:
        with suppress(BlockingIOError):
            os.read(listening, 4096)


def wake(home: Path) -> None:
    """Have the scheduler look at once, if it listens."""
    with suppress(OSError):
        pipe = os.open(home / NAME, os.O_WRONLY | os.O_NONBLOCK)
        with suppress(BlockingIOError):
            os.write(pipe, b".")
        os.close(pipe)
