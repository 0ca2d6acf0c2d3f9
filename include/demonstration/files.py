"""Writes statements as XLSX workbooks or zipped CSVs; the same statement gives the same bytes."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime
from random import Random
from typing import Any

import xlsxwriter

from include.contract import load_contract
from include.demonstration.dirt import ErrorCell
from include.demonstration.form import Form, cell, heading
from include.demonstration.statement import Statement

#: what a zip entry and a workbook are dated where the day must not vary
_STAMP = (2023, 1, 1, 0, 0, 0)

Grid = list[list[Any]]


def render(
    cover: dict[str, Any], statement: Statement, form: Form, random: Random, *, without: str | None = None
) -> bytes:
    """The bytes of a file. ``cover``: field -> value; ``without``: a column (``sheet.column``) that was left out."""
    grids = {"cover": _cover(cover, form, random)}
    for sheet in load_contract().row_sheets:
        is_cut = without is not None and without.startswith(f"{sheet.key}.")
        if statement[sheet.key] or sheet.required or is_cut or random.random() < 0.5:
            grids[sheet.key] = _rows(sheet.key, statement, form, random, without)
    return _zip(grids, form) if form.container == "zip" else _workbook(grids, form)


def _cover(cover: dict[str, Any], form: Form, random: Random) -> Grid:
    fields = load_contract().sheets["cover"].columns
    grid: Grid = [[""]] * 0
    for column in fields:
        if column.key in cover:
            grid.append([heading(column, form), cover[column.key]])
    if form.extra_column:
        grid.insert(random.randint(1, len(grid)), ["Versión del documento", "borrador final"])
    if form.moved_columns:
        random.shuffle(grid)
    return grid


def _rows(key: str, statement: Statement, form: Form, random: Random, without: str | None) -> Grid:
    columns = list(enumerate(load_contract().sheets[key].columns))
    if form.moved_columns:
        random.shuffle(columns)
    columns = [(position, column) for position, column in columns if f"{key}.{column.key}" != without]
    grid: Grid = [[f"AL-INVEST Verde {line}"] for line in range(1, form.titles + 1)]
    header = [heading(column, form) for _, column in columns]
    grid.append([*header, form.extra_column] if form.extra_column else header)
    for row in statement[key]:
        if form.blank_rows and random.random() < form.blank_rows:
            grid.append([])
        cells = [cell(row.values[position], column, form, random) for position, column in columns]
        if form.extra_column and random.random() < 0.4:
            cells.append("visto")
        grid.append(cells)
    return grid


def _workbook(grids: dict[str, Grid], form: Form) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime(*_STAMP[:3]), "author": "", "title": "AL-INVEST Verde"})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    bold = book.add_format({"bold": True})
    contract = load_contract()
    for key, grid in grids.items():
        sheet = book.add_worksheet(contract.sheets[key].labels[form.language])
        sheet.set_column(0, 15, 18)
        for number, row in enumerate(grid):
            for position, value in enumerate(row):
                if value is None:
                    continue
                if isinstance(value, ErrorCell):
                    sheet.write_formula(number, position, "=NA()", None, "#N/A")
                elif isinstance(value, str):
                    is_header = key != "cover" and number == form.titles
                    sheet.write_string(number, position, value, bold if is_header else None)
                elif isinstance(value, date):
                    sheet.write_datetime(number, position, value, day)
                else:
                    sheet.write_number(number, position, value)
    if form.extra_sheet:
        book.add_worksheet(form.extra_sheet).write_string(0, 0, "Uso interno del equipo")
    book.close()
    return buffer.getvalue()


def _zip(grids: dict[str, Grid], form: Form) -> bytes:
    contract = load_contract()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for key, grid in grids.items():
            text = io.StringIO(newline="")
            writer = csv.writer(text, delimiter=form.separator, lineterminator="\r\n")
            # a wholly blank record would be a line without a separator: pad to the header's width
            width = max(len(row) for row in grid)
            writer.writerows([*row, *[None] * (width - len(row))] for row in grid)
            name = contract.sheets[key].labels[form.language] + ".csv"
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text.getvalue().encode(form.encoding))
    return buffer.getvalue()
