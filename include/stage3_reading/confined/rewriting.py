"""An archived workbook or zipped CSV written anew with other texts in a few cells, in the process that decodes.

It is a decoder like any other, with the decoder's limits: what a file does to it is no harm to anybody else.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import openpyxl
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.packaging.core import DocumentProperties
from openpyxl.packaging.custom import CustomPropertyList
from openpyxl.utils import column_index_from_string
from openpyxl.workbook import Workbook
from openpyxl.worksheet._reader import WorksheetReader
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.header_footer import HeaderFooter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from include.stage2_landing.erasure import ERASED
from include.stage3_reading.confined.redaction import Redaction


def redacted(source: Path, redaction: Redaction) -> bytes:
    """The bytes of ``source`` written anew with the replacements.

    Of a workbook the values stay, formulas become what they showed, and comments, headers, pictures and document
    properties, in which anything may stand, go. Raises whatever its decoder does where the file does not take it.
    """
    return (_redacted_csv if redaction.csv_forms else _redacted_workbook)(source, redaction)


def _redacted_workbook(source: Path, redaction: Redaction) -> bytes:
    # Merged cells would be made one by one, up to the last of the sheet, and what stands below them thrown away.
    WorksheetReader.bind_merged_cells = lambda _: None
    with source.open("rb") as file:  # by its content: the partner may have called it anything
        workbook = openpyxl.load_workbook(file, data_only=True, keep_links=False)
    workbook.properties = DocumentProperties()
    workbook.custom_doc_props = CustomPropertyList()
    for sheet in workbook.worksheets:
        _clean(sheet, () if sheet.title in redaction.read else redaction.texts)
        for row_number, letter, text in redaction.cells.get(sheet.title, ()):
            sheet.cell(row_number, column_index_from_string(letter)).value = text
    return _saved(workbook)


def _clean(sheet: Worksheet, texts: Sequence[str]) -> None:
    sheet.HeaderFooter, sheet._drawing, sheet._charts, sheet._images = HeaderFooter(), SpreadsheetDrawing(), [], []
    # The cells that are there: a style at the sheet's last corner must not bring the whole rectangle into being.
    for cell in list(sheet._cells.values()):
        cell.comment = None
        for text in texts:
            if isinstance(cell.value, str) and text in cell.value:
                cell.value = cell.value.replace(text, ERASED)


class _InMemory(ExcelWriter):
    """A writer without temporary files: a process that decodes may write none."""

    def write_worksheet(self, sheet: Worksheet) -> None:
        content = io.BytesIO()
        writer = WorksheetWriter(sheet, content)
        writer.write()
        sheet._rels = writer._rels
        self._archive.writestr(sheet.path[1:], content.getvalue())
        self.manifest.append(sheet)


def _saved(workbook: Workbook) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        _InMemory(workbook, archive).save()
    return target.getvalue()


def _redacted_csv(source: Path, redaction: Redaction) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.infolist():
            name = PurePosixPath(entry.filename).name
            content = before.read(entry)
            if name in redaction.cells:
                form = redaction.csv_forms[name]
                content = _with_cells(content, form["encoding"], form["separator"], redaction.cells[name])
            elif name not in redaction.read:
                for text in redaction.texts:
                    for encoding in ("utf-8", "cp1252"):
                        content = content.replace(text.encode(encoding, "replace"), ERASED.encode())
            after.writestr(entry.filename, content)
    return target.getvalue()


def _with_cells(content: bytes, encoding: str, separator: str, cells: Sequence[tuple[int, str, str]]) -> bytes:
    records = list(csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=separator))
    for row, letter, text in cells:
        records[row - 1][column_index_from_string(letter) - 1] = text
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=separator, lineterminator="\r\n").writerows(records)
    return written.getvalue().encode(encoding)
