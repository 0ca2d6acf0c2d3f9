"""The feedback workbook: a summary, the list of findings, then the partner's own sheets with faulty cells in colour."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from include.stage3_reading.cells.sheet_cells import SheetCells
from include.stage7_outputs.findings.changes import Changes
from include.stage7_outputs.findings.deliveries import Delivery
from include.stage7_outputs.findings.facts import Facts
from include.stage7_outputs.findings.groups import Group
from include.stage7_outputs.workbook.book import Book
from include.stage7_outputs.workbook.cells_page import CellsPage
from include.stage7_outputs.workbook.inert import InertWriter
from include.stage7_outputs.workbook.list_page import write_list
from include.stage7_outputs.workbook.notes_page import AUTHOR, NotesPage
from include.stage7_outputs.workbook.pages import Pages, worksheet_name
from include.stage7_outputs.workbook.partner_page import places_to_comment, write_partner_page
from include.stage7_outputs.workbook.summary_page import write_summary

#: Cells and findings from which a workbook is not made in memory.
_LARGE = 50_000


@contextmanager
def _without_looking_for_rubbish() -> Iterator[None]:
    """Hundreds of thousands of cells are all kept until the end: looking again and again took a quarter of the time.

    What is rubbish afterwards, the workbook itself included, the next look finds.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@_without_looking_for_rubbish()
def write_workbook(
    path: Path,
    delivery: Delivery,
    facts: Facts,
    groups: list[Group],
    changes: Changes | None,
    sheets: list[SheetCells],
) -> None:
    """Write the workbook to ``path``, whole or not at all."""
    descriptor, staged = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(descriptor)
    reader = delivery.reader
    try:
        # a large workbook goes to disk row by row, a small one is quicker made in memory
        is_large = sum(len(sheet.frame) for sheet in sheets) + len(delivery.findings) > _LARGE
        with Book(staged, {"constant_memory" if is_large else "in_memory": True}) as book:
            book.set_properties({"title": reader.word("summary.title"), "author": AUTHOR})
            pages = Pages(delivery, facts, groups, changes, reader, InertWriter(book))
            own = [reader.word("page.summary"), reader.word("page.list")]
            page_class = NotesPage if is_large else CellsPage
            summary, listing = book.add_worksheet(own[0]), book.add_worksheet(own[1], page_class)
            taken = set(own)
            shown = []
            for sheet in sheets:
                name = worksheet_name(sheet.name, taken)
                taken.add(name)
                shown.append((sheet, book.add_worksheet(name, page_class)))
                if sheet.key:
                    pages.names[sheet.key] = name
            places = places_to_comment(pages)
            for sheet, worksheet in shown:
                write_partner_page(worksheet, sheet, pages, places)
            write_summary(summary, pages, has_sheets=bool(sheets))
            write_list(listing, pages)
            summary.activate()
        os.replace(staged, path)
    finally:
        Path(staged).unlink(missing_ok=True)
