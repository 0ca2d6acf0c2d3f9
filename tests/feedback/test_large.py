"""What is too much for a spreadsheet degrades to the list, and the summary says so."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from include.stage3_reading.cells.csv_grid import csv_grid
from include.stage3_reading.cells.sheet_cells import SheetCells
from include.stage3_reading.container.limits import Limits
from include.stage7_outputs.findings.facts import Facts
from include.stage7_outputs.findings.groups import group
from include.stage7_outputs.workbook import partner_page, workbook
from include.stage7_outputs.workbook.workbook import write_workbook
from tests.feedback.made_up import delivery, finding


def _write(path: Path, rows: int, faulty: list[int]) -> openpyxl.Workbook:
    grid = csv_grid("a;b\n" + "".join(f"E{row};{row}\n" for row in range(2, rows + 1)), ";", Limits())
    made = delivery(
        *(finding("C09", "jobs", row) for row in faulty[1:]), finding("C05", "jobs", faulty[0], column="sex")
    )
    write_workbook(path, made, Facts(made), group(made), None, [SheetCells.of("empleos", "jobs", grid)])
    return openpyxl.load_workbook(path)


def _texts(sheet: object) -> str:
    return "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)  # type: ignore[attr-defined]


def test_only_the_worst_are_commented_where_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partner_page, "COMMENTS_MAX", 3)
    book = _write(tmp_path / "f.xlsx", 50, [40, *range(2, 32)])
    cells = [cell for row in book["empleos"].iter_rows() for cell in row]
    commented = [cell.coordinate for cell in cells if cell.comment]
    assert len(commented) == 3
    assert "A40" in commented  # the error
    assert sum(cell.fill.fgColor.rgb == "FFDDEBF7" for cell in cells) == 30
    assert "Hay demasiadas celdas" in _texts(book["Resumen"])
    assert book["Observaciones"].max_row == 32


def test_a_very_large_sheet_shows_header_and_faulty_rows_at_their_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partner_page, "CELLS_MAX", 100)
    book = _write(tmp_path / "f.xlsx", 400, [300, 5])
    shown = {cell.coordinate: cell.value for row in book["empleos"].iter_rows() for cell in row if cell.value}
    assert shown == {"A1": "a", "B1": "b", "A5": "E5", "B5": "5", "A300": "E300", "B300": "300"}
    assert "La hoja «empleos» es muy grande" in _texts(book["Resumen"])


def test_a_workbook_that_goes_to_disk_row_by_row_has_its_comments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_memory = _write(tmp_path / "small.xlsx", 50, [40, 2, 7])["empleos"]
    monkeypatch.setattr(workbook, "_LARGE", 0)
    on_disk = _write(tmp_path / "large.xlsx", 50, [40, 2, 7])["empleos"]
    small, large = (
        {cell.coordinate: (cell.value, cell.comment and cell.comment.text) for row in page.iter_rows() for cell in row}
        for page in (in_memory, on_disk)
    )
    assert small == large
    assert len([text for _, text in large.values() if text]) == 3
