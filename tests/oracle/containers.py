"""Files to grids of cells (``submission.md``: Delivery, Safety limits, Reading a sheet)."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePosixPath

import openpyxl

from tests.oracle.cells import BLANK, Cell, Grid
from tests.oracle.contract import load_contract
from tests.oracle.text import ERROR_NAMES, label_key

MB = 1_000_000
MIB = 1024 * 1024


class Refused(Exception):
    """The file cannot be read (F01) or must not be (F02)."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


#: First row, first column and last row of a merged range, from 1.
Range = tuple[int, int, int]


@dataclass
class Page:
    """A sheet of a file; ``names`` are what it may be called (an entry of an archive may be named in several ways)."""

    names: list[str]
    grid: Grid
    merged: list[Range] = field(default_factory=list)
    hidden: bool = False
    is_csv: bool = False


#: Parts of a workbook that somebody reads.
READ = re.compile(
    r"(\[Content_Types\]\.xml|_rels/\.rels|xl/(workbook|styles|sharedStrings)\.xml|xl/_rels/workbook\.xml\.rels"
    r"|xl/worksheets/[^/]+\.xml)"
)


def read_book(name: str, content: bytes) -> list[Page]:
    """The sheets of a delivery in file order, or :class:`Refused`."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in (".xlsx", ".zip"):
        raise Refused("F01")
    if len(content) > 50 * MIB:
        raise Refused("F02")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
    except Exception as broken:
        raise Refused("F01") from broken
    _check_parts(archive, parts)
    if suffix == ".zip":
        return _csv_sheets(archive)
    if "xl/workbook.xml" not in archive.namelist():
        raise Refused("F01")
    for part in parts:
        if READ.fullmatch(part.filename) and re.search(rb"<!(DOCTYPE|ENTITY)", archive.read(part)):
            raise Refused("F02")
        if re.match(r"xl/worksheets/[^/]+\.xml$", part.filename):
            _check_extent(archive.read(part))
    try:
        return _xlsx_sheets(content)
    except Exception as broken:
        raise Refused("F01") from broken


def _check_parts(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > 2000 or sum(p.file_size for p in parts) > 1024 * MIB:
        raise Refused("F02")
    for part in parts:
        path = part.filename.replace("\\", "/")
        if path.startswith("/") or re.match(r"[A-Za-z]:", path) or ".." in path.split("/"):
            raise Refused("F02")
        if part.file_size > 10 * MIB and part.file_size > 200 * part.compress_size:
            raise Refused("F02")
        if path.lower().endswith("vbaproject.bin"):
            raise Refused("F02")
        if part.flag_bits & 1:
            raise Refused("F01")
        try:
            archive.read(part)
        except Exception as broken:
            raise Refused("F01") from broken


def _check_extent(sheet: bytes) -> None:
    for letters, digits in re.findall(rb'<c [^>]*r="([A-Z]+)([0-9]+)"', sheet):
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        if column > 256 or int(digits) > 500_000:
            raise Refused("F02")


def _xlsx_sheets(content: bytes) -> list[Page]:
    stored = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    typed = openpyxl.load_workbook(io.BytesIO(content), data_only=False)
    never_calculated = bool(typed.calculation and typed.calculation.fullCalcOnLoad)
    sheets = []
    for sheet in stored.worksheets:
        formulas = typed[sheet.title]
        grid = []
        for row in sheet.iter_rows():
            cells = []
            for cell in row:
                source = formulas.cell(cell.row, cell.column)
                formula = getattr(source, "data_type", "n") == "f"
                zero = cell.value == 0 and not isinstance(cell.value, (bool, str))
                hollow = cell.value is None or (never_calculated and zero)
                cells.append(Cell("hollow") if formula and hollow else _xlsx_cell(cell))
            grid.append(cells)
        merged = [(r.min_row, r.min_col, r.max_row) for r in sheet.merged_cells.ranges]
        sheets.append(Page([sheet.title], grid, merged, hidden=sheet.sheet_state != "visible"))
    return sheets


def _xlsx_cell(cell: object) -> Cell:
    value, kind = cell.value, getattr(cell, "data_type", "n")  # type: ignore[attr-defined]
    if value is None:
        return BLANK
    if kind == "e":
        return Cell("error", str(value))
    if isinstance(value, bool):
        return Cell("bool", value)
    if isinstance(value, dt.datetime):
        return Cell("date", value.date())
    if isinstance(value, dt.date):
        return Cell("date", value)
    if isinstance(value, (int, float)):
        shape = str(cell.number_format)  # type: ignore[attr-defined]
        return Cell("number", Decimal(repr(value)), zeros=len(shape) if set(shape) == {"0"} else 0)
    return Cell("text", str(value))


def _csv_sheets(archive: zipfile.ZipFile) -> list[Page]:
    sheets = []
    for part in archive.infolist():
        path = PurePosixPath(part.filename.replace("\\", "/"))
        if part.is_dir() or path.suffix.lower() != ".csv" or path.name.startswith("."):
            continue
        if "__MACOSX" in path.parts:
            continue
        sheets.append(Page(_entry_names(part), _csv_grid(archive.read(part)), is_csv=True))
    if not sheets:
        raise Refused("F01")
    return sheets


def _entry_names(part: zipfile.ZipInfo) -> list[str]:
    """What an entry may be called: without the UTF-8 flag in one of four encodings, as it stands or behind a title."""
    read = [part.filename]
    if not part.flag_bits & 0x800:
        read = []
        for encoding in ("utf-8", "cp437", "cp850", "cp1252"):
            with suppress(UnicodeError):
                read.append(part.filename.encode("cp437").decode(encoding))
    stems = [PurePosixPath(name.replace("\\", "/")).stem for name in read]
    return [name for stem in stems for name in (stem, stem.rpartition(" - ")[2])]


def _csv_grid(content: bytes) -> Grid:
    """UTF-8 with or without BOM, else Windows-1252; the separator that makes most labels recognisable."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    known = {key for labels in load_contract().column_labels.values() for key in labels}
    best: list[list[str]] = []
    best_score = (-1, -1)
    for separator in ",;\t|":
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        hits = max((sum(label_key(v) in known for v in row) for row in rows[:20]), default=0)
        score = (hits, sum(len(row) > 1 for row in rows))
        if score > best_score:
            best, best_score = rows, score
    return [[_csv_cell(value) for value in row] for row in best]


def _csv_cell(value: str) -> Cell:
    if value.strip().upper() in ERROR_NAMES:
        return Cell("error", value.strip())
    return Cell("text", value) if value != "" else BLANK
