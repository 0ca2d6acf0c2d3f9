"""A registry file as a grid of cells, whatever program saved it: CSV of several kinds, or a workbook of one sheet.

The office writes these files, not a partner: openpyxl may open them, within limits that no registry comes near.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Collection
from datetime import date
from typing import Any

from include.formats.text import without_accents

#: What a cell holds: text in CSV, what the program keeps in a workbook.
Cell = str | int | float | bool | date | None
#: Its number as the office sees it (in CSV: records counted from 1), and its cells.
Record = tuple[int, list[Cell]]

MAX_BYTES = 20_000_000
MAX_INFLATED_BYTES = 200_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 256

_SEPARATORS = (",", ";", "\t")
_SEPARATOR_LINE = re.compile(r"sep=.", re.IGNORECASE)
#: How an ``.xls`` begins, and a workbook with a password.
_OLD_CONTAINER = b"\xd0\xcf\x11\xe0"


class FormError(ValueError):
    """The file cannot be read as a grid; the message says why and what to do. ``row`` where one is at fault."""

    def __init__(self, message: str, row: int | None = None):
        self.row = row
        super().__init__(message)


def column_key(label: Cell) -> str:
    """A column's label as it is compared: without case, accents and outer blanks, ``_`` for inner ones."""
    return "_".join(without_accents(str(label or "")).casefold().split())


def read_grid(name: str, data: bytes, columns: Collection[str]) -> list[Record]:
    """The records of the file ``name``, wholly blank ones aside; ``columns`` are those its header may have.

    Raises FormError.
    """
    if len(data) > MAX_BYTES:
        raise FormError(f"it has {len(data):,} bytes; a registry file has at most {MAX_BYTES:,}")
    records = _workbook(data) if name.casefold().endswith(".xlsx") else _csv(data, columns)
    return [record for record in records if any(_is_filled(cell) for cell in record[1])]


def _is_filled(cell: Cell) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def _csv(data: bytes, columns: Collection[str]) -> list[Record]:
    lines = io.StringIO(_decoded(data), newline="").readlines()
    skipped = 1 if lines and _SEPARATOR_LINE.fullmatch(lines[0].strip().strip('"')) else 0  # a hint for Excel
    head = next((line for line in lines[skipped:] if line.strip(" ,;\t\r\n")), "")
    known = {
        separator: sum(column_key(label) in columns for label in next(csv.reader([head], delimiter=separator), []))
        for separator in _SEPARATORS
    }
    separator = max(_SEPARATORS, key=lambda one: known[one])
    records: list[Record] = []
    reader = csv.reader(lines[skipped:], delimiter=separator, strict=True)
    try:
        for number, cells in enumerate(reader, start=1 + skipped):
            records.append((number, list(cells)))
    except csv.Error as error:
        raise FormError(
            f"it is not written as CSV is ({error}): a quote inside a value has to be doubled, and one that opens "
            "has to be closed",
            len(records) + 1 + skipped,
        ) from None
    return records


def _decoded(data: bytes) -> str:
    """UTF-8, with or without its mark; UTF-16 where a mark says so; else Windows-1252."""
    has_mark = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if has_mark else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise FormError("it is text in no encoding known here; save it as CSV UTF-8")


def _workbook(data: bytes) -> list[Record]:
    if data.startswith(_OLD_CONTAINER):
        raise FormError("it has a password or is an old .xls under that name; save it as .xlsx without a password")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            inflated = sum(part.file_size for part in package.infolist())
        if inflated > MAX_INFLATED_BYTES:
            raise FormError(f"it inflates to {inflated:,} bytes; a registry file has at most {MAX_INFLATED_BYTES:,}")
        return _only_sheet(data)
    except FormError:
        raise
    except Exception as error:  # whatever openpyxl meets in a damaged file
        raise FormError(
            f"it cannot be read as a workbook ({type(error).__name__}); open it, save it again as .xlsx"
        ) from None


def _only_sheet(data: bytes) -> list[Record]:
    """Records of the one sheet that holds anything."""
    import openpyxl  # most registries hold no workbook

    values, formulas = (
        openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=data_only, keep_links=False)
        for data_only in (True, False)
    )
    filled: dict[str, list[Record]] = {}
    for sheet, written in zip(values.worksheets, formulas.worksheets, strict=True):
        sheet.reset_dimensions()  # what a file says of its extent need not be so
        written.reset_dimensions()
        records: list[Record] = []
        for number, (row, sources) in enumerate(zip(sheet.rows, written.rows, strict=True), start=1):
            if number > MAX_ROWS or len(row) > MAX_COLUMNS:
                raise FormError(
                    f"sheet {sheet.title} goes beyond {MAX_ROWS:,} rows or {MAX_COLUMNS} columns; "
                    "delete what is far out"
                )
            cells = [_content(cell, source, number) for cell, source in zip(row, sources, strict=True)]
            records.append((number, cells))
        if any(_is_filled(cell) for _, cells in records for cell in cells):
            filled[sheet.title] = records
    if len(filled) > 1:
        raise FormError(f"it has several sheets with values ({', '.join(filled)}); keep one")
    only = next(iter(filled.values()), [])
    width = max((len(cells) for _, cells in only), default=0)
    return [(number, cells + [None] * (width - len(cells))) for number, cells in only]


def _content(cell: Any, source: Any, row: int) -> Cell:
    """What the cell of a sheet holds; ``source`` is the same cell with its formula."""
    value = cell.value
    if value is None:
        if source.data_type == "f":
            raise FormError("a formula was never calculated; open the file in Excel and save it", row)
        return None
    if isinstance(value, str | bool | date):
        return value
    if isinstance(value, int | float):
        shown = str(cell.number_format)
        # a code such as 007, which Excel keeps as a number and shows with its zeros
        return str(int(value)).zfill(len(shown)) if set(shown) == {"0"} and len(shown) > 1 else value
    return str(value)
