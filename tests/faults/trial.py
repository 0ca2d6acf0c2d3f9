"""A warehouse with some nights behind it, copied for every fault, and what an undisturbed night makes of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import psutil
import sqlalchemy as sa

from include.nightly.in_process import run_night
from include.platform import database, postgres
from include.platform.settings import PROJECT_ROOT, Settings
from include.stage6_publication import kept_nights
from tests.conftest import make_settings
from tests.faults.reader import Reader
from tests.oracle.programmes import write_programme
from tests.signed import sign_last_period

SCHEMAS = ("marts", "restricted", "raw", "registry", "ops")
#: When nights were and which of them did it, which a night that was begun twice does not share with one that was not.
OF_THE_NIGHT = (
    *("night_id", "received_at", "first_night_id", "last_night_id", "from_night", "until_night"),
    *("published_at", "from_published_at", "until_published_at", "change_key", "stretch"),
)
WITHOUT = ("marts.load_status", "ops.night", "ops.night_warning", "ops.night_report")

#: What the night is compared by has to hold these, too: the record of what was published, and what was signed.
RECORD = (
    "kpi_headline_history",
    "counted_row_ended",
    "figure_change",
    "release",
    "release_figure",
)

Contents = dict[str, tuple[int, str]]


def contents(settings: Settings) -> Contents:
    """Table -> rows and a hash of all of them, whatever their order, without what tells one night from another."""
    engine = database.engine(settings)
    try:
        with engine.connect() as connection:
            tables = connection.scalars(
                sa.text(
                    "select schemaname || '.' || tablename as name from pg_tables"
                    " where schemaname = any(:schemas) and schemaname || '.' || tablename <> all(:without) order by 1"
                ),
                {"schemas": list(SCHEMAS), "without": list(WITHOUT)},
            ).all()
            row = "md5(cast(to_jsonb(t) - cast(:left_out as text[]) as text))"
            return {
                table: tuple(
                    connection.execute(
                        sa.text(f"select count(*), md5(string_agg({row}, '' order by {row})) from {table} as t"),
                        {"left_out": list(OF_THE_NIGHT)},
                    ).one()
                )
                for table in tables
            }
    finally:
        engine.dispose()


def unequal(found: Contents, expected: Contents) -> list[str]:
    """The tables that differ, with both numbers of rows."""
    return [
        f"{table}: {found.get(table, (None,))[0]} rows, {expected.get(table, (None,))[0]} after an undisturbed night"
        for table in sorted(found.keys() | expected.keys())
        if found.get(table) != expected.get(table)
    ]


def faults_of_record(settings: Settings) -> list[str]:
    """Stretches of no length or that overlap, causes of nights that have not published, and the archive's list."""
    query = """
        with nights as (select night_id, row_number() over (order by started_at) as turn, published_at from ops.night),

        stretches as (
            select
                'kpi_headline' as mart, concat_ws(' ', period, scope_type, scope_code, kpi) as key,
                from_night, until_night
            from marts.kpi_headline_history
            union all
            select 'counted_row', concat_ws(' ', period, kpi, submission_id, row_number, project_code),
                from_night, until_night
            from marts.counted_row_history
        ),

        turns as (
            select
                s.mart, s.key, b.turn as begun, coalesce(e.turn, 1000000) as ended, b.published_at,
                lag(coalesce(e.turn, 1000000)) over (partition by s.mart, s.key order by b.turn, e.turn) as ended_before
            from stretches as s
            left join nights as b on b.night_id = s.from_night
            left join nights as e on e.night_id = s.until_night
        )

        select mart || ' ' || key from turns where published_at is null or begun >= ended or begun < ended_before
        union all
        select 'figure_change ' || night_id from marts.figure_change
        where night_id not in (select night_id from nights where published_at is not null)
        order by 1
    """
    with database.connected(settings) as connection:
        wrong = list(connection.scalars(sa.text(query)))
        published = "select night_id from ops.night where published_at is not null order by started_at"
        nights = connection.scalars(sa.text(published)).all()
        decided = connection.scalars(
            sa.text("select submission_id from ops.submission where version is not null or status = 'duplicate'")
        ).all()
    kept = kept_nights.read(settings.archive)
    if [one.night_id for one in kept] != nights or kept_nights.decisions(kept).keys() != set(decided):
        wrong.append("the archive lists other nights than published, or other deliveries than they decided")
    return [f"the record is wrong: {fault}" for fault in wrong]


@dataclass
class Victim:
    """A night at work in a process group of its own."""

    process: subprocess.Popen[str]
    errors: Path
    began: float

    def wait_for(self, step: str) -> bool:
        """Whether the step begins before the night ends."""
        assert self.process.stdout is not None
        return any(line.strip() == step for line in self.process.stdout)

    def kill(self) -> None:
        """As ``kill -9`` of everything the night has started in its group."""
        os.killpg(self.process.pid, 9)
        self.process.wait()

    def reading_child(self) -> psutil.Process | None:
        """The confined process that decodes a file, if there is one now."""
        try:
            children = psutil.Process(self.process.pid).children()
            return next((one for one in children if "include.stage3_reading.confined.child" in one.cmdline()), None)
        except psutil.Error:
            return None

    def end(self) -> tuple[int, str]:
        """Exit status and what was said of failures, once the night is over."""
        self.process.communicate()
        return self.process.returncode, self.errors.read_text()


@dataclass
class Trial:
    """One copy of the base, to be disturbed."""

    settings: Settings
    expected: Contents

    def begin(self, night_id: str = "disturbed", inbox: Path | None = None) -> Victim:
        """Start a night in a process of its own."""
        errors = self.settings.state / f"{night_id}.errors"
        settings = replace(self.settings, inbox=str(inbox)) if inbox else self.settings
        with errors.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.victim", night_id],
                env={**os.environ, **settings.environment(), "PYTHONPATH": str(PROJECT_ROOT)},
                cwd=PROJECT_ROOT,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
                start_new_session=True,
            )
        return Victim(process, errors, time.monotonic())

    def rerun(self, night_id: str = "rerun") -> None:
        """The next night, undisturbed."""
        run_night(self.settings, night_id)

    def differences(self) -> list[str]:
        """What is not as after an undisturbed night."""
        found = contents(self.settings)
        assert all(found[f"marts.{table}"][0] for table in RECORD), "nothing of the record is compared"
        return unequal(found, self.expected) + faults_of_record(self.settings)

    def nights(self) -> list[tuple[str, str, str]]:
        """Id, status and reason of every night, in their order."""
        engine = database.engine(self.settings, "loader")
        with engine.connect() as connection:
            query = sa.text("select night_id, status, coalesce(reason, '') from ops.night order by started_at")
            rows = [tuple(row) for row in connection.execute(query)]
        engine.dispose()
        return rows

    @contextmanager
    def watched(self, nights: int = 1) -> Iterator[Reader]:
        """A reader who looks on, and has seen the figures of before and those of each night and nothing between."""
        postgres.ensure_running(self.settings)
        reader = Reader(self.settings)
        before = reader.look()
        reader.start()
        try:
            yield reader
        finally:
            seen = reader.stop()
        assert seen[0] == before and 2 <= len(seen) <= nights + 1, f"{len(seen)} states of the marts were seen"


@dataclass(frozen=True)
class Base:
    """The programme, a warehouse that took a part of it, and what the next night makes of all of it."""

    folder: Path
    settings: Settings
    expected: Contents
    #: seconds of each step of the undisturbed night
    durations: dict[str, float]

    @classmethod
    def make(cls, folder: Path, seed: int = 11) -> Base:
        """Write the programme, run the first night and, on a copy, the undisturbed second one."""
        as_of = write_programme(folder / "all", seed, projects=3, periods=3, enterprises=12)
        files = sorted(path for path in (folder / "all" / "inbox").rglob("*") if path.is_file())
        for path in files[::3]:
            place = folder / "first" / path.relative_to(folder / "all" / "inbox")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place)
        registry = folder / "all" / "registry"
        first = make_settings(folder / "base", inbox=str(folder / "first"), registry=registry, as_of=as_of)
        run_night(first, "first")
        sign_last_period(first)
        postgres.stop(first)
        base = cls(folder, replace(first, inbox=str(folder / "all" / "inbox")), {}, {})
        with base.trial("undisturbed") as trial:
            victim = trial.begin("undisturbed")
            assert victim.process.stdout is not None
            moments = [(line.strip(), time.monotonic()) for line in victim.process.stdout]
            status, said = victim.end()
            assert status == 0, said
            durations = {name: end - begin for (name, begin), (_, end) in pairwise(moments)}
            return replace(base, expected=contents(trial.settings), durations=durations)

    @contextmanager
    def trial(self, name: str) -> Iterator[Trial]:
        """A copy of the base; its server is stopped and its files are thrown away in the end."""
        state = self.folder / name
        subprocess.run(["cp", "-a", str(self.settings.state), str(state)], check=True)
        settings = replace(self.settings, state=state)
        try:
            yield Trial(settings, self.expected)
        finally:
            postgres.stop(settings)
            shutil.rmtree(state, ignore_errors=True)
