"""What the scheduler waits for between two rounds: a task that ends, by our executor; a fixed time, by any other."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog

from include.platform import airflow_wake
from include.platform.airflow_environment import EXECUTOR, environment
from include.platform.settings import Settings
from tests.conftest import make_settings

if TYPE_CHECKING:
    from include.platform.airflow_executor import WakefulExecutor


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings by which an Airflow could be started; it is not."""
    monkeypatch.setenv("AIRFLOW_API_URL", "http://127.0.0.1:9")
    return make_settings(tmp_path, warehouse_url="postgresql://nobody:x@127.0.0.1/warehouse")


@pytest.fixture
def executor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WakefulExecutor]:
    """One that waits for a minute, after a first round without news, which is short."""
    from include.platform.airflow_executor import WakefulExecutor

    monkeypatch.setenv("AIRFLOW__WAKEFUL_EXECUTOR__IDLE_SECONDS", "60")
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    executor = WakefulExecutor(parallelism=1)
    executor.start()
    executor.sync()
    yield executor
    executor.end()


def test_a_task_that_ends_is_heard_of_while_the_scheduler_waits(executor: WakefulExecutor) -> None:
    ends = threading.Timer(0.2, executor.result_queue.put, [("task", "success", None)])
    ends.start()
    executor.sync()
    assert {key: state for key, (state, _) in executor.event_buffer.items()} == {"task": "success"}


def test_a_triggered_run_is_heard_of_once(executor: WakefulExecutor, tmp_path: Path) -> None:
    """Rounds that hear of something are followed by a short one; then it waits again."""
    for _ in range(2):
        threading.Timer(0.2, airflow_wake.wake, [tmp_path]).start()
        executor.sync()
        assert executor._is_first, "nothing was heard of"
        executor.sync()
        assert not executor._is_first, "what was heard of is told again"


def test_who_triggers_does_without_a_scheduler_that_listens(tmp_path: Path) -> None:
    airflow_wake.wake(tmp_path)
    (tmp_path / airflow_wake.NAME).mkdir()
    assert airflow_wake.listen(tmp_path) is None
    airflow_wake.forget(None)
    airflow_wake.wake(tmp_path)


def test_a_supervisor_waits_for_the_end_of_a_task_and_not_for_closed_pipes() -> None:
    """A process that lives on for a moment after its pipes; the supervisor's own look comes before its end."""
    import psutil
    from airflow.sdk.execution_time.supervisor import ActivitySubprocess, PsutilTracker

    from include.platform.airflow_executor import service_until_it_ends

    pid = os.fork()
    if not pid:
        time.sleep(0.2)
        os._exit(3)
    waited: list[float] = []

    class Selector:
        def select(self, timeout: float) -> list[object]:
            waited.append(timeout)
            return []

    supervisor = ActivitySubprocess.__new__(ActivitySubprocess)
    supervisor._open_sockets, supervisor._exit_code = weakref.WeakKeyDictionary(), None
    supervisor._process, supervisor.process_log = PsutilTracker(psutil.Process(pid)), structlog.get_logger()
    supervisor.selector = Selector()  # type: ignore[assignment]
    assert service_until_it_ends(supervisor, 60) == 3
    assert waited == [0.01]


def test_the_scheduler_itself_sleeps_only_where_the_executor_does_not_wait(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleep, idle = "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME", "AIRFLOW__WAKEFUL_EXECUTOR__IDLE_SECONDS"
    ours = environment(settings, schedule_on=True)
    assert (ours["AIRFLOW__CORE__EXECUTOR"], ours[sleep], ours[idle]) == (EXECUTOR, "0", "1")
    monkeypatch.setenv("AIRFLOW_EXECUTOR", "CeleryExecutor")
    assert environment(settings, schedule_on=True)[sleep] == "1"
    assert environment(settings, schedule_on=False)[sleep] == "0.2"
