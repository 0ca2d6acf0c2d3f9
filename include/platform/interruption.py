"""Ctrl-C, and what a service manager sends instead: the first one ends the command in order, others change nothing.

A signal becomes :class:`Interrupted`, which passes through ``finally`` and ``with`` as any exception does. Whoever ends
what runs calls :func:`shield` first, so that a second signal cannot cut that short.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from types import FrameType

#: Ctrl-C, the end asked for by a service manager or ``kill``, a terminal that is closed.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """A signal asked the command to end; ``said`` is the line for the terminal."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.exit_status = 128 + number
        self.said = ""


#: A second Ctrl-C within so many seconds is the first one's: whoever ends what runs has not yet taken it up.
_TOGETHER = 1.0

_heard: int | None = None
_heard_at = 0.0
_is_shielded = False


def listen() -> None:
    """From now on signals interrupt this process; one that its parent had ignored (``nohup``) stays so."""
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _hear)


def shield() -> None:
    """From now on signals are only noted: what runs is being ended."""
    global _is_shielded
    _is_shielded = True


def check() -> None:
    """Raise Interrupted where a signal was heard and its exception got lost on the way."""
    if _heard is not None and not _is_shielded:
        raise Interrupted(_heard)


def leave_to_parent() -> None:
    """In a process that only helps another one: Ctrl-C, which reaches both, is the other one's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _hear(number: int, _frame: FrameType | None) -> None:
    global _heard, _heard_at
    if _heard is None or (not _is_shielded and time.monotonic() - _heard_at > _TOGETHER):
        _heard, _heard_at = number, time.monotonic()
        if not _is_shielded:
            raise Interrupted(number)
    with suppress(OSError):
        os.write(2, b"It is ending: a moment.\n")
