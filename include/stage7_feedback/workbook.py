"""The feedback workbook: a summary, the list of findings, then the partner's own sheets with faulty cells in colour."""

from __future__ import annotations

import os
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from include.contract.catalogue import SEVERITIES
from include.stage7_feedback.changes import Changes
from include.stage7_feedback.deliveries import Delivery, Finding
from include.stage7_feedback.facts import Facts
from include.stage7_feedback.groups import Group
from include.stage7_feedback.inert import InertWriter
from include.stage7_feedback.list_page import write_list
from include.stage7_feedback.marks import COLOURS, ROW_COLOURS, Marks, comment, marks, worst
from include.stage7_feedback.partner_sheets import PartnerSheet
from include.stage7_feedback.reader import Reader
from include.stage7_feedback.summary_page import write_summary

#: Comments in a workbook; beyond that Excel gets slow, and the list has everything anyway.
COMMENTS_MAX = 5_000
#: A larger sheet shows only its header and the rows with findings.
CELLS_MAX = 500_000
_NAME_MAX = 31
_AUTHOR = "AL-INVEST Verde"


@dataclass
class Pages:
    """A workbook in the making: which sheet is where in it, and what had to be left out."""

    delivery: Delivery
    facts: Facts
    groups: list[Group]
    changes: Changes | None
    reader: Reader
    writer: InertWriter
    #: sheet of the contract -> worksheet's name in this workbook
    names: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)


def write_workbook(
    path: Path,
    delivery: Delivery,
    facts: Facts,
    groups: list[Group],
    changes: Changes | None,
    sheets: list[PartnerSheet],
) -> None:
    """Write the workbook to ``path``, whole or not at all."""
    descriptor, staged = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(descriptor)
    try:
        # constant memory: rows go to disk as they are written, whatever the size of the partner's sheets
        with xlsxwriter.Workbook(staged, {"constant_memory": True, "strings_to_urls": False}) as book:
            _write(book, delivery, facts, groups, changes, sheets)
        os.replace(staged, path)
    finally:
        Path(staged).unlink(missing_ok=True)


def _write(
    book: Workbook,
    delivery: Delivery,
    facts: Facts,
    groups: list[Group],
    changes: Changes | None,
    sheets: list[PartnerSheet],
) -> None:
    reader = delivery.reader
    book.set_properties({"title": reader.word("summary.title"), "author": _AUTHOR})
    pages = Pages(delivery, facts, groups, changes, reader, InertWriter(book))
    own = [reader.word("page.summary"), reader.word("page.list")]
    worksheets = [book.add_worksheet(name) for name in own]
    taken = set(own)
    shown: list[tuple[PartnerSheet, Worksheet]] = []
    for sheet in sheets:
        name = _worksheet_name(sheet.name, taken)
        taken.add(name)
        if sheet.key:
            pages.names[sheet.key] = name
        shown.append((sheet, book.add_worksheet(name)))
    by_sheet: dict[str, list[Finding]] = defaultdict(list)
    for finding in delivery.findings:
        by_sheet[finding.sheet].append(finding)
    commented = _places_to_comment(by_sheet, pages)
    for sheet, worksheet in shown:
        key = sheet.key or ""
        found = marks(by_sheet[key] if sheet.key else (), delivery.sheets.get(key))
        _write_partner_sheet(worksheet, sheet, found, pages, commented.get(key, set()))
    if not sheets:
        pages.notices.append(reader.word("summary.no_sheets"))
    write_summary(worksheets[0], pages)
    write_list(worksheets[1], pages)
    worksheets[0].activate()


def _worksheet_name(name: str, taken: Iterable[str]) -> str:
    """A name Excel takes, as near to the partner's as it goes, and not used yet."""
    clean = re.sub(r"[\[\]:*?/\\'\x00-\x1f]", "_", name).strip()[:_NAME_MAX] or "_"
    clean = f"{clean}_" if clean.casefold() == "history" else clean  # reserved by Excel
    used = {other.casefold() for other in taken}
    candidate, number = clean, 1
    while candidate.casefold() in used:
        number += 1
        candidate = f"{clean[: _NAME_MAX - 4]} ({number})"
    return candidate


def _places_to_comment(
    by_sheet: dict[str, list[Finding]], pages: Pages
) -> dict[str, set[tuple[int, int | None]]]:
    """Sheet -> places (row, column; None: the row) that get a comment: the worst ones where there are too many."""
    places: list[tuple[int, str, int, int | None]] = []
    for sheet, findings in by_sheet.items():
        found = marks(findings, pages.delivery.sheets.get(sheet))
        places += [(_order(at), sheet, row, column) for (row, column), at in found.cells.items()]
        places += [(_order(at), sheet, row, None) for row, at in found.rows.items()]
    if len(places) > COMMENTS_MAX:
        places.sort(key=lambda place: place[0])
        pages.notices.append(
            pages.reader.word("summary.many_comments", list=pages.reader.word("page.list"))
        )
    chosen: dict[str, set[tuple[int, int | None]]] = defaultdict(set)
    for _, sheet, row, column in places[:COMMENTS_MAX]:
        chosen[sheet].add((row, column))
    return chosen


def _order(findings: list[Finding]) -> int:
    return [*SEVERITIES, "waived"].index(worst(findings))


def _write_partner_sheet(
    worksheet: Worksheet, sheet: PartnerSheet, found: Marks, pages: Pages, commented: set[tuple[int, int | None]]
) -> None:
    place = pages.delivery.sheets.get(sheet.key or "")
    header = place.header_row if place else None
    only: set[int] | None = None
    if sheet.cell_count > CELLS_MAX:
        only = {row + 1 for row in found.marked_rows} | ({header} if header else set(range(1, 21)))
        pages.notices.append(pages.reader.word("summary.cut_sheet", sheet=worksheet.get_name()))
    if header:
        worksheet.freeze_panes(header, 0)
    worksheet.set_column(0, max(sheet.grid.columns, default=1), 16)
    said = _Comments(worksheet, pages, commented)
    blanks = _blank_cells(found)
    row_said: set[int] = set()
    current = -1
    for row, column, kind, raw, number in sheet.cells(only):
        row, column = row - 1, column - 1
        if row != current:
            _write_blanks(worksheet, blanks, current, row, found, pages, said)
            current = row
        at = found.cells.get((row, column))
        whole = found.rows.get(row)
        pages.writer.cell(worksheet, row, column, kind, raw, number, _look(at, whole, row + 1 == header))
        if at:
            blanks[row].discard(column)
            said.at(row, column, at)
        elif whole and row not in row_said and not _is_marked(found, row, column):
            row_said.add(row)
            said.on_row(row, column, whole)
    _write_blanks(worksheet, blanks, current, None, found, pages, said)
    for row in set(found.rows) - row_said:  # a blank row, or one all of whose cells have findings of their own
        first = min((column for of_row, column in found.cells if of_row == row), default=0)
        said.on_row(row, first, [*found.cells.get((row, first), ()), *found.rows[row]])


def _is_marked(found: Marks, row: int, column: int) -> bool:
    return (row, column) in found.cells


def _look(at: list[Finding] | None, whole: list[Finding] | None, is_header: bool) -> dict[str, object]:
    look: dict[str, object] = {"bold": True, "text_wrap": True, "valign": "top"} if is_header else {}
    if at:
        return {**look, "bg_color": COLOURS[worst(at)], "border": 1}
    if whole:
        return {**look, "bg_color": ROW_COLOURS[worst(whole)]}
    return look


def _blank_cells(found: Marks) -> dict[int, set[int]]:
    """Row -> columns with findings that no received cell has filled yet."""
    blanks: dict[int, set[int]] = defaultdict(set)
    for row, column in found.cells:
        blanks[row].add(column)
    return blanks


class _Comments:
    """Writes comments at the chosen places of one worksheet."""

    def __init__(self, worksheet: Worksheet, pages: Pages, chosen: set[tuple[int, int | None]]):
        self._worksheet, self._pages, self._chosen = worksheet, pages, chosen

    def at(self, row: int, column: int, findings: list[Finding]) -> None:
        if (row, column) in self._chosen:
            self._write(row, column, findings)

    def on_row(self, row: int, column: int, findings: list[Finding]) -> None:
        if (row, None) in self._chosen:
            self._write(row, column, findings)

    def _write(self, row: int, column: int, findings: list[Finding]) -> None:
        text = comment(findings, self._pages.facts, self._pages.reader)
        lines = sum(1 + len(line) // 48 for line in text.split("\n"))
        box = {"author": _AUTHOR, "width": 320, "height": min(26 + 15 * lines, 600), "font_size": 9}
        self._worksheet.write_comment(row, column, text, box)
