"""Airflow as people meet it, each by his password: who proposes, approves and signs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx

from include.platform import processes

RUNS = "/api/v2/dags/close_period/dagRuns"


@contextmanager
def signed_in(address: str, name: str, password: str) -> Iterator[httpx.Client]:
    """A client that somebody has signed in with at an Airflow."""
    with httpx.Client(base_url=address, timeout=60) as client:
        login = {"username": name, "password": password}
        token = client.post("/auth/token", json=login).raise_for_status().json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


@dataclass(frozen=True)
class Airflow:
    """Airflow as people meet it, each by his password."""

    address: str
    passwords: dict[str, str]
    scheduler_log: Path

    def as_(self, name: str) -> AbstractContextManager[httpx.Client]:
        """A client that somebody has signed in with."""
        return signed_in(self.address, name, self.passwords[name])

    def propose(self) -> str:
        """Start the close of 2025-S2 as its officer does in the UI; the run's id."""
        with self.as_("ana") as client:
            told = {"logical_date": None, "conf": {"period": "2025-S2", "note": None}}
            answer = client.post(RUNS, json=told)
            assert answer.status_code == httpx.codes.OK, answer.text
            return str(answer.json()["dag_run_id"])

    def question(self, run: str, task: str) -> dict:
        """What a task asks, once it waits for an answer, and its scheduler knows: what comes earlier is asked again."""
        path = f"{RUNS}/{quote(run, safe='')}/taskInstances/{task}"
        finished = re.compile(
            rf"TaskInstance Finished: .* task_id={task}, run_id={re.escape(run)}, .*state=awaiting_input"
        )
        with self.as_("vera") as client:

            def is_asked() -> bool:
                is_waiting = client.get(path).json()["state"] == "awaiting_input"
                return is_waiting and bool(finished.search(self.scheduler_log.read_text()))

            assert processes.wait_until(is_asked, 120, pause=0.3), client.get(path).text
            return dict(client.get(f"{path}/-1/hitlDetails").json())

    def answer(self, name: str, run: str, task: str, option: str = "Approve", reason: str | None = None) -> int:
        """Answer a task that asks; the status."""
        self.question(run, task)
        with self.as_(name) as client:
            path = f"{RUNS}/{quote(run, safe='')}/taskInstances/{task}/-1/hitlDetails"
            told = {"chosen_options": [option], "params_input": {"reason": reason}}
            return client.patch(path, json=told).status_code

    def end_of(self, run: str) -> tuple[str, str]:
        """State and note of a run once it is over."""
        path = f"{RUNS}/{quote(run, safe='')}"
        with self.as_("vera") as client:
            is_over = lambda: client.get(path).json()["state"] in ("success", "failed")  # noqa: E731
            assert processes.wait_until(is_over, 120, pause=0.3)
            said = client.get(path).json()
        return said["state"], said["note"]
