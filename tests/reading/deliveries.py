"""Small deliveries written on the spot: workbooks by xlsxwriter, archives of CSV files, and one-column sheets."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from include.contract import load_contract
from include.stage3_reading.container.limits import Limits
from include.stage3_reading.keys import with_keys
from include.stage3_reading.sheets.reading import Reading, read_files

KEY = b"a key of the tests"
PROJECT = "PE-01"

Rows = list[list[Any]]

COVER: dict[str, Any] = {"contract_version": 1, "project_code": PROJECT, "period": "2024-S1", "language": "es"}

#: A row without a fault for each sheet.
GOOD: dict[str, dict[str, Any]] = {
    "enterprises": {
        "enterprise_ref": "E0001",
        "tax_id": "20527099804",
        "legal_name": "Ñawi Verde S.A.C.",
        "country": "PE",
        "territory_code": "150101",
        "territory_name": "Lima",
        "isic_class": "0111",
        "value_chain": "coffee",
        "size_class": "micro",
        "owner_sex": "F",
        "owner_age_group": "30+",
        "joined_on": date(2023, 5, 1),
    },
    "training": {
        "enterprise_ref": "E0001",
        "topic": "finance",
        "activity": "Taller 1",
        "start_date": date(2024, 2, 1),
        "end_date": date(2024, 2, 3),
        "hours": 8,
        "women": 3,
        "men": 2,
    },
    "practices": {"enterprise_ref": "E0001", "practice": "agroforestry", "status": "planned"},
    "jobs": {
        "enterprise_ref": "E0001",
        "job_category": "green",
        "sex": "F",
        "age_group": "30+",
        "baseline_headcount": 1,
        "current_headcount": 2,
        "maintained_headcount": 1,
        "baseline_fte": 1,
        "current_fte": 1.5,
        "maintained_fte": 1,
    },
    "standards": {"enterprise_ref": "E0001", "standard": "fsc", "status": "preparing"},
    "sales": {
        "enterprise_ref": "E0001",
        "baseline_start": date(2022, 1, 1),
        "baseline_end": date(2022, 12, 31),
        "current_start": date(2024, 1, 1),
        "current_end": date(2024, 12, 31),
        "current_amount": 1000.5,
        "currency": "PEN",
    },
}


def read_file(path: Path, file_name: str, limits: Limits) -> Reading:
    """Reads a delivery in this process but for its keyed hashes."""
    return read_files([(path, file_name)], limits)[0]


def read_submission(path: Path, file_name: str, project_code: str, key: bytes, limits: Limits | None = None) -> Reading:
    """Reads a delivery in this process, with its keyed hashes."""
    return with_keys(read_file(path, file_name, limits or Limits.from_environment()), project_code, key)


def cover_rows(**changes: Any) -> Rows:
    """The cover's rows; a field that is changed to None is left out."""
    return [[field, value] for field, value in {**COVER, **changes}.items() if value is not None]


def table(sheet: str, *rows: dict[str, Any]) -> Rows:
    """A sheet with every column of the contract as header, and rows that complete ``GOOD`` (None: blank)."""
    columns = [column.key for column in load_contract().sheets[sheet].columns]
    return [list(columns), *([{**GOOD[sheet], **row}.get(column) for column in columns] for row in rows)]


def good_sheets(**changes: Rows | None) -> dict[str, Rows]:
    """Every sheet with one good row; a sheet that is changed to None is left out."""
    sheets: dict[str, Rows | None] = {"cover": cover_rows(), **{sheet: table(sheet, {}) for sheet in GOOD}, **changes}
    return {sheet: rows for sheet, rows in sheets.items() if rows is not None}


def write_workbook(path: Path, sheets: dict[str, Rows], **options: Any) -> Path:
    """A workbook; dates are date cells, a text that begins with ``=`` is a formula without a stored value."""
    with xlsxwriter.Workbook(path, options) as workbook:
        as_date = workbook.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, value in enumerate(cells):
                    if isinstance(value, date | datetime):
                        sheet.write_datetime(row, column, value, as_date)
                    elif isinstance(value, str) and value.startswith("="):
                        sheet.write_formula(row, column, value, None, "")
                    elif isinstance(value, str):
                        sheet.write_string(row, column, value)
                    elif value is not None:
                        sheet.write(row, column, value)
    return path


def csv_text(rows: Rows, separator: str = ",") -> str:
    """RFC 4180; None is blank."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue()


def write_archive(path: Path, entries: dict[str, str | bytes | Rows]) -> Path:
    """A ZIP; rows are written as CSV, text in UTF-8."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, csv_text(content) if isinstance(content, list) else content)
    return path


def rewritten(source: Path, target: Path, parts: dict[str, Any]) -> Path:
    """A copy of an archive; ``parts`` maps a name to its bytes, to a function of them, or to None (left out)."""
    changes = dict(parts)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            change = changes.pop(info.filename, old.read(info))
            content = change(old.read(info)) if callable(change) else change
            if content is not None:
                new.writestr(info.filename, content)
        for name, content in changes.items():
            new.writestr(name, content)
    return target


def read(path: Path, **options: Any) -> Reading:
    """Reads a delivery under its own name."""
    return read_submission(path, path.name, PROJECT, KEY, **options)


def places(reading: Reading, *, info: bool = False) -> set[tuple[str, str, int | None, str | None]]:
    """(rule, sheet, row, column) of the findings; C09 only with ``info``."""
    rows = reading.findings.select("rule", "sheet", "row_number", "column_name").rows()
    return {row for row in rows if info or row[0] != "C09"}
