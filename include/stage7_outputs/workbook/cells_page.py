"""A worksheet on which what repeats is made once.

Most cells of a partner's sheet hold what another one holds, in the same look. xlsxwriter checks and writes the first of
them; the others take what it made of that one, at their own address. The file is the same byte by byte.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TextIO

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import CellStringTuple, Worksheet

from include.stage7_outputs.workbook.inert import InertWriter, Look

#: Row and column from 0, kind, raw and number of ``stage3_reading.cells.grid``, and a position in a list of looks.
Cell = tuple[int, int, int, str | None, float | None, int]

#: Rows of a block whose first and last column the file names at each of its rows.
_BLOCK = 16


class CellsPage(Worksheet):  # type: ignore[misc]  # xlsxwriter says no types
    """A worksheet in memory with nothing on it but what :meth:`write_cells` is given, and comments."""

    fh: TextIO

    def write_cells(self, cells: Iterable[Cell], looks: Sequence[Look], writer: InertWriter) -> None:
        """Write cells in the order of rows, then columns, each as ``writer`` writes it; to be called once."""
        #: row -> its cells' columns, and positions in ``firsts``
        self._rows: dict[int, list[tuple[int, int]]] = {}
        #: where what other cells hold, too, stands first
        self._firsts: list[tuple[int, int]] = []
        repeats: list[int] = []
        known: dict[tuple[int, str | None, float | None, int], int] = {}
        rows_end, columns_end, in_row, last = self.xls_rowmax, self.xls_colmax, [], -1
        for row, column, kind, raw, number, look in cells:
            if row >= rows_end or column >= columns_end:
                continue
            first = known.get(content := (kind, raw, number, look))
            if first is None:
                writer.cell(self, row, column, kind, raw, number, looks[look])
                if column not in self.table[row]:  # an empty text in no look is no cell
                    continue
                known[content] = first = len(self._firsts)
                self._firsts.append((row, column))
                repeats.append(0)
            else:
                repeats[first] += 1
            if row != last:
                in_row, last = self._rows.setdefault(row, []), row
            in_row.append((column, first))
        for (row, column), times in zip(self._firsts, repeats, strict=True):
            if isinstance(self.table[row][column], CellStringTuple):
                self.str_table.count += times  # cells with a text; the text itself is in the file once
        for row, at in self._rows.items():
            self._check_dimensions(row, at[0][0])
            self._check_dimensions(row, at[-1][0])

    def _write_rows(self) -> None:
        """Write the rows' XML, as xlsxwriter's own method does cell by cell."""
        self._calculate_spans()
        letters = [xl_col_to_name(column) for column in range(self.dim_colmax + 1)]
        made = [self._after_the_address(row, column) for row, column in self._firsts]
        for row in sorted({*self._rows, *self.row_info, *self.comments}):
            span, look = self.row_spans.get(row // _BLOCK), self.row_info.get(row)
            if cells := self._rows.get(row):
                self._write_row(row, span, look)
                self.fh.write("".join([f'<c r="{letters[column]}{row + 1}{made[first]}' for column, first in cells]))
                self._xml_end_tag("row")
            else:
                self._write_empty_row(row, span, look)

    def _after_the_address(self, row: int, column: int) -> str:
        """What xlsxwriter writes of a cell behind its address."""
        file, self.fh = self.fh, io.StringIO()
        self._write_cell(row, column, self.table[row][column])
        written, self.fh = self.fh.getvalue(), file
        return written.removeprefix(f'<c r="{xl_col_to_name(column)}{row + 1}')

    def _calculate_spans(self) -> None:
        """First and last column of each block of rows, comments included."""
        blocks: dict[int, list[int]] = {}
        for row, cells in self._rows.items():
            blocks.setdefault(row // _BLOCK, []).extend((cells[0][0], cells[-1][0]))
        for row, comments in self.comments.items():
            blocks.setdefault(row // _BLOCK, []).extend(comments)
        self.row_spans = {block: f"{min(columns) + 1}:{max(columns) + 1}" for block, columns in blocks.items()}
