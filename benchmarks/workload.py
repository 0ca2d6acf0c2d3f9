"""The programme that is measured, and a warehouse of its own that has taken it.

Everything is below ``STATE/benchmarks/<scale>`` and stays for the next run. A scale of 1 is 66 projects, 6 semesters
and 470 enterprises a report on average; smaller ones have fewer projects of the same size.
"""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import psutil
import psycopg
import sqlalchemy as sa

from include.demonstration import SIZES, Parameters, write_programme
from include.demonstration import projects as demonstration_projects
from include.nightly import ingest
from include.nightly.in_process import Step, run_steps
from include.platform import database, postgres, schema
from include.platform.nights import Night
from include.platform.settings import Settings

#: Load date of all nights: the programme's last semester, 2025-S2, has ended.
AS_OF = date(2026, 2, 20)
#: Enterprises of a project in the scale that tests use.
TINY = "tiny"
_TINY = replace(SIZES["large"], name=TINY, projects=("PE-01", "BR-01"), periods=("2025-S1", "2025-S2"))


def parameters(scale: str) -> Parameters:
    """The demonstration of a scale: ``tiny``, or a share of the programme's 66 projects."""
    if scale == TINY:
        return replace(_TINY, enterprises=(40, 40))
    share = float(scale)
    large = SIZES["large"]
    every = [project.code for project in demonstration_projects.of(large)]
    count = max(2, round(share * len(every)))
    chosen = tuple(every[number * len(every) // count] for number in range(count))
    return replace(large, name=f"scale {scale}", projects=() if count >= len(every) else chosen)


@dataclass(frozen=True)
class Workload:
    """A programme and the warehouse it is measured in; its server runs from ``prepare`` to ``stop``."""

    settings: Settings
    parameters: Parameters

    @classmethod
    def of(cls, state: Path, scale: str) -> Workload:
        """The workload of a scale below ``state``."""
        folder = state / "benchmarks" / scale
        inbox, registry = folder / "inbox", folder / "registry"
        settings = Settings(state=folder / "state", inbox=str(inbox), registry=registry, as_of=AS_OF)
        return cls(settings, parameters(scale))

    def prepare(self) -> None:
        """Write the programme where it is not there, start the server, and take the deliveries into the ledger."""
        folder = self.settings.state.parent
        folder.mkdir(parents=True, exist_ok=True, mode=0o711)
        if not (written := folder / "written").exists():
            print(f"writing the programme to {folder}", flush=True)
            write_programme(Path(self.settings.inbox), self.settings.registry, self.parameters)
            written.touch()
        schema.prepare(self.settings)
        self.run(ingest.load_registry, ingest.load_reference_figures, ingest.land_deliveries)

    def run(self, *steps: Step, night_id: str = "benchmark") -> None:
        """Steps of the night, one after the other, in this process."""
        run_steps(Night(night_id, self.settings), steps)

    def stop(self) -> None:
        """Let the connections and the server go."""
        self.loader.dispose()
        self.administrator.dispose()
        postgres.stop(self.settings)

    @cached_property
    def loader(self) -> sa.Engine:
        return database.engine(self.settings, "loader")

    @cached_property
    def administrator(self) -> sa.Engine:
        return database.engine(self.settings)

    @property
    def server(self) -> psutil.Process | None:
        return postgres.Server(self.settings).process()

    @property
    def url(self) -> str:
        """The administrator's URL for other programs."""
        return database.plain(database.url(self.settings))

    def execute(self, *statements: str) -> None:
        """Run statements as administrator, each in a transaction of its own."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def value(self, query: str) -> int:
        """The number that a query gives."""
        with self.administrator.connect() as connection:
            return int(connection.execute(sa.text(query)).scalar_one() or 0)

    def files(self) -> list[Path]:
        """The archived bytes of every delivery, the largest first."""
        found = [path for path in self.settings.archive.rglob("*") if path.suffix in (".xlsx", ".zip")]
        return sorted(found, key=lambda path: (-path.stat().st_size, path.name))

    def describe(self) -> str:
        """How large it is, in words."""
        with (self.settings.registry / "projects.csv").open(encoding="utf-8", newline="") as file:
            projects = sum(1 for _ in csv.DictReader(file))
        megabytes = sum(path.stat().st_size for path in self.files()) / 1_000_000
        periods = len(self.parameters.periods)
        return f"{projects} projects, {periods} semesters, {len(self.files())} files of {megabytes:.1f} MB together"


def processors() -> int:
    """How many processes floors and pipeline may run at once."""
    return os.cpu_count() or 1
