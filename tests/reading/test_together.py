"""Files that are read together are read as each of them is alone."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from include.stage3_reading.confined.reader import ConfinedReader
from include.stage3_reading.container.limits import MEGABYTE, Limits
from include.stage3_reading.sheets import reading as stage
from include.stage3_reading.sheets.reading import Reading, read_files
from tests.fixtures.make import FILES, FOLDER
from tests.reading.deliveries import cover_rows, good_sheets, read_file, rewritten, table, write_archive, write_workbook


def assert_same(ours: Reading, theirs: Reading) -> None:
    """What is equal to the last type; findings in any order."""
    assert (ours.period, ours.language, ours.details) == (theirs.period, theirs.language, theirs.details)
    assert ours.sheets == theirs.sheets
    assert sorted(map(str, ours.findings.rows())) == sorted(map(str, theirs.findings.rows()))
    assert ours.findings.schema == theirs.findings.schema
    assert list(ours.frames) == list(theirs.frames)
    for sheet, frame in theirs.frames.items():
        assert ours.frames[sheet].schema == frame.schema
        assert ours.frames[sheet].equals(frame)


@pytest.fixture(scope="module")
def alone() -> dict[str, Reading]:
    """Reading of each file of the corpus."""
    return {name: read_file(FOLDER / name, name, Limits()) for name in sorted(FILES)}


@pytest.mark.parametrize("seed", range(3))
def test_the_corpus_of_faults(alone: dict[str, Reading], seed: int) -> None:
    """Whatever is wrong with a file is wrong with that file, whichever stand beside it."""
    names = sorted(FILES)
    random.Random(seed).shuffle(names)
    together = read_files([(FOLDER / name, name) for name in names], Limits())
    for name, reading in zip(names, together, strict=True):
        assert_same(reading, alone[name])


def test_a_small_share_of_files_at_a_time(alone: dict[str, Reading], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "_TOGETHER_BYTES", MEGABYTE // 16)
    for name, reading in zip(alone, read_files([(FOLDER / name, name) for name in alone], Limits()), strict=True):
        assert_same(reading, alone[name])


def test_what_depends_on_the_file(tmp_path: Path) -> None:
    """Decimal mark, date system, container, and columns in another order, or left out, or in another place."""
    ambiguous = table("sales", {"current_amount": "1.234", "current_start": "45292"})
    turned = [row[::-1] for row in table("jobs", {"current_fte": "2,500"}, {})]
    narrow = [row[:7] for row in table("jobs", {}, {}, {})]
    files = [
        write_workbook(tmp_path / "a.xlsx", good_sheets(sales=ambiguous)),
        write_workbook(tmp_path / "b.xlsx", good_sheets(sales=ambiguous, cover=cover_rows(decimal_mark=","))),
        write_workbook(tmp_path / "c.xlsx", good_sheets(sales=ambiguous, cover=cover_rows(decimal_mark="."))),
        write_workbook(tmp_path / "d.xlsx", good_sheets(sales=ambiguous, jobs=turned), date_1904=True),
        write_archive(tmp_path / "e.zip", {f"{key}.csv": rows for key, rows in good_sheets(sales=ambiguous).items()}),
        write_workbook(tmp_path / "f.xlsx", good_sheets(jobs=narrow, practices=table("practices", {"unit": "#N/A"}))),
        write_archive(tmp_path / "g.zip", {"practicas.csv": table("practices", {"unit": "#N/A"})}),
        write_workbook(tmp_path / "h.xlsx", good_sheets(jobs=[[], ["about"], *turned], sales=None)),
        write_workbook(tmp_path / "i.xlsx", {"cover": [], "other": [["x"]]}),
    ]
    together = read_files([(path, path.name) for path in files], Limits())
    for path, reading in zip(files, together, strict=True):
        assert_same(reading, read_file(path, path.name, Limits()))
    amounts = [reading.frames["sales"]["current_amount"].to_list() for reading in together[:5]]
    assert amounts == [[None], [1234.0], [1.234], [None], [None]]
    starts = [reading.frames["sales"]["current_start"][0].year for reading in together[:5]]
    assert starts == [2024, 2024, 2024, 2028, 2024]


def test_a_fault_that_shows_late_is_its_files_own(tmp_path: Path) -> None:
    """A cell of no known type is found when the cells of all files are one frame."""
    good = write_workbook(tmp_path / "good.xlsx", good_sheets())
    bad = rewritten(
        good, tmp_path / "bad.xlsx", {"xl/worksheets/sheet3.xml": lambda xml: xml.replace(b't="s"', b't="q"')}
    )
    readings = read_files([(path, path.name) for path in (good, bad, good, good, good)], Limits())
    assert ["refused" in reading.details for reading in readings] == [False, True, False, False, False]
    for reading in readings[2:]:
        assert_same(reading, readings[0])


def test_handed_over_by_the_child(alone: dict[str, Reading]) -> None:
    with ConfinedReader(Limits()) as reader:
        for name, reading in zip(alone, reader.read_files([(FOLDER / name, name) for name in alone]), strict=True):
            assert_same(reading, alone[name])
