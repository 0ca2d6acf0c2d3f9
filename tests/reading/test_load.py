"""What was read arrives in the warehouse, and arrives once however often it is loaded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.platform import tables
from include.stage3_reading.load import load
from include.stage3_reading.read_with import reading_fingerprint
from include.stage3_reading.sheets.reading import Reading
from tests.reading.deliveries import cover_rows, good_sheets, read, table, write_archive, write_workbook

SUBMISSIONS = ("PE-01-0001", "PE-01-0002", "PE-01-0003")


@pytest.fixture
def warehouse(loader: sa.Engine) -> Iterator[sa.Engine]:
    """Three landed submissions and nothing else."""
    every = [*tables.raw.values(), tables.reading_finding, tables.sheet_reading, tables.submission]
    with loader.begin() as connection:
        connection.execute(sa.text("truncate " + ", ".join(f"{table.schema}.{table.name}" for table in every)))
        connection.execute(
            sa.insert(tables.submission),
            [
                {
                    "submission_id": identifier,
                    "project_code": "PE-01",
                    "delivery_number": number,
                    "inbox_path": f"PE-01/{number}.xlsx",
                    "file_name": f"{number}.xlsx",
                    "sha256": "0" * 64,
                    "size_bytes": 1,
                    "modified_at": datetime(2025, 1, 5, tzinfo=UTC),
                    "archive_path": "x",
                    "night_id": "n",
                    "received_on": date(2025, 3, 1),
                }
                for number, identifier in enumerate(SUBMISSIONS, 1)
            ],
        )
    yield loader
    with loader.begin() as connection:
        connection.execute(sa.text("truncate " + ", ".join(f"{table.schema}.{table.name}" for table in every)))


@pytest.fixture
def readings(tmp_path: Path) -> list[Reading]:
    """A good one with odd texts, one with findings, one that cannot be read."""
    odd = {"unit": 'a "b", {c}\\\u0007\n', "baseline_value": "1.234,5", "current_value": 1e-7}
    bad = {"unit": "#N/A", "practice": "nada", "status": "", "since_date": "pronto"}
    good = write_workbook(tmp_path / "a.xlsx", good_sheets(practices=table("practices", odd, {}, {"unit": "null"})))
    sheets = good_sheets(practices=table("practices", bad), sales=None, cover=cover_rows(period="2023-S2"))
    faulty = write_archive(tmp_path / "b.zip", {f"{sheet}.csv": rows for sheet, rows in sheets.items()})
    (tmp_path / "c.xlsx").write_bytes(b"")
    return [read(path) for path in (good, faulty, tmp_path / "c.xlsx")]


def load_all(warehouse: sa.Engine, readings: list[Reading]) -> None:
    with warehouse.begin() as connection:
        load(connection, zip(SUBMISSIONS, readings, strict=True))


def rows(warehouse: sa.Engine, table: sa.Table) -> list[sa.RowMapping]:
    with warehouse.connect() as connection:
        return list(connection.execute(sa.select(table).order_by(*list(table.c)[:3])).mappings())


def test_values_arrive_as_read(warehouse: sa.Engine, readings: list[Reading]) -> None:
    load_all(warehouse, readings)
    for sheet, raw in tables.raw.items():
        expected = [reading.frames[sheet] for reading in readings if sheet in reading.frames]
        loaded = rows(warehouse, raw)
        given = [row for frame in expected for row in frame.to_dicts()]
        assert len(loaded) == len(given) > 0
        for one, other in zip(loaded, given, strict=True):
            for name, value in other.items():
                if name in ("received", "row_numbers"):
                    value = json.loads(value) if value else None
                elif isinstance(value, float):
                    assert float(one[name]) == value
                    continue
                assert one[name] == value, name


def test_findings_sheets_and_ledger(warehouse: sa.Engine, readings: list[Reading]) -> None:
    load_all(warehouse, readings)
    found = {(row["submission_id"], row["rule"], row["cell"]) for row in rows(warehouse, tables.reading_finding)}
    assert found == {
        ("PE-01-0001", "C09", "F2"),
        ("PE-01-0002", "F10", None),
        ("PE-01-0002", "C06", "F2"),
        ("PE-01-0002", "C05", "B2"),
        ("PE-01-0002", "C04", "D2"),
        ("PE-01-0003", "F01", None),
    }
    sheets = rows(warehouse, tables.sheet_reading)
    assert len(sheets) == 3 * 7
    practices = next(row for row in sheets if (row["submission_id"], row["sheet"]) == ("PE-01-0001", "practices"))
    assert (practices["file_sheet"], practices["is_judged"], practices["header_row"], practices["row_count"]) == (
        "practices",
        True,
        1,
        3,
    )
    assert practices["column_letters"]["unit"] == "F"
    ledger = rows(warehouse, tables.submission)
    assert [(row["status"], row["period"], row["language"]) for row in ledger] == [
        ("read", "2024-S1", "es"),
        ("read", "2023-S2", "es"),
        ("read", None, None),
    ]
    assert [row["reading"].get("container") for row in ledger] == ["xlsx", "zip", None]
    assert ledger[2]["reading"]["refused"]["rule"] == "F01"


def test_loading_again_replaces(warehouse: sa.Engine, readings: list[Reading]) -> None:
    load_all(warehouse, readings)
    before = [rows(warehouse, table) for table in (*tables.raw.values(), tables.sheet_reading)]
    load_all(warehouse, readings)
    assert [rows(warehouse, table) for table in (*tables.raw.values(), tables.sheet_reading)] == before
    assert len(rows(warehouse, tables.reading_finding)) == 6
    load_all(warehouse, [readings[2]] * 3)
    assert [rows(warehouse, table) for table in tables.raw.values()] == [[]] * 7


def _set(warehouse: sa.Engine, **values: str) -> None:
    with warehouse.begin() as connection:
        connection.execute(sa.update(tables.submission).values(**values))


def test_what_was_read_with_other_lists_is_read_again_and_keeps_its_status(
    warehouse: sa.Engine, readings: list[Reading]
) -> None:
    """What was judged is left alone by a night that comes late, unless it was read otherwise than today."""
    load_all(warehouse, readings)
    before = [rows(warehouse, table) for table in tables.raw.values()]
    _set(warehouse, status="accepted")
    load_all(warehouse, [readings[2]] * 3)
    assert [rows(warehouse, table) for table in tables.raw.values()] == before
    _set(warehouse, read_with="other lists")
    load_all(warehouse, [readings[2]] * 3)
    assert [rows(warehouse, table) for table in tables.raw.values()] == [[]] * 7
    ledger = rows(warehouse, tables.submission)
    assert {(row["status"], row["read_with"], row["period"]) for row in ledger} == {
        ("accepted", reading_fingerprint(), None)
    }


def test_a_duplicate_has_no_rows(warehouse: sa.Engine, readings: list[Reading]) -> None:
    _set(warehouse, status="duplicate", read_with="other lists")
    load_all(warehouse, readings)
    assert [rows(warehouse, table) for table in tables.raw.values()] == [[]] * 7


def test_a_copy_that_was_replaced_meanwhile_is_not_loaded(warehouse: sa.Engine, readings: list[Reading]) -> None:
    """An erasure came between reading and loading: what was read says what was erased."""
    copies = {SUBMISSIONS[0]: "x", SUBMISSIONS[1]: "before", SUBMISSIONS[2]: "x"}
    with warehouse.begin() as connection:
        load(connection, zip(SUBMISSIONS, readings, strict=True), copies)
    assert [row["status"] for row in rows(warehouse, tables.submission)] == ["read", "landed", "read"]
    assert {row["submission_id"] for row in rows(warehouse, tables.raw["cover"])} == {SUBMISSIONS[0]}


def test_a_batch_arrives_whole_or_not_at_all(warehouse: sa.Engine, readings: list[Reading]) -> None:
    broken = readings[1].frames["sales" if "sales" in readings[1].frames else "jobs"]
    twice = Reading(None, None, {}, {"jobs": broken.vstack(broken)}, [], readings[1].findings)
    with pytest.raises(Exception, match="duplicate key"):
        load_all(warehouse, [readings[0], twice, readings[2]])
    assert rows(warehouse, tables.raw["cover"]) == []
    assert {row["status"] for row in rows(warehouse, tables.submission)} == {"landed"}
