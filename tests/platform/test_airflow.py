"""Airflow's services and the night through them, with DAGs that do nothing; one Airflow for all tests of this file."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
from rich.console import Console

from include.platform import airflow_environment, database, housekeeping, postgres, processes, schema
from include.platform.airflow_services import Airflow
from include.platform.errors import PlatformError
from include.platform.night import NightResult, run_night
from include.platform.settings import LIMA, Settings, ensure_state
from tests.conftest import make_settings
from tests.faults.killing import kill_postmaster
from tests.faults.services import (
    Disturbance,
    cut_airflow,
    is_well_again,
    kill_airflows_session,
    kill_scheduler,
    kill_task_api,
)

DAGS = Path(__file__).parent / "trial_dags"
QUIET = Console(quiet=True)


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airflow]:
    """An Airflow with a database of its own, not yet started."""
    settings = make_settings(tmp_path_factory.mktemp("airflow") / "state", as_of=date(2026, 2, 20))
    airflow = Airflow(settings, DAGS)
    yield airflow
    airflow.stop()
    postgres.stop(settings)


@pytest.fixture
def up(airflow: Airflow) -> Airflow:
    """The same Airflow with the schedule on."""
    schema.prepare(airflow.settings)
    airflow.start(schedule_on=True)
    return airflow


@contextmanager
def _ui(settings: Settings) -> Iterator[httpx.Client]:
    """A client signed in as the UI's user."""
    with httpx.Client(base_url=airflow_environment.base_url(settings), trust_env=False, timeout=60) as client:
        login = {"username": airflow_environment.USER, "password": airflow_environment.ui_password(settings)}
        token = client.post("/auth/token", json=login).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


def _nights(settings: Settings) -> list[tuple]:
    with psycopg.connect(database.plain(database.url(settings, "me_officer"))) as connection:
        return connection.execute(
            "SELECT night_id, status, reason, as_of FROM ops.night ORDER BY started_at"
        ).fetchall()


def test_a_night_runs_and_leaves_nothing_behind_but_the_database(airflow: Airflow) -> None:
    """Nobody schedules housekeeping here: the night sees to it, where it was not done for a day."""
    ensure_state(airflow.settings)
    housekeeping.mark(airflow.settings, datetime.now(UTC) - timedelta(hours=21))
    result = run_night(airflow.settings, airflow, QUIET)
    assert result.succeeded, result.reason
    assert _nights(airflow.settings)[-1] == (result.night_id, "succeeded", None, date(2026, 2, 20))
    assert (airflow.settings.state / "kept_house").exists()
    assert airflow.processes() == []
    assert postgres.Server(airflow.settings).process() is not None


def test_with_the_schedule_on_the_next_night_is_at_one_in_lima(up: Airflow) -> None:
    assert up.schedule_is_on()
    with _ui(up.settings) as client:
        assert processes.wait_until(lambda: _next_run(client) is not None, 60)
        begins = datetime.fromisoformat(str(_next_run(client))).astimezone(LIMA)
        runs = client.get("/api/v2/dags/ingest/dagRuns", params={"run_type": "scheduled"}).json()["dag_runs"]
    assert (begins.hour, begins.minute) == (1, 0)
    assert len(runs) <= 1  # at most the one of a night just missed


def _next_run(client: httpx.Client) -> str | None:
    return client.get("/api/v2/dags/ingest").json().get("next_dagrun_run_after")


def test_the_ui_is_for_this_machine_and_those_with_the_password(up: Airflow) -> None:
    address = airflow_environment.base_url(up.settings)
    assert address.startswith("http://127.0.0.1:")
    assert httpx.get(f"{address}/api/v2/dags", trust_env=False).status_code == httpx.codes.UNAUTHORIZED
    wrong = {"username": airflow_environment.USER, "password": "wrong"}
    assert httpx.post(f"{address}/auth/token", json=wrong, trust_env=False).status_code == httpx.codes.UNAUTHORIZED
    for path in (up.settings.airflow / "prepared", up.settings.airflow / "services.json"):
        assert path.stat().st_mode & 0o777 == 0o600
    listening = {
        connection.laddr.ip
        for process in up.processes()
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_a_night_uses_the_services_that_run_and_leaves_them(up: Airflow) -> None:
    launcher = up.launcher()
    assert launcher is not None
    before = launcher.children()
    result = run_night(up.settings, up, QUIET)
    assert result.succeeded, result.reason
    assert launcher.children() == before
    assert up.schedule_is_on()


@pytest.mark.parametrize("step", ["ingest", "marts"])
def test_a_night_that_fails_says_where_and_why(up: Airflow, step: str) -> None:
    cause = up.settings.state / f"fail_{step}"
    cause.touch()
    try:
        result = run_night(up.settings, up, QUIET)
    finally:
        cause.unlink()
    assert not result.succeeded
    assert f"task {step}.work failed: ValueError: no {step} tonight" in result.reason
    night_id, status, reason, _ = _nights(up.settings)[-1]
    assert (night_id, status, reason) == (result.night_id, "failed", result.reason)


def test_a_task_that_hangs_is_ended_and_named(up: Airflow) -> None:
    cause = up.settings.state / "hang"
    cause.touch()
    try:
        result = run_night(up.settings, up, QUIET)
    finally:
        cause.unlink()
    assert not result.succeeded
    assert "ingest.hold: it hung and was ended; nothing is lost" in result.reason
    assert "then run the night again" in _nights(up.settings)[-1][2]


def test_two_nights_at_once_are_refused(up: Airflow) -> None:
    with (
        processes.locked(up.settings.locks / "night"),
        pytest.raises(PlatformError, match="Another make nightly"),
    ):
        run_night(up.settings, up, QUIET)


def disturbed_night(up: Airflow, disturbance: Disturbance) -> NightResult:
    """A night to whose first task something is done while it is at work."""
    cause = up.settings.state / "hang"
    cause.touch()
    with ThreadPoolExecutor(1) as pool:
        nights = len(_nights(up.settings))
        night = pool.submit(run_night, up.settings, up, QUIET)
        assert processes.wait_until(lambda: len(_nights(up.settings)) > nights, 60)
        disturbance(up.settings)
        cause.unlink()
        return night.result()


def test_night_and_services_outlive_lost_sessions_and_a_killed_server(up: Airflow) -> None:
    """More deaths of services than a launcher that gives up bears; ``make faults`` has real nights and more faults."""
    night = disturbed_night(up, kill_postmaster)
    assert night.succeeded, night.reason
    for fault in (cut_airflow, kill_airflows_session, kill_scheduler):
        fault(up.settings)
        assert is_well_again(up)
    assert up.schedule_is_on()
    assert run_night(up.settings, up, QUIET).succeeded


def test_a_task_waits_for_the_api_it_talks_to(up: Airflow) -> None:
    night = disturbed_night(up, kill_task_api)
    assert night.succeeded, night.reason
    assert up.schedule_is_on()
    assert run_night(up.settings, up, QUIET).succeeded


def test_airflow_and_database_come_back_after_a_kill_of_everything(up: Airflow) -> None:
    server = postgres.Server(up.settings).process()
    assert server is not None
    for process in (*up.processes(), server):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    assert processes.wait_until(lambda: not up.is_running(), 10)
    schema.prepare(up.settings)
    assert up.start(schedule_on=True)
    assert not up.start(schedule_on=True)


def test_down_leaves_no_process_but_the_database(up: Airflow) -> None:
    kill_postmaster(up.settings)  # so that it is one of the services that starts it again
    server = postgres.Server(up.settings)
    assert processes.wait_until(lambda: server.process() is not None, 60)
    postgres.ensure_running(up.settings)
    family, begun_again = up.processes(), server.process()
    assert len(family) > 3
    assert begun_again is not None
    up.stop()
    assert not any(process.is_running() for process in family)
    assert not up.is_running()
    assert begun_again.is_running()


def test_a_dag_file_that_cannot_be_read_is_named(airflow: Airflow, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("from airflow.sdk import DAG\nraise RuntimeError('broken on purpose')\n")
    with pytest.raises(PlatformError, match="broken on purpose"):
        run_night(airflow.settings, Airflow(airflow.settings, tmp_path), QUIET)
    assert airflow.processes() == []
