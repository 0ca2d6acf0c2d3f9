"""A worksheet on which what repeats is made once.

Most cells of a page hold what another one holds, in the same look. What is written of the first of them, the others
take at their own address. The file is that of xlsxwriter's own page byte by byte, without its record and its checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TextIO

from xlsxwriter.format import Format
from xlsxwriter.utility import _utf16_truncate, xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from include.stage7_outputs.workbook.inert import InertWriter, Look
from include.stage7_outputs.workbook.notes_page import NotesPage

#: Row and column from 0, kind, raw and number of ``stage3_reading.cells.grid``, and a position in a list of looks.
Cell = tuple[int, int, int, str | None, float | None, int]

#: Rows of a block whose first and last column the file names at each of its rows.
_BLOCK = 16
_IS_TEXT = ' t="s"'


def write_cells(page: Worksheet, cells: Iterable[Cell], looks: Sequence[Look], writer: InertWriter) -> None:
    """Write cells in the order of rows, then columns, each as ``writer`` writes it; to be called once a page."""
    if isinstance(page, CellsPage):
        page.take(cells, looks, writer)
        return
    for row, column, kind, raw, number, look in cells:
        writer.cell(page, row, column, kind, raw, number, looks[look])


class CellsPage(NotesPage):
    """A worksheet in memory with nothing on it but the cells of :func:`write_cells`, its notes and links."""

    fh: TextIO

    def take(self, cells: Iterable[Cell], looks: Sequence[Look], writer: InertWriter) -> None:
        """Take what :func:`write_cells` is given."""
        #: row -> its cells' columns, and positions in ``contents``
        self._rows: dict[int, list[tuple[int, int]]] = {}
        #: format and XML of what cells hold
        self._contents: list[tuple[Format | None, str]] = []
        repeats: list[int] = []
        known: dict[tuple[int, str | None, float | None, int], int] = {}
        rows_end, columns_end, in_row, last = self.xls_rowmax, self.xls_colmax, [], -1
        for row, column, kind, raw, number, look in cells:
            if row >= rows_end or column >= columns_end:
                continue
            place = known.get(content := (kind, raw, number, look))
            if place is None:
                place = len(self._contents)
                writer.cell(self, row, column, kind, raw, number, looks[look])
                if place == len(self._contents):  # an empty text in no look is no cell
                    continue
                known[content] = place
                repeats.append(0)
            else:
                repeats[place] += 1
            if row != last:
                in_row, last = self._rows.setdefault(row, []), row
            in_row.append((column, place))
        for (_, written), times in zip(self._contents, repeats, strict=True):
            if written.startswith(_IS_TEXT):
                self.str_table.count += times  # cells with a text; the text itself is in the file once
        for row, at in self._rows.items():
            self._check_dimensions(row, at[0][0])
            self._check_dimensions(row, at[-1][0])

    # --- what ``InertWriter`` writes with, in place of xlsxwriter's own ---------------------------------------

    def write_string(self, _row: int, _column: int, text: str, look: Format | None = None) -> None:
        """What a cell with a text holds, of any length."""
        if len(text) > self.xls_strmax // 2:  # each character may count twice
            text = _utf16_truncate(text, self.xls_strmax)
        index = self.str_table._get_shared_string_index(text)
        self._contents.append((look, f"{_IS_TEXT}><v>{index}</v></c>"))

    def write_number(self, _row: int, _column: int, number: float, look: Format | None = None) -> None:
        """What a cell with a finite number holds."""
        self._contents.append((look, f"><v>{number:.16G}</v></c>"))

    def write_boolean(self, _row: int, _column: int, value: bool, look: Format | None = None) -> None:
        """What a cell with a truth value holds."""
        self._contents.append((look, f' t="b"><v>{value:d}</v></c>'))

    def write_blank(self, _row: int, _column: int, _blank: None, look: Format | None = None) -> None:
        """What a blank cell holds, which is there for its look."""
        if look:
            self._contents.append((look, "/>"))

    # --- what xlsxwriter writes the page with -----------------------------------------------------------------

    def _write_rows(self) -> None:
        """Write the rows' XML, as xlsxwriter's own method does cell by cell."""
        self._calculate_spans()
        letters = [xl_col_to_name(column) for column in range(self.dim_colmax + 1)]
        made = [f'" s="{look._get_xf_index()}"{xml}' if look else f'"{xml}' for look, xml in self._contents]
        for row in sorted({*self._rows, *self.row_info, *self.comments}):
            span, look = self.row_spans.get(row // _BLOCK), self.row_info.get(row)
            if cells := self._rows.get(row):
                if look:
                    self._write_row(row, span, look)
                else:
                    self.fh.write(f'<row r="{row + 1}" spans="{span}">')
                written = [f'<c r="{letters[column]}{row + 1}{made[place]}' for column, place in cells]
                self.fh.write(f"{''.join(written)}</row>")
            else:
                self._write_empty_row(row, span, look)

    def _calculate_spans(self) -> None:
        """First and last column of each block of rows, comments included."""
        blocks: dict[int, list[int]] = {}
        for row, cells in self._rows.items():
            blocks.setdefault(row // _BLOCK, []).extend((cells[0][0], cells[-1][0]))
        for row, comments in self.comments.items():
            blocks.setdefault(row // _BLOCK, []).extend(comments)
        self.row_spans = {block: f"{min(columns) + 1}:{max(columns) + 1}" for block, columns in blocks.items()}
