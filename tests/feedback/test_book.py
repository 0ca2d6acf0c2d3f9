"""A book that is written leaves nothing to look for."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

from include.stage7_outputs.workbook.book import Book
from include.stage7_outputs.workbook.notes_page import NotesPage, write_note


def test_the_pages_of_a_written_book_go_without_a_look_for_rubbish(tmp_path: Path) -> None:
    gc.disable()
    try:
        with Book(tmp_path / "book.xlsx", {"in_memory": True}) as book:
            page = book.add_worksheet("Empleos", NotesPage)
            write_note(page, 1, 1, "a note", 56)
            known = weakref.ref(page)
            del page
            assert known() is not None
        assert known() is None
    finally:
        gc.enable()
