"""A quiet night, and the questions of analysts, on the programme's history and on ten times as much.

Ten times as much is made in the database: every row of ``ops`` and ``raw`` nine times more, with other codes of
projects, deliveries and enterprises, and so are the office's projects. The quiet night's inbox holds the new workbook
alone.
"""

from __future__ import annotations

import shutil
import statistics
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import polars as pl
import psycopg

from benchmarks import questions
from benchmarks.measuring import Run, alternate
from benchmarks.results import Section, at_most, below
from benchmarks.transformation import make_ready
from benchmarks.workload import Workload
from include.contract import load_contract
from include.dashboards import place
from include.nightly.in_process import run_night
from include.platform import database, postgres, schema

TIMES = 10
QUESTIONS, TILES = "BI questions", "tiles of dashboards"
#: Milliseconds within which 19 of 20 are answered.
LONGEST_MS = 25

#: What is repeated, and how the codes of a copy differ.
_TABLES = (
    "ops.submission",
    "ops.sheet_reading",
    "ops.finding",
    "raw.reading_finding",
    *(f"raw.{sheet}" for sheet in load_contract().sheets),
)
_CODES = ("project_code", "submission_id", "duplicate_of", "taxpayer_key", "enterprise_key")

_numbers = count(int(time.time()))


def measure(workload: Workload, pairs: int) -> Section:
    """Quiet nights by turns on both histories, then the questions on the larger one."""
    make_ready(workload)
    section = Section("History")
    with beside(workload, 1) as once, beside(workload, TIMES) as tenfold:
        nights = alternate(
            [
                Run("quiet night", lambda: one_night(once), lambda: deliver(workload, once)),
                Run(f"quiet night, {TIMES} times", lambda: one_night(tenfold), lambda: deliver(workload, tenfold)),
            ],
            pairs,
            tenfold.server,
        )
        one, ten = nights["quiet night"], nights[f"quiet night, {TIMES} times"]
        section.figures.append(
            at_most(f"quiet night on {TIMES} times the history", ten.median, "quiet night", one.median, 1.3)
        )
        section.figures.append(below("most memory of a process in it", ten.memory.python / 1e6, "MB", 500))
        asked = answers(tenfold, pairs)
        rows = tenfold.value("select count(*) from marts.counted_row")
    for name, seconds in asked.items():
        every = sorted(one for runs in seconds.values() for one in runs)
        section.figures += [
            below(f"{name}, p50", 1000 * statistics.median(every), "ms", None),
            below(f"{name}, p95", 1000 * every[int(0.95 * (len(every) - 1))], "ms", LONGEST_MS),
        ]
    section.notes += [
        (
            "All stages in one process, without Airflow, from the registry to reconciliation, and without answers to "
            f"partners. One workbook is delivered again with other bytes; {TIMES} times the history is made by copying "
            "rows in the database under other codes of projects, deliveries and enterprises."
        ),
        f"{len(asked[QUESTIONS])} questions of `tests/questions`, and {len(asked[TILES])} tiles of the dashboards as "
        f"their pages open, by the SQL and with the settings that Superset sends; as `bi_reader`, {pairs} times each "
        f"after one that is not counted, on {rows:,} counted rows. The slowest: "
        + "; ".join(map(_slowest, asked.values()))
        + ".",
    ]
    return section


@contextmanager
def beside(workload: Workload, times: int, name: str = "history") -> Iterator[Workload]:
    """A copy of the warehouse with so many times its history, built and published; kept for the next run."""
    folder = workload.settings.state.parent / f"{name}_{times}"
    settings = replace(
        workload.settings, state=folder / "state", inbox=str(folder / "inbox"), registry=folder / "registry"
    )
    copy = Workload(settings, workload.parameters)
    if not (made := folder / "made").exists():
        _copy_server(workload, copy)
        _repeat_registry(workload, copy, times)
        schema.prepare(settings)
        copy.execute("truncate ops.inbox_file", *(_repeat(copy, table, times) for table in _TABLES if times > 1))
        with psycopg.connect(copy.url, autocommit=True) as connection:
            connection.execute("vacuum analyze")
        made.touch()
    schema.prepare(settings)
    try:
        one_night(copy)
        current = "select count(*) from ops.submission where is_current"
        if copy.value(current) != times * workload.value(current):
            raise RuntimeError(f"the history is not {times} times as long")
        yield copy
    finally:
        copy.stop()


def _copy_server(workload: Workload, copy: Workload) -> None:
    workload.stop()
    shutil.rmtree(copy.settings.state.parent, ignore_errors=True)
    Path(copy.settings.inbox).mkdir(parents=True)
    copy.settings.state.mkdir(mode=0o711)
    shutil.copytree(workload.settings.secrets, copy.settings.secrets)
    postgres.ensure_running(workload.settings)
    workload.execute("checkpoint")
    postgres.stop(workload.settings)
    _copy_with_owners(workload.settings.postgres / "data", copy.settings.postgres / "data")
    schema.prepare(workload.settings)


def _copy_with_owners(source: Path, target: Path) -> None:
    """The server's files may belong to another user, who has to own the copy too."""
    target.parent.mkdir(mode=0o700)
    shutil.copytree(source, target)
    for original in (source.parent, *source.parent.rglob("*")):
        twin = target.parent / original.relative_to(source.parent)
        if twin.exists():
            owner = original.stat()
            shutil.chown(twin, owner.st_uid, owner.st_gid)


def _repeat(workload: Workload, table: str, times: int) -> str:
    """INSERT of a table's rows so many times more, under other codes."""
    name, _, relation = table.partition(".")
    with psycopg.connect(workload.url) as connection:
        query = """
        select column_name from information_schema.columns
        where table_schema = %s and table_name = %s and is_generated = 'NEVER' order by ordinal_position
        """
        columns = [str(column) for (column,) in connection.execute(query, [name, relation])]
    values = ", ".join(f"{column} || 'X' || copy" if column in _CODES else f'"{column}"' for column in columns)
    named = ", ".join(f'"{column}"' for column in columns)
    return f"insert into {table} ({named}) select {values} from {table}, generate_series(1, {times - 1}) as copy"


def _repeat_registry(workload: Workload, copy: Workload, times: int) -> None:
    """The office's folder with so many times its projects; whatever else it says, it says of all."""
    copy.settings.registry.mkdir()
    for path in workload.settings.registry.glob("*.csv"):
        table = pl.read_csv(path, infer_schema=False)
        if "project_code" in table.columns:
            code = pl.col("project_code")
            table = pl.concat([table, *(table.with_columns(code + f"X{number}") for number in range(1, times))])
        table.write_csv(copy.settings.registry / path.name)


def deliver(workload: Workload, to: Workload, semesters_back: int = 0) -> None:
    """Deliver a workbook of the last semester, or of an earlier one, again: other bytes, the same cells."""
    period = workload.parameters.periods[-1 - semesters_back]
    original = min(path for path in Path(workload.settings.inbox).rglob("*.xlsx") if period in path.name)
    number = next(_numbers)
    folder = Path(to.settings.inbox) / original.parent.name
    folder.mkdir(exist_ok=True)
    for earlier in folder.glob("quiet *.xlsx"):
        earlier.unlink()
    moment = time.gmtime(number * 2)[:6]  # it is packed at another one
    with zipfile.ZipFile(original) as source, zipfile.ZipFile(folder / f"quiet {number}.xlsx", "w") as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, moment), source.read(name), zipfile.ZIP_DEFLATED)
    to.execute("checkpoint")


def one_night(workload: Workload) -> None:
    """The steps of a night but answers, in this process."""
    run_night(workload.settings, f"quiet-{next(_numbers)}")


def answers(workload: Workload, times: int) -> dict[str, dict[str, list[float]]]:
    """Seconds of every question and tile, asked by a reader's connection."""
    url = database.plain(database.url(workload.settings, "bi_reader"))
    with (
        psycopg.connect(url, autocommit=True) as analyst,
        psycopg.connect(url, autocommit=True, options=place.session_options()) as superset,
    ):
        return {
            QUESTIONS: questions.answers(analyst, questions.of_analysts(), times),
            TILES: questions.answers(superset, questions.of_dashboards(superset), times),
        }


def _slowest(seconds: dict[str, list[float]]) -> str:
    medians = {name: 1000 * statistics.median(runs) for name, runs in seconds.items()}
    return "; ".join(
        f"{name} ({medians[name]:.0f} ms)" for name in sorted(medians, key=lambda name: -medians[name])[:5]
    )
