"""What repeats on a partner's sheet is made once: the workbook is that of cell by cell, byte by byte."""

from __future__ import annotations

import zipfile
from itertools import product
from pathlib import Path

import polars as pl
import pytest
from xlsxwriter import Workbook

from include.stage3_reading.cells.grid import Kind
from include.stage3_reading.cells.sheet_cells import SheetCells
from include.stage7_outputs.findings.changes import changes
from include.stage7_outputs.findings.facts import Facts
from include.stage7_outputs.findings.groups import group
from include.stage7_outputs.workbook.workbook import write_workbook
from tests.feedback.made_up import delivery, finding

#: Kind, raw and number of cells, each of which stands on a sheet several times.
_HELD = (
    *((Kind.TEXT, text, None) for text in ("PE-01", "=1+1", "Ñandú <b> & \"c\"", " blank around ", "_x0041_", "")),
    *((Kind.TEXT, text, None) for text in ("\x07", "<r>1</r>", "😀" * 20_000, "7")),
    *((Kind.NUMBER, repr(number), number) for number in (7.0, 0.1, -0.0, 0.0, 1e21, 123456789012345.6)),
    (Kind.NUMBER, "9" * 400, None),
    (Kind.NUMBER, "1e999", float("inf")),
    (Kind.DATE, "2024-03-07", 19789.0),
    (Kind.DATE, "2024-03-07T12:30:00", 19789.52),
    (Kind.DATE, "1850-01-01", -43829.0),
    *((Kind.BOOLEAN, word, None) for word in ("TRUE", "FALSE")),
    (Kind.ERROR, "#N/A", None),
    (Kind.FORMULA, "=A1", None),
)  # fmt: skip


def _sheets() -> list[SheetCells]:
    places = [(row, column) for row, column in product(range(1, 60), range(1, 12)) if (row * column) % 7 != 3]
    places += [(70, 16_384), (70, 16_385), (200, 3)]  # far away, and beyond the last column
    cells = [(row, column, *_HELD[(5 * row + column) % len(_HELD)]) for row, column in places]
    schema = {"row": pl.Int32, "column": pl.Int32, "kind": pl.UInt8, "raw": pl.String, "number": pl.Float64}
    frame = pl.DataFrame([(r, c, int(kind), raw, number) for r, c, kind, raw, number in cells], schema, orient="row")
    return [
        SheetCells("Empleos", "jobs", frame),
        SheetCells("Otra", None, frame),
        SheetCells("No", None, frame.clear()),
    ]


def _parts(path: Path) -> dict[str, bytes]:
    made = delivery(
        *(finding("J02", row=int(cell.lstrip("ACZB")), cell=cell) for cell in ("A5", "C5", "ZZ17", "B90")),
        *(finding("R01", row=row, cell=None, column=None) for row in (5, 6, 99)),
        finding("C08", row=1, cell="B1"),
        finding("C05", row=8, cell="A8", waived=True, waiver_reason="seen"),
    )  # fmt: skip
    write_workbook(path, made, Facts(made), group(made), changes(made), _sheets())
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != "docProps/core.xml"}


def test_it_is_the_workbook_of_cell_by_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    together = _parts(tmp_path / "together.xlsx")
    monkeypatch.setattr("include.stage7_outputs.workbook.workbook.CellsPage", None)  # xlsxwriter's own page and book
    monkeypatch.setattr("include.stage7_outputs.workbook.workbook.Book", Workbook)
    one_by_one = _parts(tmp_path / "one by one.xlsx")
    assert list(together) == list(one_by_one)
    assert [name for name, part in one_by_one.items() if together[name] != part] == []
