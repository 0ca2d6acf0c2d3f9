"""The workbooks ``make template`` writes: for whom, with what in them, and never over another file."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa

from include.commands.templates import write_templates
from include.contract import load_contract
from include.contract.locales import decimal_mark
from include.platform import database
from include.platform.errors import UsageError
from include.platform.settings import Settings
from tests.reading.deliveries import read_submission


@pytest.fixture
def office(programme: Settings, tmp_path: Path) -> Iterator[Settings]:
    """The programme with a registry of two of its projects that have an accepted report, and no template yet."""
    registry = tmp_path / "registry"
    shutil.copytree(programme.registry, registry)
    engine = database.engine(programme, "loader")
    with engine.connect() as connection:
        query = sa.text("select distinct project_code from ops.submission where is_current order by 1 limit 2")
        accepted = connection.scalars(query).all()
    engine.dispose()
    header, *rows = (registry / "projects.csv").read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if row.split(",")[0] in accepted]
    (registry / "projects.csv").write_text("\n".join((header, *kept)) + "\n", encoding="utf-8")
    yield replace(programme, registry=registry)
    shutil.rmtree(programme.templates, ignore_errors=True)


def _codes(settings: Settings) -> list[str]:
    return [line.split(",")[0] for line in (settings.registry / "projects.csv").read_text("utf-8").splitlines()[1:]]


def _countries(settings: Settings) -> dict[str, str]:
    with (settings.registry / "projects.csv").open(encoding="utf-8", newline="") as file:
        return {row["project_code"]: row["country"] for row in csv.DictReader(file)}


def _stated(settings: Settings, project: str) -> list[dict]:
    """The enterprises of the project's last accepted report, asked for in another way than the command does."""
    engine = database.engine(settings, "loader")
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text("""
            select e.* from raw.enterprises as e inner join ops.submission as s using (submission_id)
            where s.project_code = :project and s.is_current and s.status like 'accepted%' and s.period = (
                select max(period) from ops.submission where project_code = :project and is_current
            )
            order by e.row_number
            """),
            {"project": project},
        ).mappings()
        columns = [column.key for column in load_contract().sheets["enterprises"].columns]
        stated = [{column: row[column] for column in columns} for row in rows]
    engine.dispose()
    return stated


def test_each_project_gets_its_own_with_its_enterprises_as_last_accepted(office: Settings) -> None:
    paths = write_templates(office, "es", "all", "2025-S2")
    codes = _codes(office)
    assert [path.name for path in paths] == [f"plantilla_es_{code}_2025-S2.xlsx" for code in codes]
    for code, path in zip(codes, paths, strict=True):
        stated = _stated(office, code)
        assert len(stated) > 5
        reading = read_submission(path, path.name, code, b"k" * 32)
        read = reading.frames["enterprises"].select(list(stated[0])).to_dicts()
        assert read == stated
        assert reading.frames["cover"]["project_code"].to_list() == [code] and reading.period == "2025-S2"
        assert reading.details["decimal_mark"] == decimal_mark(_countries(office)[code]) is not None


def test_what_looks_like_a_formula_or_a_number_stays_text(tmp_path: Path) -> None:
    from include.contract.template import write

    row = {"enterprise_ref": "=1+1", "tax_id": "0012", "legal_name": '=HYPERLINK("x")', "country": "PE"}
    write(tmp_path / "x.xlsx", "pt", "PE-01", rows={"enterprises": [row]})
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")[load_contract().sheets["enterprises"].labels["pt"]]
    cells = sheet[2][:4]
    assert [cell.value for cell in cells] == ["=1+1", "0012", '=HYPERLINK("x")', "Peru"]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.protection.locked for cell in cells)


@pytest.mark.parametrize(
    ("project", "period", "said"),
    [
        ("{first}X", None, "PROJECT={first}X is not in the registry, .*Near it: {first}"),
        ("nobody", None, "PROJECT=nobody is not in the registry, .*There are: {first}, {second}"),
        ("{first}", "2025-S3", "PERIOD=2025-S3 is not in the registry, .*Near it: 2025-S"),
        (None, "2025", "PERIOD=2025 is not in the registry"),
        ("all", "x", "PERIOD=x is not in the registry"),
    ],
)
def test_a_project_or_period_that_is_not_in_the_registry_is_refused(
    office: Settings, project: str | None, period: str | None, said: str
) -> None:
    first, second = _codes(office)
    with pytest.raises(UsageError, match=said.format(first=first, second=second)):
        write_templates(office, "es", project and project.format(first=first), period)
    assert not office.templates.exists()


def test_a_file_that_is_there_is_never_written_over(office: Settings) -> None:
    _, second = _codes(office)
    (path,) = write_templates(office, "pt", second, None)
    before = path.read_bytes()
    assert write_templates(office, "pt", second, None) == [path]  # the same once more
    path.write_bytes(before + b"filled in")
    with pytest.raises(UsageError, match=f"plantilla_pt_{second}.xlsx is there already, with other content"):
        write_templates(office, "pt", "all", None)
    assert path.read_bytes() == before + b"filled in"
    assert [file.name for file in office.templates.iterdir()] == [path.name], "nothing was written"


def test_before_the_first_night_there_are_no_enterprises_and_no_warehouse_is_made(
    office: Settings, tmp_path: Path
) -> None:
    fresh = replace(office, state=tmp_path / "fresh")
    (path,) = write_templates(fresh, "en", _codes(office)[0], None)
    assert [entry.name for entry in fresh.state.iterdir()] == ["templates"]
    sheet = openpyxl.load_workbook(path)[load_contract().sheets["enterprises"].labels["en"]]
    assert sheet.max_row == 1
