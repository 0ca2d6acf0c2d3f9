"""A page of the workbook that shows one of the partner's sheets, faulty cells coloured and commented."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from operator import itemgetter

import polars as pl
from xlsxwriter.worksheet import Worksheet

from include.contract.catalogue import SEVERITIES
from include.stage3_reading.cells.sheet_cells import SheetCells
from include.stage7_outputs.findings.deliveries import Finding
from include.stage7_outputs.workbook.inert import Look, Properties
from include.stage7_outputs.workbook.marks import COLOURS, ROW_COLOURS, Marks, comment, worst
from include.stage7_outputs.workbook.pages import Pages

#: Comments in a workbook; beyond that spreadsheets get slow, and the list has everything anyway.
COMMENTS_MAX = 5_000
#: A larger sheet shows only its header and the rows with findings.
CELLS_MAX = 500_000
AUTHOR = "AL-INVEST Verde"
#: Three lines: labels are wrapped, and not every program works out how high their row has to be.
_HEADER_POINTS = 45

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
    chosen = places.get(sheet.key or "", set())
    silent_rows = dict(found.rows)  # rows whose comment has no cell yet
    for row, cells in groupby(_with_blank_marks(sheet, found, only).iter_rows(), itemgetter(0)):
        marked, whole = found.cells.get(row, {}), silent_rows.pop(row, [])
        plain = _look([], whole, row + 1 == header, pages)
        said = whole if (row, None) in chosen else []  # at the row's first cell
        for _, column, kind, raw, number in cells:
            at = marked.get(column, [])
            look = _look(at, whole, row + 1 == header, pages) if at else plain
            pages.writer.cell(worksheet, row, column, kind, raw, number, look)
            if at or said:
                said = (at if (row, column) in chosen else []) + said
                _write_comment(worksheet, row, column, said, pages)
                said = []
    for row, findings in silent_rows.items():
        _write_comment(worksheet, row, 0, findings if (row, None) in chosen else [], pages)


def _order(findings: list[Finding]) -> int:
    return [*SEVERITIES, "waived"].index(worst(findings))


def _with_blank_marks(sheet: SheetCells, found: Marks, only: set[int] | None) -> pl.DataFrame:
    """Cells by row and column, from 0, and the blank ones with findings (raw null)."""
    places = ("row", "column")
    marked = [(row + 1, column + 1) for row, cells in found.cells.items() for column in cells]
    blank = pl.DataFrame(marked, dict.fromkeys(places, pl.Int32), orient="row").join(sheet.frame, places, "anti")
    cells = pl.concat([sheet.cells(only), blank], how="diagonal").sort(places)
    return cells.with_columns(pl.col(places) - 1)


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
    text = comment(findings, pages.facts, pages.reader)
    lines = sum(1 + len(line) // 48 for line in text.split("\n"))
    box = {"author": AUTHOR, "width": 320, "height": min(26 + 15 * lines, 600), "font_size": 9}
    worksheet.write_comment(row, column, text, box)
