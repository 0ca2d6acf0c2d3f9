"""A period of a trial is closed by two people of Airflow, who are let in as docs/operations.md says."""

from __future__ import annotations

from urllib.parse import quote

import httpx

from include.platform import processes
from tests.compose.trial import PORTS, Trial
from tests.end_to_end import people

PERIOD, NOTE = "2024-S2", "Every report is in."
AIRFLOW = f"http://127.0.0.1:{PORTS['AIRFLOW_PORT']}"
RELEASES = "select period, proposed_by, approved_by from marts.release order by release"


def close_a_period(trial: Trial) -> list[tuple]:
    """Propose, approve, sign; the releases there are then: period, who proposed, who signed."""
    roles = {"ana": "officer", "luis": "signer"}
    passwords = {
        name: trial.administer("user", NAME=name, ROLE=role, PASSWORD="new").splitlines()[-1]
        for name, role in roles.items()
    }
    page = trial.administer("close", PERIOD=PERIOD, NOTE=NOTE).splitlines()[-1]
    path = f"{people.RUNS}/{quote(page.rpartition('/')[2], safe='')}"
    for name, task in (("ana", "approve"), ("luis", "sign")):
        with people.signed_in(AIRFLOW, name, passwords[name]) as client:
            _approve(client, f"{path}/taskInstances/{task}")
    with people.signed_in(AIRFLOW, "ana", passwords["ana"]) as client:
        assert processes.wait_until(lambda: _state(client, path) in ("success", "failed"), 120, pause=1)
        assert _state(client, path) == "success", client.get(path).text
    said = trial.administer("verify-release", RELEASE=f"{PERIOD}/1")
    assert "This release is as it was signed." in said, said
    return trial.rows(RELEASES)


def _approve(client: httpx.Client, task: str) -> None:
    """Answer once it asks, and again where the scheduler had not heard of it yet."""
    told = {"chosen_options": ["Approve"], "params_input": {"reason": None}}

    def is_done() -> bool:
        state = _state(client, task)
        if state == "awaiting_input":
            client.patch(f"{task}/-1/hitlDetails", json=told)
        return state == "success"

    assert processes.wait_until(is_done, 300, pause=1), client.get(task).text


def _state(client: httpx.Client, path: str) -> str | None:
    answer: str | None = client.get(path).raise_for_status().json()["state"]
    return answer
