"""Recognising sheets, header rows and columns by key or label in any of the three languages."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, lru_cache

from include.contract import Sheet, load_contract
from include.stage3_reading.grid import Grid
from include.stage3_reading.text import fold_label

#: The header is looked for in so many rows.
HEADER_ROWS = 20


@lru_cache(maxsize=1)
def _sheet_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for sheet in load_contract().sheets.values():
        for name in (sheet.key, *sheet.labels.values()):
            names.setdefault(fold_label(name), sheet.key)
    return names


@cache
def _column_names(sheet: str) -> dict[str, str]:
    columns = load_contract().sheets[sheet].columns
    names = {fold_label(column.key): column.key for column in columns}
    for column in columns:
        for label in column.labels.values():
            names.setdefault(fold_label(label), column.key)
    return names


def recognise_sheet(name: str) -> str | None:
    """Key of the sheet of that name in the file."""
    return _sheet_names().get(fold_label(name))


def recognise_entry(stem: str) -> str | None:
    """Key of the sheet that a CSV entry holds: by its name, or by what follows the last `` - ``.

    That is how Google Sheets names what it exports: title of the workbook, `` - ``, name of the sheet.
    """
    return recognise_sheet(stem) or recognise_sheet(stem.rpartition(" - ")[2])


def recognise_column(sheet: str, label: str) -> str | None:
    """Key of the column (on the cover: the field) of that label."""
    return _column_names(sheet).get(fold_label(label))


@dataclass(frozen=True)
class Header:
    """A header row: column key -> column number in the file, of its first appearance."""

    row: int
    columns: dict[str, int]
    #: (key, column number) of every further appearance
    repeated: list[tuple[str, int]] = field(default_factory=list)
    #: (label, column number) of columns the contract does not know
    unknown: list[tuple[str, int]] = field(default_factory=list)


def find_header(sheet: Sheet, grid: Grid) -> Header | None:
    """The first of the first 20 rows in which at least two thirds of the required columns are recognised."""
    for row, texts in grid.head(HEADER_ROWS):
        header = _header(sheet, row, texts)
        recognised = sum(column.key in header.columns for column in sheet.required_columns)
        if 3 * recognised >= 2 * len(sheet.required_columns):
            return header
    return None


def _header(sheet: Sheet, row: int, texts: dict[int, str]) -> Header:
    header = Header(row, {})
    for number, text in texts.items():
        key = recognise_column(sheet.key, text)
        if key is None:
            header.unknown.append((text, number))
        elif key in header.columns:
            header.repeated.append((key, number))
        else:
            header.columns[key] = number
    return header
