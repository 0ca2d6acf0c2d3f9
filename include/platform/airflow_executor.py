"""Airflow's LocalExecutor, by which the scheduler hears at once that a task has ended.

Between two looks at its tables the scheduler sleeps for a fixed time, whatever happens meanwhile; a night of some 14
steps, one after the other, pays that time at each of them. A short sleep would be paid all day instead, in processor
time. Here the scheduler does not sleep: the executor, which each of its rounds asks for news, waits for them, as long
as that sleep would be, or longer while tasks are at work, whose end it hears. A run that our own commands trigger is
news, too (``airflow_wake``).

A task's supervisor, too, sleeps a second where the task's process ends a moment after it has closed its pipes, because
it looks once and then waits for pipes that are none. Here it waits for the process.
"""

from __future__ import annotations

import os
from contextlib import suppress
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from airflow.configuration import conf
from airflow.executors.local_executor import LocalExecutor
from airflow.sdk.execution_time.supervisor import ActivitySubprocess

from include.platform import airflow_wake

#: How long the first round without news waits, in seconds: what the last news have changed may take a round more, such
#: as a mapped task that has nothing to map over.
FIRST_SECONDS = 0.1
#: How long at least a round waits while tasks are at work: five a second take an eighth of a processor from them.
BUSY_SECONDS = 1.0


class WakefulExecutor(LocalExecutor):
    """Waits for a task that ends, at most ``idle_seconds``; the scheduler's own sleep has to be 0."""

    def start(self) -> None:
        """Start the workers."""
        self._longest = conf.getfloat("wakeful_executor", "idle_seconds")  # of our own: see airflow_environment
        self._is_first = True
        self._triggered = airflow_wake.listen(Path(os.environ["AIRFLOW_HOME"]))
        # in the workers, its forks
        ActivitySubprocess._service_subprocess = service_until_it_ends  # type: ignore[assignment,method-assign]
        super().start()

    def sync(self) -> None:
        """Take what has ended, once there is something, or the time has passed."""
        news = self.result_queue._reader  # type: ignore[attr-defined]  # what its own empty() looks at
        longest = max(self._longest, BUSY_SECONDS) if self.running else self._longest
        heard = [news] if self._triggered is None else [news, self._triggered]
        has_news = bool(wait(heard, FIRST_SECONDS if self._is_first else longest))
        airflow_wake.forget(self._triggered)
        self._is_first = has_news
        super().sync()


_service = ActivitySubprocess._service_subprocess


def service_until_it_ends(
    supervisor: ActivitySubprocess, max_wait_time: float, *args: Any, **options: Any
) -> int | None:
    """Airflow's own, which waits at most ``max_wait_time`` seconds for a task's pipes, but for its end once they close.

    Returns the exit code; None while the task's process lives.
    """
    if not supervisor._open_sockets and supervisor._exit_code is None:
        with suppress(supervisor._process.TimeoutExpired):
            supervisor._process.wait(timeout=max_wait_time)
        max_wait_time = 0
    ended: int | None = _service(supervisor, max_wait_time, *args, **options)
    return ended
