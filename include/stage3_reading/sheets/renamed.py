"""Sheets under a name that is none of the contract's, and which missing sheet their header says they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from include.contract import Sheet, load_contract
from include.formats.labels import HEADER_ROWS, recognise_column
from include.stage3_reading.cells.contents import FileSheet
from include.stage3_reading.cells.grid import Grid
from include.stage3_reading.sheets.header import find_header

#: Rows of a sheet that may be those of a cover.
_COVER_ROWS = 2 * HEADER_ROWS


def renamed(every: Iterable[FileSheet], found: Mapping[str, FileSheet]) -> dict[str, str]:
    """Name of a sheet in the file -> key of the missing sheet whose columns it has; a missing sheet at most once.

    A remark for the answer alone: the sheet is not read.
    """
    missing = [sheet for sheet in load_contract().sheets.values() if sheet.key not in found]
    unknown = [sheet for sheet in every if sheet.key is None] if missing else []
    fitting = sorted(
        (-_columns(sheet, one.grid), place, sheet.key, one.name)
        for place, one in enumerate(unknown)
        for sheet in missing
        if _columns(sheet, one.grid)
    )
    seems: dict[str, str] = {}
    for _, _, key, name in fitting:  # the one with most of its columns first
        if name not in seems and key not in seems.values():
            seems[name] = key
    return seems


def _columns(sheet: Sheet, grid: Grid) -> int:
    """How many columns (on the cover: fields) of the sheet are recognised; 0 where they are too few to be it."""
    if sheet.kind == "cover":
        texts = (next(iter(cells.values())) for _, cells in grid.head(_COVER_ROWS))
        fields = {recognise_column(sheet.key, text) for text in texts} - {None}
        required = {column.key for column in sheet.required_columns}
        return len(fields) if 3 * len(fields & required) >= 2 * len(required) else 0
    header = find_header(sheet, grid)
    return len(header.columns) if header else 0
