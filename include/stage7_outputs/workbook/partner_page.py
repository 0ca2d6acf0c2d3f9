"""A page of the workbook that shows one of the partner's sheets, faulty cells coloured and commented."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter

import polars as pl
from xlsxwriter.worksheet import Worksheet

from include.contract.catalogue import SEVERITIES
from include.stage3_reading.cells.sheet_cells import SheetCells
from include.stage7_outputs.findings.deliveries import Finding
from include.stage7_outputs.workbook.cells_page import Cell, write_cells
from include.stage7_outputs.workbook.inert import Look, Properties
from include.stage7_outputs.workbook.marks import COLOURS, ROW_COLOURS, Marks, comment, worst
from include.stage7_outputs.workbook.notes_page import write_note
from include.stage7_outputs.workbook.pages import Pages

#: Comments in a workbook; beyond that spreadsheets get slow, and the list has everything anyway.
COMMENTS_MAX = 5_000
#: A larger sheet shows only its header and the rows with findings.
CELLS_MAX = 500_000
#: Three lines: labels are wrapped, and not every program works out how high their row has to be.
_HEADER_POINTS = 45

_PLACE = itemgetter(0, 1)
#: Row and column from 0, kind, raw (None: a blank cell) and number.
_Received = tuple[int, int, int, str | None, float | None]

#: Sheet -> places (row and column from 0; no column: the row) that get a comment.
Places = dict[str, set[tuple[int, int | None]]]


def places_to_comment(pages: Pages) -> Places:
    """Every place with findings; the worst ones only where there are too many."""
    places: list[tuple[int, str, int, int | None]] = []
    for sheet in pages.names:
        found = pages.marks.get(sheet, Marks())
        at_cells = ((row, column, at) for row, cells in found.cells.items() for column, at in cells.items())
        places += [(_order(at), sheet, row, column) for row, column, at in at_cells]
        places += [(_order(at), sheet, row, None) for row, at in found.rows.items()]
    if len(places) > COMMENTS_MAX:
        places.sort(key=lambda place: place[0])
        pages.notices.append(pages.reader.word("summary.many_comments", list=pages.reader.word("page.list")))
    chosen: Places = defaultdict(set)
    for _, sheet, row, column in places[:COMMENTS_MAX]:
        chosen[sheet].add((row, column))
    return chosen


def write_partner_page(worksheet: Worksheet, sheet: SheetCells, pages: Pages, places: Places) -> None:
    """The sheet as sent, each cell at its own address."""
    found = pages.marks.get(sheet.key or "", Marks())
    place = pages.delivery.sheets.get(sheet.key or "")
    header = place.header_row if place else None
    only: set[int] | None = None
    if len(sheet.frame) > CELLS_MAX:
        only = {row + 1 for row in found.marked_rows} | ({header} if header else set(range(1, 21)))
        pages.notices.append(pages.reader.word("summary.cut_sheet", sheet=worksheet.get_name()))
    if header:
        worksheet.freeze_panes(header, 0)
        worksheet.set_row(header - 1, _HEADER_POINTS)
    worksheet.set_landscape()
    worksheet.fit_to_pages(1, 0)
    worksheet.set_column(0, sheet.width, 16)
    looks = _Looks(found, header, pages)
    cells = _with_blank_marks(sheet, found, only)
    first_column = {cell[0]: cell[1] for cell in reversed(cells) if cell[0] in found.rows}
    write_cells(worksheet, looks.of(cells), looks.made, pages.writer)
    _write_comments(worksheet, first_column, found, places.get(sheet.key or "", set()), pages)


class _Looks:
    """The looks of a sheet's cells."""

    def __init__(self, found: Marks, header: int | None, pages: Pages) -> None:
        self._found, self._header, self._pages = found, header, pages
        self.made: list[Look] = []
        self._numbers: dict[int, int] = {}

    def of(self, cells: Iterable[_Received]) -> Iterator[Cell]:
        """The cells with their looks, as positions in ``made``."""
        last, marked, plain = -1, {}, 0
        for row, column, kind, raw, number in cells:
            if row != last:
                last, marked, plain = row, self._found.cells.get(row, {}), self._number([], row)
            look = self._number(marked[column], row) if column in marked else plain
            yield row, column, kind, raw, number, look

    def _number(self, at: list[Finding], row: int) -> int:
        look = _look(at, self._found.rows.get(row, []), row + 1 == self._header, self._pages)
        if id(look) not in self._numbers:
            self._numbers[id(look)] = len(self.made)
            self.made.append(look)
        return self._numbers[id(look)]


def _write_comments(
    worksheet: Worksheet,
    first_column: Mapping[int, int],
    found: Marks,
    chosen: set[tuple[int, int | None]],
    pages: Pages,
) -> None:
    """What is said of a cell at the cell, and of a row at its first one."""
    for row in sorted(found.marked_rows):
        said = defaultdict[int, list[Finding]](list)
        for column, at in found.cells.get(row, {}).items():
            said[column] += at if (row, column) in chosen else []
        said[first_column.get(row, 0)] += found.rows.get(row, []) if (row, None) in chosen else []
        for column, findings in said.items():
            _write_comment(worksheet, row, column, findings, pages)


def _order(findings: list[Finding]) -> int:
    return [*SEVERITIES, "waived"].index(worst(findings))


def _with_blank_marks(sheet: SheetCells, found: Marks, only: set[int] | None) -> list[_Received]:
    """Cells by row and column, from 0, and the blank ones with findings (raw None)."""
    cells = sheet.cells(only).with_columns(pl.col("row", "column") - 1).rows()
    marked = {(row, column) for row, columns in found.cells.items() for column in columns}
    blank = marked.difference([(cell[0], cell[1]) for cell in cells if cell[0] in found.cells])
    return sorted([*cells, *((*place, 0, None, None) for place in blank)], key=_PLACE) if blank else cells


def _look(at: list[Finding], whole: list[Finding], is_header: bool, pages: Pages) -> Look:
    look: Properties = {"bold": True, "text_wrap": True, "valign": "top"} if is_header else {}
    if at:
        look = {**look, "bg_color": COLOURS[worst(at)], "border": 1}
    elif whole:
        look = {**look, "bg_color": ROW_COLOURS[worst(whole)]}
    return pages.writer.look(look)


def _write_comment(worksheet: Worksheet, row: int, column: int, findings: list[Finding], pages: Pages) -> None:
    if not findings:
        return
    text = comment(findings, pages.reader, pages.said)
    lines = sum(1 + len(line) // 48 for line in text.split("\n"))
    write_note(worksheet, row, column, text, min(26 + 15 * lines, 600))
