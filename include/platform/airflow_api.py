"""The little of Airflow's REST API that the night needs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from include.platform import airflow_environment, airflow_wake
from include.platform.errors import PlatformError
from include.platform.settings import Settings


class AirflowApi:
    """A session with the API server of this STATE; use as a context manager.

    ``pauses`` are seconds between the tries of a request that is not answered; after the last, 0, it fails.
    """

    def __init__(self, settings: Settings, pauses: tuple[int, ...] = (1, 2, 5, 10, 0)) -> None:
        self._settings = settings
        self._pauses = pauses
        self._client = httpx.Client(base_url=airflow_environment.base_url(settings), timeout=60, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def answers(self) -> bool:
        """Whether the API server is up."""
        return self._health().get("metadatabase") == "healthy"

    def is_healthy(self) -> bool:
        """Whether API server, scheduler and DAG processor are all up."""
        health = self._health()
        return all(health.get(part) == "healthy" for part in ("metadatabase", "scheduler", "dag_processor"))

    def warm_up(self) -> bool:
        """Let Airflow build what tasks talk to, which takes seconds at the first request; whether it is there."""
        address = airflow_environment.task_url(self._settings)
        with suppress(httpx.HTTPError):
            return self._client.get(f"{address}health/ping").is_success
        return False

    def _health(self) -> dict[str, str]:
        try:
            parts = self._client.get("/api/v2/monitor/health").raise_for_status().json()
        except (httpx.HTTPError, ValueError):
            return {}
        return {name: part.get("status") for name, part in parts.items() if part}

    def parsed_since(self, dag_id: str, moment: float) -> bool:
        """Whether the DAG has been read from its file since ``moment`` (seconds since 1970)."""
        answer = self._request("GET", f"/dags/{dag_id}", but=httpx.codes.NOT_FOUND)
        parsed = answer and answer.get("last_parsed_time")
        return bool(parsed) and _timestamp(parsed) >= moment

    def import_errors(self) -> list[str]:
        """What went wrong in DAG files that cannot be read."""
        return [error["stack_trace"].strip() for error in self._request("GET", "/importErrors")["import_errors"]]

    def trigger(self, dag_id: str, run_id: str, conf: Mapping[str, str | None]) -> None:
        """Start the run ``run_id`` of the DAG, unless that has been done."""
        body = {"dag_run_id": run_id, "logical_date": None, "conf": conf}
        self._request("POST", f"/dags/{dag_id}/dagRuns", but=httpx.codes.CONFLICT, json=body)
        airflow_wake.wake(self._settings.airflow)

    def note(self, dag_id: str, run_id: str, text: str) -> None:
        """Put a note (Markdown, 1,000 characters at most) on the page of a run, if there is such a run."""
        path = f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}"
        self._request("PATCH", path, but=httpx.codes.NOT_FOUND, json={"note": text})

    def is_at_work(self, dag_id: str, run_id: str) -> bool:
        """Whether there is such a run and it goes on, or waits for somebody."""
        return self.run_state(dag_id, run_id) in ("queued", "running")

    def run_state(self, dag_id: str, run_id: str) -> str | None:
        """State of a run; None where there is none."""
        answer = self._request("GET", _path(dag_id, run_id), but=httpx.codes.NOT_FOUND)
        return str(answer["state"]) if answer else None

    def note_of(self, dag_id: str, run_id: str) -> str:
        """The note on a run's page."""
        return str(self._request("GET", _path(dag_id, run_id)).get("note") or "")

    def runs_since(self, moment: float) -> list[dict[str, Any]]:
        """Runs of all DAGs since ``moment``, oldest first."""
        query: dict[str, str | int] = {"order_by": "run_after", "limit": 50, "run_after_gte": _text(moment)}
        return list(self._request("GET", "/dags/~/dagRuns", params=query)["dag_runs"])

    def tasks(self, dag_id: str, run_id: str, state: str) -> list[dict[str, Any]]:
        """Task instances of a run that are in the state."""
        path = f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}/taskInstances"
        return list(self._request("GET", path, params={"state": state, "limit": 100})["task_instances"])

    def night_of(self, dag_id: str, run_id: str) -> str | None:
        """The night whose asset started the run; None where no asset did."""
        path = f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}/upstreamAssetEvents"
        answer = self._request("GET", path, but=httpx.codes.NOT_FOUND) or {"asset_events": []}
        events = sorted(answer["asset_events"], key=lambda event: event["timestamp"])
        return (events[-1].get("extra") or {}).get("night_id") if events else None

    def fail_run(self, dag_id: str, run_id: str) -> None:
        """Mark the run as failed: its tasks at work are asked to end within a second or two, no other begins."""
        path = f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}"
        self._request("PATCH", path, but=httpx.codes.NOT_FOUND, json={"state": "failed"})

    def failed_tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """Task instances of a run that failed themselves, in the order they began."""
        query = {"state": "failed", "order_by": "start_date", "limit": 50}
        return list(
            self._request("GET", f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances", params=query)["task_instances"]
        )

    def _request(self, method: str, path: str, but: int | None = None, **options: Any) -> Any:
        """The answer's content; None where its status is ``but``. Patient with a server that is too busy to answer."""
        for pause in self._pauses:
            try:
                if "Authorization" not in self._client.headers:
                    self._sign_in()
                answer = self._client.request(method, f"/api/v2{path}", **options)
                if answer.status_code == httpx.codes.UNAUTHORIZED:
                    self._sign_in()
                    continue
                if answer.status_code == but:
                    return None
                return answer.raise_for_status().json()
            except httpx.HTTPError as error:
                if isinstance(error, httpx.HTTPStatusError) and not error.response.is_server_error:
                    raise
                if not pause:
                    raise PlatformError(
                        f"Airflow's API does not answer ({error}); see {self._settings.logs}."
                    ) from error
            time.sleep(pause)
        raise PlatformError(f"Airflow's API refuses its password; see {self._settings.logs}.")

    def _sign_in(self) -> None:
        password = airflow_environment.ui_password(self._settings)
        answer = self._client.post("/auth/token", json={"username": airflow_environment.USER, "password": password})
        self._client.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"


def _path(dag_id: str, run_id: str) -> str:
    return f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}"


def _timestamp(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _text(moment: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
