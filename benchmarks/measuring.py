"""Seconds of alternating runs, and the most memory that a process held meanwhile."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psutil

#: How often memory is looked at, in seconds; less often where looking takes more than this share of a processor.
SAMPLING_SECONDS, SAMPLING_SHARE = 0.1, 0.03


@dataclass
class Memory:
    """Most bytes that one process held: of this process and its children, and of the database server."""

    python: int = 0
    database: int = 0


@dataclass(frozen=True)
class Run:
    """One way of doing the work. ``work`` may return seconds that it measured itself, apart from its own start."""

    name: str
    work: Callable[[], float | None]
    #: brings back the state that the work starts from; not measured
    prepare: Callable[[], object] = lambda: None
    #: the work is done by other processes: this one's memory is none of it
    is_elsewhere: bool = False


@dataclass
class Measured:
    """Seconds of every run of one way."""

    name: str
    seconds: list[float] = field(default_factory=list)
    memory: Memory = field(default_factory=Memory)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def alternate(runs: Sequence[Run], pairs: int, server: psutil.Process | None = None) -> dict[str, Measured]:
    """Every way ``pairs`` times, by turns and in changing order, so that what else the machine does meets all alike."""
    measured = {run.name: Measured(run.name) for run in runs}
    for number in range(pairs):
        for run in runs if number % 2 == 0 else reversed(runs):
            run.prepare()
            with watched(measured[run.name].memory, server, is_elsewhere=run.is_elsewhere):
                began = time.perf_counter()
                own = run.work()
                passed = time.perf_counter() - began
            measured[run.name].seconds.append(passed if own is None else own)
            print(f"  {number + 1}/{pairs}  {run.name}: {measured[run.name].seconds[-1]:.2f} s", flush=True)
    return measured


@contextmanager
def watched(memory: Memory, server: psutil.Process | None = None, *, is_elsewhere: bool = False) -> Iterator[None]:
    """Keep the most that any process holds meanwhile; pages shared with other processes are not counted."""
    stop = threading.Event()

    def watch() -> None:
        cost = 0.0
        while not stop.wait(max(SAMPLING_SECONDS, cost / SAMPLING_SHARE)):
            began = time.thread_time()
            this = psutil.Process()
            ours = _children(this) if is_elsewhere else [this, *_children(this)]
            memory.python = max([memory.python, *map(_own_bytes, ours)])
            if server:
                memory.database = max([memory.database, *map(_own_bytes, _children(server))])
            cost = time.thread_time() - began

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _children(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return list(process.children(recursive=True))
    return []


def _own_bytes(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        held = process.memory_info()
        return int(held.rss - getattr(held, "shared", 0))
    return 0
