"""What the scheduler waits for between two rounds: a task that ends, by our executor; a fixed time, by any other."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from include.platform.airflow_environment import EXECUTOR, environment
from include.platform.settings import Settings
from tests.conftest import make_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings by which an Airflow could be started; it is not."""
    monkeypatch.setenv("AIRFLOW_API_URL", "http://127.0.0.1:9")
    return make_settings(tmp_path, warehouse_url="postgresql://nobody:x@127.0.0.1/warehouse")


def test_a_task_that_ends_is_heard_of_while_the_scheduler_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    from include.platform.airflow_executor import WakefulExecutor

    monkeypatch.setenv("AIRFLOW__WAKEFUL_EXECUTOR__IDLE_SECONDS", "60")
    executor = WakefulExecutor(parallelism=1)
    executor.start()
    try:
        executor.sync()  # a first round without news is short
        ends = threading.Timer(0.2, executor.result_queue.put, [("task", "success", None)])
        ends.start()
        executor.sync()
        assert {key: state for key, (state, _) in executor.event_buffer.items()} == {"task": "success"}
    finally:
        executor.end()


def test_the_scheduler_itself_sleeps_only_where_the_executor_does_not_wait(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleep, idle = "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME", "AIRFLOW__WAKEFUL_EXECUTOR__IDLE_SECONDS"
    ours = environment(settings, schedule_on=True)
    assert (ours["AIRFLOW__CORE__EXECUTOR"], ours[sleep], ours[idle]) == (EXECUTOR, "0", "1")
    monkeypatch.setenv("AIRFLOW_EXECUTOR", "CeleryExecutor")
    assert environment(settings, schedule_on=True)[sleep] == "1"
    assert environment(settings, schedule_on=False)[sleep] == "0.2"
