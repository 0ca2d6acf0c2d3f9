"""Reading one submission: file in, frames and findings out, whatever the file is."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl

from include.contract import Contract, Sheet, load_contract
from include.stage3_reading.cover import read_cover
from include.stage3_reading.csv_grid import csv_grid, decode, find_separator
from include.stage3_reading.findings import Findings
from include.stage3_reading.grid import Grid
from include.stage3_reading.layout import Header, find_header, recognise_sheet
from include.stage3_reading.limits import Limits
from include.stage3_reading.package import Package, open_package
from include.stage3_reading.refusal import Refused
from include.stage3_reading.sheet_frame import Table, sheet_frames, with_enterprise_keys, with_judged_tax_ids
from include.stage3_reading.sheet_grid import sheet_grids
from include.stage3_reading.sheet_xml import column_letters
from include.stage3_reading.values import Context
from include.stage3_reading.workbook import open_workbook

#: Reason of a file that asked for more memory than it may have.
NEEDS_MEMORY = "needs more memory than allowed"


@dataclass(frozen=True)
class SheetReading:
    """How a sheet of the contract was found in the file (``ops.sheet_reading``)."""

    sheet: str
    #: name of the sheet or CSV entry in the file; None where the sheet is absent or blank
    file_sheet: str | None = None
    #: header found and complete
    is_judged: bool = False
    header_row: int | None = None
    #: data rows, blank ones aside; on the cover: fields
    row_count: int = 0
    #: column key -> letter in the file
    column_letters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """What a file was read as. ``frames`` are ``raw.<sheet>`` without the submission, for the sheets that are there."""

    period: str | None
    language: str | None
    details: dict[str, Any]
    frames: dict[str, pl.DataFrame]
    sheets: list[SheetReading]
    #: rule, sheet, row_number, column_name, cell, value
    findings: pl.DataFrame


@dataclass(frozen=True)
class _Found:
    """A sheet that is in the file and not blank."""

    name: str
    grid: Grid
    details: dict[str, str]


def read_submission(path: Path, file_name: str, project_code: str, key: bytes, limits: Limits | None = None) -> Reading:
    """Reads a delivery in this process, with its keyed hashes.

    ``path`` is the archived copy and ``file_name`` the partner's name for it; ``project_code`` is the drop folder's and
    ``key`` the secret of the keyed hashes. Nothing in the file makes this raise: what cannot be read as a whole gets
    F01 or F02. ``limits`` are the environment's unless given. Raises OSError where ``path`` itself cannot be opened.
    """
    with path.open("rb"):
        pass  # an archive that lost a file is no fault of the partner's
    try:
        reading = read_file(path, file_name, limits or Limits.from_environment())
    except MemoryError:
        reading = refused("F02", NEEDS_MEMORY)
    return with_keys(reading, project_code, key)


def read_file(path: Path, file_name: str, limits: Limits) -> Reading:
    """Reads a delivery but for its keyed hashes. Raises MemoryError, and nothing else."""
    try:
        return _read(path, file_name, limits)
    except Refused as refusal:
        return refused(refusal.rule, str(refusal))
    except MemoryError:
        raise
    except (Exception, pl.exceptions.PanicException) as error:  # one partner's file never stops the night
        # Types and places only: the message of an unforeseen error may hold values of the file.
        places = [f"{PurePosixPath(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)]
        return refused("F01", f"unforeseen {type(error).__name__} at {' > '.join(places[-6:])}")


def with_keys(reading: Reading, project_code: str, key: bytes) -> Reading:
    """The reading with the keyed hashes of its enterprises."""
    frames = dict(reading.frames)
    for sheet in load_contract().sheets.values():
        if sheet.kind == "enterprises" and sheet.key in frames:
            frames[sheet.key] = with_enterprise_keys(frames[sheet.key], project_code, key)
    return replace(reading, frames=frames)


def refused(rule: str, reason: str) -> Reading:
    """The reading of a file that gets ``rule``, F01 or F02, as a whole."""
    findings = Findings()
    findings.add(rule, "file")
    sheets = [SheetReading(sheet) for sheet in load_contract().sheets]
    return Reading(None, None, {"refused": {"rule": rule, "reason": reason}}, {}, sheets, findings.frame())


def _read(path: Path, file_name: str, limits: Limits) -> Reading:
    contract = load_contract()
    findings = Findings()
    package = open_package(path, file_name, limits)
    try:
        found = _find_sheets(package, limits, findings)
    finally:
        package.archive.close()
    is_csv = package.kind == "csv"
    details: dict[str, Any] = {"container": "zip" if is_csv else "xlsx"}
    details["sheets"] = {sheet: {"name": one.name, **one.details} for sheet, one in found.items()}
    sheets: list[SheetReading] = []
    tables: list[Table] = []
    decimal_mark = period = language = None
    frames: dict[str, pl.DataFrame] = {}
    epoch = next((one.grid.epoch for one in found.values()), 0)
    for sheet in contract.sheets.values():  # the cover comes first
        if sheet.key not in found:
            sheets.append(SheetReading(sheet.key))
            _report_absent(sheet, findings)
            continue
        one = found[sheet.key]
        if sheet.kind == "cover":
            cover = read_cover(sheet, one.grid, Context(None, epoch, is_csv), findings)
            decimal_mark, period, language = (cover.value(name) for name in ("decimal_mark", "period", "language"))
            frames[sheet.key] = cover.frame
            letters = {"value": cover.values_letter} if cover.values_letter else {}
            sheets.append(SheetReading(sheet.key, one.name, is_judged=True, row_count=1, column_letters=letters))
        else:
            header, reading = _read_header(sheet, one, findings)
            if header is not None:
                tables.append(Table(sheet, one.grid, header))
            sheets.append(reading)
    frames |= sheet_frames(tables, Context(decimal_mark, epoch, is_csv), findings)
    sheets = [replace(one, row_count=len(frames[one.sheet])) if one.header_row else one for one in sheets]
    for table in tables:
        if table.sheet.kind == "enterprises":
            frames[table.sheet.key] = with_judged_tax_ids(frames[table.sheet.key])
    details["decimal_mark"] = decimal_mark
    return Reading(period, language, details, _in_table_order(contract, frames), sheets, findings.frame())


def _in_table_order(contract: Contract, frames: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    return {sheet: frames[sheet] for sheet in contract.sheets if sheet in frames}


def _report_absent(sheet: Sheet, findings: Findings) -> None:
    if sheet.kind == "cover":
        findings.add("F03", sheet.key)
    elif sheet.required:
        findings.add("F06", "file", value=sheet.key)
    else:
        findings.add("F10", sheet.key)


def _read_header(sheet: Sheet, found: _Found, findings: Findings) -> tuple[Header | None, SheetReading]:
    header = find_header(sheet, found.grid)
    if header is None:
        for column in sheet.required_columns:
            findings.add("F07", sheet.key, column=column.key)
        return None, SheetReading(sheet.key, found.name)
    missing = [column.key for column in sheet.required_columns if column.key not in header.columns]
    for column_key in missing:
        findings.add("F07", sheet.key, column=column_key)
    for column_key, number in dict(reversed(header.repeated)).items():
        findings.add("F07", sheet.key, column=column_key, number=number, at=header.row)
    for label, number in header.unknown:
        findings.add("F09", sheet.key, number=number, at=header.row, value=label)
    return header, SheetReading(
        sheet.key,
        found.name,
        is_judged=not missing and not header.repeated,
        header_row=header.row,
        column_letters={name: column_letters(number) for name, number in header.columns.items()},
    )


# --- the sheets in the container -------------------------------------------------------------------------


def _find_sheets(package: Package, limits: Limits, findings: Findings) -> dict[str, _Found]:
    """The first non-blank sheet of each kind; the others that are not blank get F09."""
    found: dict[str, _Found] = {}
    sheets = _csv_sheets(package, limits) if package.kind == "csv" else _workbook_sheets(package, limits)
    for key, sheet in sheets:
        if sheet.grid.is_blank:
            continue
        if key is None or key in found:
            findings.add("F09", "file", value=sheet.name)
        else:
            found[key] = sheet
    return found


def _workbook_sheets(package: Package, limits: Limits) -> Iterator[tuple[str | None, _Found]]:
    workbook = open_workbook(package)
    details = {"date_system": "1904"} if workbook.date_1904 else {}
    for sheet, grid in zip(workbook.sheets, sheet_grids(workbook, workbook.sheets, limits), strict=True):
        yield recognise_sheet(sheet.name), _Found(sheet.name, grid, details)


def _csv_sheets(package: Package, limits: Limits) -> Iterator[tuple[str | None, _Found]]:
    for index, name in package.csv_entries():
        key = recognise_sheet(PurePosixPath(name).stem)
        text, encoding = decode(package.read(index))
        separator = find_separator(text, key)
        details = {"encoding": encoding, "separator": separator}
        yield key, _Found(PurePosixPath(name).name, csv_grid(text, separator, limits), details)
