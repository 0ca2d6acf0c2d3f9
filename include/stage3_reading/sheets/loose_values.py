"""Values in data rows that no label claims: nothing a partner wrote vanishes without a word."""

from __future__ import annotations

import numpy as np

from include.contract import Sheet
from include.formats.text import EMPTY, fold
from include.stage3_reading.cells.addresses import column_letters
from include.stage3_reading.cells.grid import Grid
from include.stage3_reading.sheets.findings import Findings
from include.stage3_reading.sheets.header import Header

#: Rows of a column that are named, since whether one of them is no data row is known only later (R05). Of a column
#: that holds values in more rows than that, a finding without a row says that some of them are data rows.
_ROWS_NAMED = 1_000


def report_loose_values(file: int, sheet: Sheet, grid: Grid, header: Header, findings: Findings) -> None:
    """F12 or F09 of columns without a label that hold values below the header, and C11 of rows wider than it.

    F12 where a column of the contract is missing from the sheet. A finding a row and column, with the letter as value
    and the address of the empty label; validation makes one a column of them.
    """
    row, column = (grid.cells[name].to_numpy() for name in ("row", "column"))
    width = grid.widths.get(header.row)
    first = int(np.searchsorted(row, header.row, side="right"))
    row, column = row[first:], column[first:]
    texts = grid.cells["clean"].slice(first)

    def holds(place: int) -> bool:
        return fold(texts[place]) not in EMPTY

    if width is not None:
        wide = column > width
        for number in sorted({int(row[place]) for place in np.flatnonzero(wide) if holds(int(place))}):
            findings.add(file, "C11", sheet.key, row=number)
        column = np.where(wide, 0, column)
    labelled = [0, *header.columns.values(), *(number for _, number in (*header.repeated, *header.unknown))]
    loose = np.flatnonzero(~np.isin(column, labelled))
    if not len(loose):
        return
    rule = "F12" if any(one.key not in header.columns for one in sheet.columns) else "F09"
    for number in np.unique(column[loose]):
        at = loose[column[loose] == number]
        holding = [int(row[place]) for place in at if holds(int(place))][: _ROWS_NAMED + 1]
        named: list[int | None] = [*holding[:_ROWS_NAMED], *([None] if len(holding) > _ROWS_NAMED else [])]
        for one in named:
            letter = column_letters(int(number))
            findings.add(file, rule, sheet.key, row=one, number=int(number), at=header.row, value=letter)
