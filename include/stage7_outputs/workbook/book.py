"""A workbook whose texts and comments go into the file without a look at each of their elements."""

from __future__ import annotations

from xlsxwriter import Workbook
from xlsxwriter.packager import Packager
from xlsxwriter.sharedstrings import SharedStrings

from include.stage7_outputs.workbook.as_it_is import stands_as_it_is
from include.stage7_outputs.workbook.notes_page import NoteBoxes, NoteTexts


class Book(Workbook):  # type: ignore[misc]  # xlsxwriter says no types
    """A workbook whose pages have no comments but those of ``write_note``."""

    def close(self) -> None:
        """Write the file, and let the pages go: they and the book know each other, which keeps them."""
        super().close()
        self.worksheets_objs.clear()
        self.sheetnames.clear()

    def _get_packager(self) -> Packager:
        return _Parts()


class _Parts(Packager):  # type: ignore[misc]
    def _write_vml_files(self) -> None:
        pages = [page for page in self.workbook.worksheets() if page.has_vml]
        for number, page in enumerate(pages, start=1):
            boxes = NoteBoxes()
            boxes._set_xml_writer(self._filename(f"xl/drawings/vmlDrawing{number}.vml"))
            boxes._assemble_xml_file(page.vml_data_id, page.vml_shape_id, page.comments_list)

    def _write_comment_files(self) -> None:
        pages = [page for page in self.workbook.worksheets() if page.has_comments]
        for number, page in enumerate(pages, start=1):
            texts = NoteTexts()
            texts._set_xml_writer(self._filename(f"xl/comments{number}.xml"))
            texts._assemble_xml_file(page.comments_list)

    def _write_shared_strings_file(self) -> None:
        texts = _Texts()
        texts.string_table = self.workbook.str_table
        if self.workbook.str_table.count:
            texts._set_xml_writer(self._filename("xl/sharedStrings.xml"))
            texts._assemble_xml_file()


class _Texts(SharedStrings):  # type: ignore[misc]
    """The part with the cells' texts."""

    def _write_si(self, text: str) -> None:
        if stands_as_it_is(text):
            self.fh.write(f"<si><t>{text}</t></si>")
        else:
            super()._write_si(text)
