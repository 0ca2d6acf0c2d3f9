"""Write an archived workbook or zipped CSV anew with other texts in a few cells, and see that nothing else changed."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import openpyxl
from openpyxl.packaging.core import DocumentProperties
from openpyxl.utils import column_index_from_string

from include.stage3_reading.confined import ConfinedReader
from include.stage3_reading.reading import Reading

#: Sheet or entry of the file -> (row, column letter) -> text.
Cells = Mapping[str, Mapping[tuple[int, str], str]]


def redact(source: Path, target: Path, cells: Cells, csv_forms: Mapping[str, Mapping[str, str]]) -> None:
    """Write ``source`` to ``target`` with ``cells`` replaced; ``csv_forms`` gives encoding and separator by entry.

    Of a workbook the values stay, formulas become what they showed, and comments and document properties, in which
    anything may stand, go. Raises ValueError where the file does not take it.
    """
    if csv_forms:
        _redact_csv(source, target, cells, csv_forms)
    else:
        _redact_workbook(source, target, cells)


def check(reader: ConfinedReader, source: Path, target: Path, file_name: str, columns: tuple[str, ...]) -> None:
    """Raise ValueError where ``target`` reads differently from ``source`` in anything but the enterprises' columns."""
    before, after = (_without(reader.read(path, file_name), columns) for path in (source, target))
    same = (
        before.frames.keys() == after.frames.keys()
        and all(frame.equals(after.frames[sheet]) for sheet, frame in before.frames.items())
        and before.findings.equals(after.findings)
        and before.sheets == after.sheets
    )
    if not same:  # what differs may be a name: it is not told
        raise ValueError("written anew it reads differently")


def _without(reading: Reading, columns: tuple[str, ...]) -> Reading:
    frames = {
        sheet: frame.drop([*columns, "tax_id_is_valid", "received"], strict=False) if sheet == "enterprises" else frame
        for sheet, frame in reading.frames.items()
    }
    return Reading(reading.period, reading.language, {}, frames, reading.sheets, reading.findings.drop("value"))


def _redact_workbook(source: Path, target: Path, cells: Cells) -> None:
    with source.open("rb") as file:  # by its content: the partner may have called it anything
        workbook = openpyxl.load_workbook(file, data_only=True, keep_links=False)
    workbook.properties = DocumentProperties()
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                cell.comment = None
        for (row_number, letter), text in cells.get(sheet.title, {}).items():
            sheet.cell(row_number, column_index_from_string(letter)).value = text
    workbook.save(target)


def _redact_csv(source: Path, target: Path, cells: Cells, forms: Mapping[str, Mapping[str, str]]) -> None:
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.infolist():
            name = PurePosixPath(entry.filename).name
            content = before.read(entry)
            if name in cells:
                content = _with_cells(content, forms[name]["encoding"], forms[name]["separator"], cells[name])
            after.writestr(entry.filename, content)


def _with_cells(content: bytes, encoding: str, separator: str, cells: Mapping[tuple[int, str], str]) -> bytes:
    records = list(csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=separator))
    for (row, letter), text in cells.items():
        records[row - 1][column_index_from_string(letter) - 1] = text
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=separator, lineterminator="\r\n").writerows(records)
    return written.getvalue().encode(encoding)
