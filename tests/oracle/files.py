"""Grids of values to XLSX workbooks (two writers) and zipped CSVs."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import re
import zipfile
from pathlib import Path

import openpyxl
import xlsxwriter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.oracle.contract import load_contract
from tests.oracle.notations import Failed, Formula, Padded, csv_text
from tests.oracle.text import label_key

Sheets = list[tuple[str, list[list[object]]]]


def write_workbook(path: Path, sheets: Sheets, rng: random.Random) -> None:
    """A workbook by either writer, now and then with the 1904 date system."""
    hollow = any(isinstance(c, Formula) and c.stored is None for _, g in sheets for r in g for c in r)
    mac = rng.random() < 0.2
    if mac:
        sheets = [(name, [[_no_serial(v) for v in row] for row in grid]) for name, grid in sheets]
    if hollow or rng.random() < 0.5:
        _by_openpyxl(path, sheets, mac)
    else:
        _by_xlsxwriter(path, sheets, mac, rng)


def _no_serial(value: object) -> object:
    """A serial written as a date: which system a bare number of a 1904 workbook follows is left open."""
    if re.fullmatch(r"[34]\d{4}(\.5)?", str(value)) and not isinstance(value, float):
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(float(str(value))))
    return value


def _by_openpyxl(path: Path, sheets: Sheets, mac: bool) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    if mac:
        book.epoch = CALENDAR_MAC_1904
    for name, grid in sheets:
        sheet = book.create_sheet(name[:31])
        for r, row in enumerate(grid, start=1):
            for c, value in enumerate(row, start=1):
                if isinstance(value, Padded):
                    sheet.cell(r, c, value.number).number_format = "0" * value.width
                    continue
                if isinstance(value, Formula):
                    value = "=1+1" if value.stored is None else value.stored
                elif isinstance(value, Failed):
                    value = value.name
                if value is not None:
                    sheet.cell(r, c, value)
        if len(grid) > 3 and len(grid[0]) == 1 and len(grid[-1]) > 4:
            sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=4)
        for top, column, bottom in _equal_references(name, grid):
            sheet.merge_cells(start_row=top, end_row=bottom, start_column=column, end_column=column)
    book.save(path)
    _fix_times(path)


def _equal_references(name: str, grid: list[list[object]]) -> list[tuple[int, int, int]]:
    """First row, column and last row, from 1, of some references that several rows in a row share."""
    contract = load_contract()
    labels = contract.column_labels.get(contract.sheet_labels.get(label_key(name), ""), {})
    found = []
    for start, row in enumerate(grid[:20]):
        keys = [labels.get(label_key(str(value))) for value in row]
        if "enterprise_ref" not in keys or len(set(keys)) < 5:
            continue
        at = keys.index("enterprise_ref")
        texts = [str(row[at]) if len(row) > at and row[at] is not None else "" for row in grid]
        first = start + 1
        while first < len(texts):
            last = first
            while last + 1 < len(texts) and texts[last + 1] == texts[first]:
                last += 1
            # some of them: which, the reference itself says
            if last > first and texts[first] and sum(map(ord, texts[first])) % 3 == 0:
                found.append((first + 1, at + 1, last + 1))
            first = last + 1
        break
    return found


def _fix_times(path: Path) -> None:
    """The same bytes for the same seed: openpyxl writes the moment of saving into the workbook and its archive."""
    with zipfile.ZipFile(path) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts:
            if name == "docProps/core.xml":
                content = re.sub(rb">[0-9-]{10}T[0-9:]{8}Z<", b">2025-01-01T00:00:00Z<", content)
            archive.writestr(_entry(name), content, zipfile.ZIP_DEFLATED)


def _by_xlsxwriter(path: Path, sheets: Sheets, mac: bool, rng: random.Random) -> None:
    book = xlsxwriter.Workbook(str(path), {"date_1904": mac, "strings_to_formulas": False})
    book.set_properties({"created": dt.datetime(2025, 1, 1)})
    day = book.add_format({"num_format": rng.choice(["dd/mm/yyyy", "yyyy-mm-dd", "d-mmm-yy"])})
    for name, grid in sheets:
        sheet = book.add_worksheet(name[:31])
        for r, row in enumerate(grid):
            for c, value in enumerate(row):
                if value is None:
                    continue
                if isinstance(value, Failed):
                    sheet.write_formula(r, c, "=NA()", None, value.name)
                elif isinstance(value, Padded):
                    sheet.write_number(r, c, value.number, book.add_format({"num_format": "0" * value.width}))
                elif isinstance(value, bool):
                    sheet.write_boolean(r, c, value)
                elif isinstance(value, (dt.datetime, dt.date)):
                    sheet.write_datetime(r, c, value, day)
                elif isinstance(value, (int, float)):
                    if rng.random() < 0.03:
                        sheet.write_formula(r, c, "=A1", None, value)
                    else:
                        sheet.write_number(r, c, value)
                else:
                    sheet.write_string(r, c, str(value))
    book.close()


def write_archive(path: Path, sheets: Sheets, rng: random.Random) -> None:
    """One CSV a sheet, in one encoding and with one separator each."""
    folder = rng.choice(["", "", "envio/", "a/b/"])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, grid in sheets:
            separator = rng.choice([",", ";", "\t", "|"])
            text = io.StringIO(newline="")
            writer = csv.writer(text, delimiter=separator, lineterminator=rng.choice(["\r\n", "\n"]))
            for row in grid:
                writer.writerow([csv_text(v) for v in row])
            content = _encoded(text.getvalue(), rng)
            archive.writestr(_entry(folder + name + ".csv"), content)
        if rng.random() < 0.2:
            archive.writestr(_entry("__MACOSX/._mipymes.csv"), b"\x00\x01")
            archive.writestr(_entry("leeme.txt"), b"hola")
            archive.writestr(_entry(folder + ".mipymes.csv"), b"x")


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, date_time=(2025, 1, 1, 0, 0, 0))


def _encoded(text: str, rng: random.Random) -> bytes:
    encoding = rng.choice(["utf-8", "utf-8-sig", "cp1252"])
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode("utf-8")
