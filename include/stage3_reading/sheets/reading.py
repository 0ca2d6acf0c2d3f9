"""Reading submissions: files in, frames and findings out, whatever the files are.

Files are read some at a time: a query costs much the same whether its cells are one file's or twenty files'.
"""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl

from include.contract import Sheet, load_contract
from include.stage3_reading.cells.addresses import column_letters
from include.stage3_reading.cells.contents import Container, FileSheet, file_sheets, open_container, that_count
from include.stage3_reading.cells.merged import with_merged_references
from include.stage3_reading.container.limits import MEGABYTE, Limits
from include.stage3_reading.container.refusal import Refused
from include.stage3_reading.sheets.cover import Cover, read_covers
from include.stage3_reading.sheets.findings import Findings
from include.stage3_reading.sheets.frames import Stack, Table, sheet_frames
from include.stage3_reading.sheets.header import Header, find_header
from include.stage3_reading.sheets.loose_values import report_loose_values
from include.stage3_reading.sheets.renamed import renamed
from include.stage3_reading.values.columns import Context

#: Files are read together up to so many bytes inflated; what a query costs is then little beside its cells.
_TOGETHER_BYTES = 32 * MEGABYTE
_COVER = "cover"
#: Merged ranges of a sheet that the answer can name.
_RANGES_NAMED = 2_000


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


def read_files(files: Sequence[tuple[Path, str]], limits: Limits) -> list[Reading]:
    """Reads deliveries, paths and the partners' names for them, each as if it were alone.

    Raises MemoryError, and nothing else.
    """
    readings: list[Reading] = []
    waiting = deque(files)
    while waiting:
        opened: list[Container | Reading] = []
        size = 0
        while waiting and size < _TOGETHER_BYTES:
            opened.append(_open(*waiting.popleft(), limits))
            size += opened[-1].package.inflated_bytes if isinstance(opened[-1], Container) else 0
        containers = [one for one in opened if isinstance(one, Container)]
        try:
            read = iter(_read_together(containers, limits))
        finally:
            for container in containers:
                container.package.archive.close()
        readings += [next(read) if isinstance(one, Container) else one for one in opened]
    return readings


def _open(path: Path, file_name: str, limits: Limits) -> Container | Reading:
    """The container, or the reading of a file that is none."""
    try:
        return open_container(path, file_name, limits)
    except MemoryError:
        raise
    except (Exception, pl.exceptions.PanicException) as error:
        return _refusal(error)


def _read_together(containers: Sequence[Container], limits: Limits) -> list[Reading]:
    """The readings; by halves where one of the files is at fault, which leaves it alone with its fault."""
    try:
        return _read(containers, limits) if containers else []
    except MemoryError:
        raise
    except (Exception, pl.exceptions.PanicException) as error:  # one partner's file never stops the night
        if len(containers) == 1:
            return [_refusal(error)]
    middle = len(containers) // 2
    return _read_together(containers[:middle], limits) + _read_together(containers[middle:], limits)


def _refusal(error: BaseException) -> Reading:
    if isinstance(error, Refused):
        return refused(error.rule, str(error), error.cause, error.place)
    # Types and places only: the message of an unforeseen error may hold values of the file.
    places = [f"{PurePosixPath(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)]
    return refused("F01", f"unforeseen {type(error).__name__} at {' > '.join(places[-6:])}")


def refused(rule: str, reason: str, cause: str = "damaged", place: Mapping[str, str] | None = None) -> Reading:
    """The reading of a file that gets ``rule``, F01 or F02, as a whole; ``cause`` and ``place`` as of ``Refused``."""
    findings = Findings()
    findings.add(0, rule, "file")
    sheets = [SheetReading(sheet) for sheet in load_contract().sheets]
    details = {"refused": {"rule": rule, "reason": reason, "cause": cause, "place": dict(place or {})}}
    return Reading(None, None, details, {}, sheets, findings.frames(1)[0])


def _read(containers: Sequence[Container], limits: Limits) -> list[Reading]:
    contract = load_contract()
    findings = Findings()
    found, seeming = [], []
    for file, sheets in enumerate(file_sheets(containers, limits)):
        every = [sheet for sheet in sheets if not sheet.grid.is_blank]
        found.append(_first_of_each(file, every, findings))
        seeming.append(renamed(every, found[-1]))
    epochs = [next((one.grid.epoch for one in of_file.values()), 0) for of_file in found]
    contexts = [Context(None, epoch, one.is_csv) for epoch, one in zip(epochs, containers, strict=True)]
    grids = {file: of_file[_COVER].grid for file, of_file in enumerate(found) if _COVER in of_file}
    covers = read_covers(contract.sheets[_COVER], grids, contexts, findings)
    tables = [_tables(file, of_file, findings) for file, of_file in enumerate(found)]
    contexts = [
        replace(context, decimal_mark=covers[file].value("decimal_mark")) if file in covers else context
        for file, context in enumerate(contexts)
    ]
    frames = _frames(tables, contexts, findings)
    readings = []
    for file, of_findings in enumerate(findings.frames(len(found))):
        cover = covers.get(file)
        period, language, mark = (
            cover.value(name) if cover else None for name in ("period", "language", "decimal_mark")
        )
        readings.append(
            Reading(
                period=period,
                language=language,
                details={
                    "container": "zip" if containers[file].is_csv else "xlsx",
                    "sheets": {
                        key: {"name": one.name, **one.details, **_remarks(one, tables[file].get(key))}
                        for key, one in found[file].items()
                    },
                    "decimal_mark": mark,
                    **_remarks_of_file(containers[file], seeming[file]),
                },
                frames=({_COVER: cover.frame} if cover else {}) | frames[file],
                sheets=[
                    _sheet_reading(sheet, found[file].get(sheet.key), cover, tables[file].get(sheet.key))
                    for sheet in contract.sheets.values()
                ],
                findings=of_findings,
            )
        )
    return readings


def _remarks_of_file(container: Container, seeming: Mapping[str, str]) -> dict[str, Any]:
    """Sheets that seem to be missing ones, and that no formula was calculated; as far as there is anything."""
    is_uncalculated = container.workbook is not None and container.workbook.is_uncalculated
    return {**({"seems": dict(seeming)} if seeming else {}), **({"uncalculated": True} if is_uncalculated else {})}


def _remarks(sheet: FileSheet, table: Table | None) -> dict[str, Any]:
    """How many data rows are hidden, the first of them, and ranges merged down a column, as far as there are any."""
    if table is None:
        return {}
    hidden = sorted(set(sheet.hidden_rows).intersection(table.rows)) if sheet.hidden_rows else []
    columns = set(table.header.columns.values())
    merged = [
        f"{column_letters(left)}{top}:{column_letters(right)}{bottom}"
        for top, left, bottom, right in sorted(sheet.grid.merged_down)
        if bottom > table.header.row and columns.intersection(range(left, right + 1))
    ]
    return {
        **({"hidden_rows": len(hidden), "first_hidden_row": hidden[0]} if hidden else {}),
        **({"merged": merged[:_RANGES_NAMED]} if merged else {}),
    }


def _first_of_each(file: int, every: Sequence[FileSheet], findings: Findings) -> dict[str, FileSheet]:
    """The sheet of each kind that counts, of those that are not blank; the others get F09."""
    found = that_count(every)
    for sheet in every:
        if sheet.key is None or found[sheet.key] is not sheet:
            findings.add(file, "F09", "file", value=sheet.name)
    return found


def _tables(file: int, found: Mapping[str, FileSheet], findings: Findings) -> dict[str, Table]:
    """The sheets of rows that have a header; F03, F06, F07, F09 and F10 where sheets and columns are not as agreed."""
    tables: dict[str, Table] = {}
    for sheet in load_contract().sheets.values():
        if sheet.key not in found:
            _report_absent(file, sheet, findings)
        elif sheet.key != _COVER:
            header = find_header(sheet, found[sheet.key].grid)
            _report_columns(file, sheet, header, findings)
            if header:
                grid, reference = found[sheet.key].grid, header.columns.get("enterprise_ref")
                report_loose_values(file, sheet, grid, header, findings)
                if sheet.kind == "detail" and reference:
                    grid = with_merged_references(grid, header.row, reference)
                tables[sheet.key] = Table(file, grid, header)
    return tables


def _report_absent(file: int, sheet: Sheet, findings: Findings) -> None:
    if sheet.key == _COVER:
        findings.add(file, "F03", sheet.key)
    elif sheet.required:
        findings.add(file, "F06", "file", value=sheet.key)
    else:
        findings.add(file, "F10", sheet.key)


def _missing(sheet: Sheet, header: Header | None) -> list[str]:
    return [column.key for column in sheet.required_columns if header is None or column.key not in header.columns]


def _report_columns(file: int, sheet: Sheet, header: Header | None, findings: Findings) -> None:
    for column_key in _missing(sheet, header):
        findings.add(file, "F07", sheet.key, column=column_key)
    if header is None:
        return
    for column_key, number in dict(reversed(header.repeated)).items():
        findings.add(file, "F07", sheet.key, column=column_key, number=number, at=header.row)
    for label, number in header.unknown:
        findings.add(file, "F09", sheet.key, number=number, at=header.row, value=label)


def _frames(
    tables: Sequence[Mapping[str, Table]], contexts: Sequence[Context], findings: Findings
) -> list[dict[str, pl.DataFrame]]:
    """Of each file: the frames of its tables."""
    stacks = [
        Stack(sheet, [of_file[sheet.key] for of_file in tables if sheet.key in of_file])
        for sheet in load_contract().row_sheets
    ]
    frames: list[dict[str, pl.DataFrame]] = [{} for _ in tables]
    stacks = [stack for stack in stacks if stack.tables]
    for stack, frame in zip(stacks, sheet_frames(stacks, contexts, findings), strict=True):
        start = 0
        for table in stack.tables:
            frames[table.file][stack.sheet.key] = frame.slice(start, len(table.rows))
            start += len(table.rows)
    return frames


def _sheet_reading(sheet: Sheet, found: FileSheet | None, cover: Cover | None, table: Table | None) -> SheetReading:
    if found is None:
        return SheetReading(sheet.key)
    if sheet.key == _COVER and cover:
        letters = {"value": cover.values_letter} if cover.values_letter else {}
        return SheetReading(sheet.key, found.name, is_judged=True, row_count=1, column_letters=letters)
    if table is None:
        return SheetReading(sheet.key, found.name)
    header = table.header
    return SheetReading(
        sheet.key,
        found.name,
        is_judged=not _missing(sheet, header) and not header.repeated,
        header_row=header.row,
        row_count=len(table.rows),
        column_letters={name: column_letters(number) for name, number in header.columns.items()},
    )
