"""The peak night is measured from the same state every time."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from benchmarks import snapshots
from benchmarks.__main__ import history_scale
from benchmarks.arrival import Arrival
from benchmarks.night import FLOORS, _where_it_goes
from benchmarks.workload import Workload, parameters
from include.platform import database, postgres, schema
from include.stage2_landing.inbox import Inbox
from tests.conftest import make_settings


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workload]:
    """A prepared warehouse on a server of its own, whose database tests may replace."""
    workload = Workload(make_settings(tmp_path_factory.mktemp("night") / "state"), parameters("tiny"))
    schema.prepare(workload.settings)
    yield workload
    workload.stop()


def test_a_state_comes_back_as_it_was_kept(warehouse: Workload) -> None:
    warehouse.execute(
        "create unlogged table intermediate.mark as select 1 as number",
        "insert into ops.night (night_id, as_of, inbox, registry, started_at) values ('kept', now(), '', '', now())",
    )
    answer = warehouse.settings.feedback / "PE-01" / "answer.txt"
    answer.parent.mkdir(parents=True)
    answer.write_text("kept")
    snapshots.keep(warehouse, "kept")

    warehouse.execute("update intermediate.mark set number = 2", "delete from ops.night")
    answer.write_text("changed")
    (answer.parent / "later.txt").touch()
    snapshots.put_back(warehouse, "kept")

    assert warehouse.value("select number from intermediate.mark") == 1
    assert [path.name for path in answer.parent.iterdir()] == ["answer.txt"]
    assert answer.read_text() == "kept"
    with psycopg.connect(database.plain(database.url(warehouse.settings, "loader"))) as connection:
        assert connection.execute("select night_id from ops.night").fetchall() == [("kept",)]


def test_a_kept_state_can_be_worked_in(warehouse: Workload) -> None:
    snapshots.keep(warehouse, "other")
    snapshots.of(warehouse, "other").execute("create schema floor")
    assert not warehouse.value("select count(*) from pg_namespace where nspname = 'floor'")
    assert warehouse.settings.postgres == snapshots.of(warehouse, "other").settings.postgres
    assert postgres.Server(warehouse.settings).process()


def test_the_last_semester_arrives_and_leaves_the_others_alone(tmp_path: Path) -> None:
    workload = Workload.of(tmp_path, "tiny")
    for period in workload.parameters.periods:
        path = Path(workload.settings.inbox) / "PE-01" / f"Reporte {period} PE-01.xlsx"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(period)
    arrival = Arrival.of(workload)
    inbox = Inbox(arrival.night.settings.inbox)
    shutil.copytree(workload.settings.inbox, inbox.store.location)
    arrival.leave()
    before = inbox.look().files
    assert [file.file_name for file in before] == ["Reporte 2025-S1 PE-01.xlsx"]
    with arrival.arrived():
        (Path(inbox.store.location) / "PE-01" / "quiet 1.xlsx").touch()
        assert [file for file in inbox.look().files if file in before] == before
        assert len(inbox.look().files) == 3
    assert inbox.look().files == before


def test_the_night_is_told_by_task() -> None:
    names = ["ingest.load_registry", *(name for _, names in FLOORS.values() for name in names)]
    tasks = {name: (5.0 + number, 5.5 + number) for number, name in enumerate(names)}
    told = _where_it_goes([tasks, tasks], total=20, floors=2.5, fixed=10)
    assert "4.0 times as much" in told
    assert "5.0 pass until the first task" in told
    assert "ingest.load_registry 0.5, ingest.read_batch 0.5" in told


def test_ten_times_the_history_stays_small() -> None:
    assert [history_scale(scale) for scale in ("tiny", "0.1", "1")] == ["tiny", "0.1", "0.3"]
