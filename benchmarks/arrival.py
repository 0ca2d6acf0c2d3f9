"""The peak night's states: a warehouse of all semesters but the last, and the last one's files on their way into it.

- ``unfilled``: prepared by a night that found nothing
- ``five``: after a night that took every semester but the last, and one that took a workbook again, so that a build in
  part has been sent before
- ``at_build``: the last one read and judged on top of it, at the moment before dbt begins
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from benchmarks import judging, reading, snapshots
from benchmarks.history import deliver
from benchmarks.workload import Workload
from include.nightly import ingest
from include.platform import database, postgres, schema
from include.platform.airflow_services import Airflow
from include.platform.settings import PROJECT_ROOT
from include.stage5_transformation import inputs, pending

UNFILLED, FIVE, AT_BUILD = "unfilled", "five", "at_build"
#: The night that took the last semester in ``at_build``.
NIGHT_ID = "arrival"
#: What the states follow from, beside the programme's files.
_SOURCES = ("include", "expectations", "dbt_project", "dags")


class _BuildBegins(Exception):
    """Stops the preparation of a build where dbt would be called."""


@dataclass(frozen=True)
class Arrival:
    """A warehouse of its own beside the workload's, with an inbox that the last semester can arrive in and leave."""

    workload: Workload
    night: Workload
    #: the last semester's files, in the programme's inbox, the largest first
    files: tuple[Path, ...]

    @classmethod
    def of(cls, workload: Workload) -> Arrival:
        """The one beside a workload."""
        folder = workload.settings.state.parent / "night"
        settings = replace(workload.settings, state=folder / "state", inbox=str(folder / "inbox"))
        inbox = Path(workload.settings.inbox)
        period = workload.parameters.periods[-1]
        files = [path for path in inbox.glob("*/*") if period in path.name]
        files.sort(key=lambda path: (-path.stat().st_size, path.name))
        return cls(workload, Workload(settings, workload.parameters), tuple(files))

    def make(self) -> None:
        """Start the server; make the states unless those are there that today's code would make."""
        folder = self.night.settings.state.parent
        if not self._made.exists() or self._made.read_text() != _fingerprint():
            print(f"  making the states that the night starts from in {folder}", flush=True)
            if folder.exists():
                postgres.stop(self.night.settings)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o711)
            (folder / "nothing").mkdir()
            shutil.copytree(self.workload.settings.inbox, self.night.settings.inbox)
            self.leave()
            self._make_states()
        self._made.unlink(missing_ok=True)  # until the server has ended well: a crash empties what is unlogged
        schema.prepare(self.night.settings)

    def end(self) -> None:
        """Leave nothing running."""
        Airflow(self.night.settings).stop()
        self.leave()
        self.night.stop()

    @contextmanager
    def ready(self) -> Iterator[None]:
        """The states are there, and the server runs; the next run starts from them, too, where all has ended well."""
        try:
            self.make()
            yield
        finally:
            self.end()
        self._made.write_text(_fingerprint())

    def put_back(self, statistics_are: Callable[[Workload], None] = snapshots.with_statistics) -> None:
        """All semesters but the last are published again, with the statistics that a night leaves, or as told."""
        snapshots.put_back(self.night, FIVE)
        statistics_are(self.night)

    @property
    def _made(self) -> Path:
        return self.night.settings.state.parent / "made"

    def _make_states(self) -> None:
        self.idle_night()
        snapshots.keep(self.night, UNFILLED)
        self.run_night()
        deliver(self.workload, self.night, semesters_back=1)
        self.run_night()
        self.leave()
        snapshots.keep(self.night, FIVE)
        with self.arrived():
            self.night.run(
                *(ingest.load_registry, ingest.load_reference_figures, ingest.land_deliveries), night_id=NIGHT_ID
            )
            reading.read_all(self.night)
            judging.validate_all(self.night)
            with patch.object(inputs, "build", side_effect=_BuildBegins), suppress(_BuildBegins):
                inputs.build_if_changed(self.night.settings)
        snapshots.keep(self.night, AT_BUILD)

    @contextmanager
    def arrived(self) -> Iterator[None]:
        """The last semester lies in the inbox; files of the others are not touched, or they would count as new."""
        for path in self.files:
            shutil.copy2(path, self._delivered(path))
        try:
            yield
        finally:
            self.leave()

    def leave(self) -> None:
        """Take the last semester, and what else came after it, out of the inbox."""
        for path in self.files:
            self._delivered(path).unlink(missing_ok=True)
        for path in Path(self.night.settings.inbox).glob("*/quiet *.xlsx"):
            path.unlink()

    def _delivered(self, path: Path) -> Path:
        return Path(self.night.settings.inbox) / path.parent.name / path.name

    def run_night(self) -> None:
        """What ``make nightly`` does: Airflow is started where it does not run, runs the night, and ends if so."""
        _command("nightly", self.night)

    @contextmanager
    def airflow_up(self) -> Iterator[None]:
        """Airflow runs beside the nights, as ``make up`` leaves it."""
        _command("up", self.night)
        try:
            yield
        finally:
            Airflow(self.night.settings).stop()

    def idle_night(self) -> None:
        """The same on an inbox without a file."""
        nothing = str(self.night.settings.state.parent / "nothing")
        _command("nightly", Workload(replace(self.night.settings, inbox=nothing), self.night.parameters))

    def is_incremental(self) -> bool:
        """Whether the build of the last semester leaves out what did not change."""
        engine = database.engine(snapshots.of(self.night, AT_BUILD).settings)
        try:
            with engine.connect() as connection:
                return not pending.codes(connection, pending.EVERYTHING)
        finally:
            engine.dispose()


def _command(name: str, night: Workload) -> None:
    """What the make target of this name does."""
    done = subprocess.run(
        [sys.executable, "-m", "include", name],
        cwd=PROJECT_ROOT,
        env={**os.environ, **night.settings.environment()},
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{name} failed:\n{done.stderr[-4000:]}")


def task_seconds(night: Workload, since: float) -> dict[str, tuple[float, float]]:
    """Task -> when it began and ended, in seconds after ``since``; a mapped one from its first part to its last."""
    query = """
    select dag_id || '.' || task_id, extract(epoch from min(start_date)), extract(epoch from max(end_date))
    from task_instance where start_date >= to_timestamp(:since) group by 1
    """
    rows = _ask_airflow(night, query, since)
    return {str(name): (float(began) - since, float(ended) - since) for name, began, ended in rows}


def trigger_to_green(night: Workload, since: float) -> float:
    """Seconds from the trigger of the night that began after ``since`` to the end of its last DAG run."""
    query = """
    select extract(epoch from max(end_date) - min(queued_at)) from dag_run
    where queued_at >= to_timestamp(:since)
    """
    return float(_ask_airflow(night, query, since)[0][0])


def _ask_airflow(night: Workload, query: str, since: float) -> Sequence[Any]:
    engine = sa.create_engine(database.airflow_url(night.settings))
    try:
        with engine.connect() as connection:
            return connection.execute(sa.text(query), {"since": since}).tuples().all()
    finally:
        engine.dispose()


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for name in _SOURCES:
        for path in sorted((PROJECT_ROOT / name).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.read_bytes())
    return digest.hexdigest()
