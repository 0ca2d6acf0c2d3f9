"""A code that came, or went, after a delivery was read reaches it all the same."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.contract.model import DATA, SEEDS
from include.nightly.in_process import run_night
from include.platform import database
from include.platform.settings import PROJECT_ROOT, Settings
from include.stage3_reading import read_with
from include.stage3_reading.batches import read_batch
from include.stage3_reading.plan import plan_batches
from include.stage3_reading.read_with import fingerprint_of
from include.stage4_validation.validate import prepare
from include.stage6_publication.promote import KEPT
from tests.operations.conftest import rows_of

_NIGHT = """
from include.platform.settings import Settings
from include.nightly.in_process import run_night
run_night(Settings.from_environment(), "without the code")
"""
#: Says when the nights were, and what they noticed.
_OF_NIGHTS = (
    *("marts.load_status", "ops.night", "ops.night_warning", "ops.night_report"),
    *(f"marts.{table}" for table in KEPT),
    *("marts.counted_row.from_night", "marts.counted_row.from_as_of"),
)


def _project_without(folder: Path, codelist: str, code: str) -> Path:
    """The project once more, with a code list that lacks a code."""
    parts = ("include", "expectations", "dbt_project", "tests", "pyproject.toml")
    folder.mkdir()
    for part in parts:
        source = PROJECT_ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__", "fixtures"))
        else:
            shutil.copy(source, folder / part)
    path = folder / SEEDS.relative_to(PROJECT_ROOT) / "codelists.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = [row for row in reader if (row["codelist"], row["code"]) != (codelist, code)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, reader.fieldnames or [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return folder


def _rows(settings: Settings, query: str, **values: object) -> list[sa.Row]:
    engine = database.engine(settings, "loader")
    with engine.connect() as connection:
        found = list(connection.execute(sa.text(query), values))
    engine.dispose()
    return found


def test_a_code_that_goes_and_comes_back(copy: Settings, tmp_path: Path) -> None:
    """After the night that finds it everything is as if it had always been there."""
    everything = rows_of(copy, "raw", "ops", "marts", without=_OF_NIGHTS)
    ((code, count),) = _rows(
        copy, "select practice, count(*) from raw.practices where practice <> '' group by 1 order by 2 desc limit 1"
    )
    project = _project_without(tmp_path / "project", "practice", code)
    environment = {**os.environ, **copy.environment(), "PYTHONPATH": str(project)}
    done = subprocess.run([sys.executable, "-c", _NIGHT], env=environment, cwd=project, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert _rows(copy, "select count(*) from raw.practices where practice = :code", code=code) == [(0,)]
    found = "select count(*) from {} where rule = 'C05' and column_name = 'practice'"
    ((unread,),) = _rows(copy, found.format("raw.reading_finding"))
    assert unread >= count
    assert _rows(copy, found.format("ops.finding")) > [(0,)]
    assert rows_of(copy, "marts", without=_OF_NIGHTS) != {
        table: rows for table, rows in everything.items() if table.startswith("marts.")
    }
    run_night(copy, "with the code again")
    assert rows_of(copy, "raw", "ops", "marts", without=_OF_NIGHTS) == everything
    engine = database.engine(copy, "loader")
    assert plan_batches(engine) == []
    engine.dispose()


def test_a_copy_that_is_lost_stops_nobody(copy: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read of it stays, the others are read, and the night says which one is missing."""
    (lost, path), *others = _rows(
        copy, "select submission_id, archive_path from ops.submission where status like 'accepted%' order by 1"
    )
    before = rows_of(copy, "raw")
    kept = {one: (copy.archive / one).read_bytes() for one in (path, others[0].archive_path)}
    (copy.archive / path).unlink()
    engine = database.engine(copy, "loader")
    with engine.begin() as connection:
        connection.execute(
            sa.text("update ops.submission set read_with = 'others' where submission_id = any(:ids)"),
            {"ids": [lost, others[0].submission_id]},
        )
    assert prepare(engine) == 2  # what was read otherwise is judged again, whatever the rules
    planned = plan_batches(engine)
    assert sorted(one for batch in planned for one in batch) == sorted([lost, others[0].submission_id])
    for batch in planned:
        read_batch(copy, batch)
    assert rows_of(copy, "raw") == before
    assert [batch for batch in plan_batches(engine) if batch] == [[lost]]
    engine.dispose()
    said = "not in the archive, so today's code lists cannot be applied: restore from a backup."
    warned = "select subject, said from ops.night_warning where step = 'read_batch' order by warning_id"
    assert _rows(copy, warned) == [(lost, f"its copy is {said}")]
    (copy.archive / others[0].archive_path).unlink()
    read_batch(copy, [lost, others[0].submission_id])
    assert _rows(copy, warned)[1:] == [(lost, f"2 copies, its own among them, are {said}")], "both are told of at once"
    for one, content in kept.items():
        (copy.archive / one).write_bytes(content)


@pytest.mark.parametrize(
    ("file", "changes"),
    [
        ("seeds/codelists.csv", True),
        ("seeds/territories.csv", True),
        ("seeds/countries.csv", True),
        ("data/columns.csv", True),
        ("seeds/fx_monthly.csv", False),
        ("seeds/cpi_annual.csv", False),
        ("data/rules.csv", False),
    ],
)
def test_what_a_reading_follows_from(tmp_path: Path, file: str, *, changes: bool) -> None:
    folders = _copied(tmp_path)
    before = fingerprint_of(*folders)
    path = tmp_path / file
    path.write_bytes(path.read_bytes() + b"\n")
    assert (fingerprint_of(*folders) != before) is changes


def _copied(folder: Path) -> list[Path]:
    """What the fingerprint is of, to be changed."""
    names = {"data": DATA, "seeds": SEEDS} | {one.name: one for one in read_with._READERS}
    return [Path(shutil.copytree(source, folder / name)) for name, source in names.items()]


def test_a_changed_module_of_any_package_of_the_reader_is_another_reader(tmp_path: Path) -> None:
    """Those aside that only carry what was read."""
    folders = _copied(tmp_path)
    seen = {fingerprint_of(*folders)}
    carriers, packages = set(), set()
    for reader in folders[2:]:
        for path in sorted(reader.rglob("*.py")):
            path.write_bytes(path.read_bytes() + b"\n")
            now = fingerprint_of(*folders)
            if now in seen:
                carriers.add(path.relative_to(tmp_path).as_posix().removeprefix("stage3_reading/"))
            else:
                packages.add(path.parent.name)
            seen.add(now)
    assert carriers == {
        *("batches.py", "load.py", "read_with.py"),
        *("confined/reader.py", "confined/redaction.py", "confined/rewriting.py"),
    }
    assert packages == {"formats", "stage3_reading", "container", "cells", "values", "sheets", "confined"}
