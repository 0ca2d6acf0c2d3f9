"""The same content, written by the programs partners use, gives the same reading.

``tests/fixtures/writers`` keeps a workbook of each, so that the test needs none of them; where one is installed, it
writes the workbook anew. To keep new ones: ``python -m tests.reading.test_writers`` where all are installed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from include.stage3_reading.sheets.reading import Reading
from tests.reading.deliveries import cover_rows, good_sheets, places, read, table, write_workbook

FOLDER = Path(__file__).parents[1] / "fixtures" / "writers"
SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def content() -> dict[str, list[list[Any]]]:
    """Texts that need escaping, numbers of every size, dates, booleans, blank cells and rows."""
    practices: list[dict[str, Any]] = [
        {
            "unit": 'kg & <m³> "x"',
            "baseline_value": 1e-7,
            "current_value": 123456789012.25,
            "since_date": date(2023, 5, 1),
        },
        {"unit": "  dos  blancos ", "baseline_value": 0, "current_value": 0.1, "since_date": date(1999, 12, 31)},
        {"unit": "línea\nnueva", "practice": "nada", "current_value": "1.234", "since_date": "31/12/2023"},
        {"unit": "007", "current_value": 0.333333333333333},  # as many digits as every program keeps
    ]
    return good_sheets(
        cover=cover_rows(nothing_to_report=False, declared_green_jobs=3),
        enterprises=table("enterprises", {"tax_id": 20527099804, "isic_class": 111}, {"enterprise_ref": "Ñ 2"}),
        practices=table("practices", *practices),
    )


# --- writers ------------------------------------------------------------------------------------------------------


def _openpyxl(path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in content().items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def _pyexcelerate(path: Path) -> None:
    pyexcelerate = pytest.importorskip("pyexcelerate")
    book = pyexcelerate.Workbook()
    for name, rows in content().items():
        sheet = book.new_sheet(name)
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row, 1):
                if isinstance(cell, date):
                    sheet.set_cell_value(number, column, datetime(cell.year, cell.month, cell.day))
                    style = pyexcelerate.Style(format=pyexcelerate.Format("dd/mm/yyyy"))
                    sheet.set_cell_style(number, column, style)
                elif cell is not None:
                    sheet.set_cell_value(number, column, cell)
    book.save(str(path))


def _xlsxwriter(**options: Any) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        write_workbook(path, content(), **options)

    return write


def _libreoffice(path: Path) -> None:
    if not SOFFICE:
        pytest.skip("LibreOffice is not here")
    with tempfile.TemporaryDirectory() as folder:
        source = write_workbook(Path(folder) / path.name, content())
        profile = f"-env:UserInstallation=file://{folder}/profile"
        subprocess.run(
            [SOFFICE, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(path.parent), str(source)],
            check=True,
            capture_output=True,
            timeout=180,
        )


def _javascript(library: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        node = shutil.which("node")
        found = node and subprocess.run([node, "-e", f"require('{library}')"], capture_output=True, env=os.environ)
        if not node or not found or found.returncode:
            pytest.skip(f"{library} is not here")
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            json.dump(content(), file, default=lambda value: {"date": value.isoformat()})
            file.flush()
            subprocess.run([node, str(FOLDER / "write.js"), library, file.name, str(path)], check=True, timeout=60)

    return write


WRITERS: dict[str, Callable[[Path], None]] = {
    "openpyxl": _openpyxl,
    "xlsxwriter": _xlsxwriter(),
    "xlsxwriter_constant_memory": _xlsxwriter(constant_memory=True),
    "pyexcelerate": _pyexcelerate,
    "libreoffice": _libreoffice,
    "exceljs": _javascript("exceljs"),
    "sheetjs": _javascript("xlsx"),
}


# --- the same reading -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    reading = read(write_workbook(tmp_path_factory.mktemp("expected") / "a.xlsx", content()))
    assert reading.frames["practices"]["current_value"].to_list() == [123456789012.25, 0.1, None, 0.333333333333333]
    assert places(reading) == {("C05", "practices", 4, "practice"), ("C03", "practices", 4, "current_value")}
    return reading


def check(path: Path, expected: Reading) -> None:
    reading = read(path)
    assert sorted(reading.findings.rows(), key=str) == sorted(expected.findings.rows(), key=str)
    for sheet, frame in expected.frames.items():
        assert reading.frames[sheet].rows(named=True) == frame.rows(named=True)


@pytest.mark.parametrize("name", WRITERS)
def test_a_workbook_it_wrote(name: str, expected: Reading) -> None:
    check(FOLDER / f"{name}.xlsx", expected)


@pytest.mark.parametrize("name", WRITERS)
def test_a_workbook_it_writes(name: str, expected: Reading, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / "a.xlsx")
    check(tmp_path / "a.xlsx", expected)


if __name__ == "__main__":
    for name, write in WRITERS.items():
        write(FOLDER / f"{name}.xlsx")
