"""Notes go into the file from templates: the workbook is that of xlsxwriter's own comments, byte by byte."""

from __future__ import annotations

import zipfile
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from include.stage7_outputs.workbook.book import Book
from include.stage7_outputs.workbook.notes_page import NotesPage, write_note

_LAST_ROW, _LAST_COLUMN = 1_048_575, 16_383
_TEXTS = (
    "ERROR E04: what is wrong.\n«7» …\n→ what to do",
    "<b> & \"c\" 'd'",
    *("a & b", "a < b", "a > b", "\x02", "a\x0bb", "\ufffe", "\uffff", "\xa0non-breaking"),
    " blank before",
    "blank after\n",
    "_x0041_ and _xyz",
    "bell \x07, \x1f and \uffff",
    "\x1fat an end",
    "Ñandú 😀",
)


def _parts(path: Path, book_class: type[Workbook], page_class: type[Worksheet]) -> dict[str, bytes]:
    rows = (*range(8), 100, 101, *range(_LAST_ROW - 5, _LAST_ROW + 2))
    columns = (0, 1, 5, 6, 40, *range(_LAST_COLUMN - 4, _LAST_COLUMN + 2))
    with book_class(path, {"in_memory": True}) as book:
        for high_row in (None, 0, 3):
            page = book.add_worksheet(None, page_class)
            page.set_column(0, 5, 16)
            if high_row is not None:
                page.set_row(high_row, 45)
            for number, row in enumerate(rows):
                for column in columns:
                    write_note(page, row, column, _TEXTS[(number + column) % len(_TEXTS)], 41 + 15 * (number % 9))
        few, many = book.add_worksheet(None, page_class), book.add_worksheet(None, page_class)
        write_note(few, 7, 7, "alone", 600)
        for row in range(1, 2000):  # more than the shapes of a block
            write_note(many, row, row % 3, "one of many", 56)
        book.add_worksheet(None, page_class).write_string(0, 0, "none here")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != "docProps/core.xml"}


def test_notes_are_those_of_xlsxwriter(tmp_path: Path) -> None:
    ours = _parts(tmp_path / "ours.xlsx", Book, NotesPage)
    theirs = _parts(tmp_path / "theirs.xlsx", Workbook, Worksheet)
    assert list(ours) == list(theirs)
    assert [name for name, part in theirs.items() if ours[name] != part] == []
    assert {f"xl/comments{number}.xml" for number in range(1, 6)} < set(ours)
