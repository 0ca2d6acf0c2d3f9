"""The header row of a sheet, and which column of the contract each of its labels is."""

from __future__ import annotations

from dataclasses import dataclass, field

from include.contract import Sheet
from include.formats.labels import HEADER_ROWS, recognise_column
from include.stage3_reading.cells.grid import Grid


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
