"""What stands in a container: its sheets as grids, whatever container it is; those of many files at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from include.formats.labels import recognise_entry, recognise_sheet
from include.stage3_reading.cells.csv_grid import csv_grid, decode, find_separator
from include.stage3_reading.cells.grid import Grid
from include.stage3_reading.cells.hidden_rows import hidden_rows
from include.stage3_reading.cells.sheet_grid import sheet_grids
from include.stage3_reading.container.limits import Limits
from include.stage3_reading.container.package import Package, open_package
from include.stage3_reading.container.refusal import NotReadable, Refused
from include.stage3_reading.container.workbook import Workbook, open_workbook


@dataclass(frozen=True)
class Container:
    """A delivery that passed the scan; ``workbook`` is None for zipped CSV."""

    package: Package
    workbook: Workbook | None

    @property
    def is_csv(self) -> bool:
        """Whether it is zipped CSV."""
        return self.workbook is None


@dataclass(frozen=True)
class FileSheet:
    """A sheet of a file, ``key`` being the contract's for sheets of that name."""

    name: str
    key: str | None
    grid: Grid
    #: how it was read, for ``ops.submission.reading``
    details: dict[str, Any]
    is_hidden: bool = False
    #: numbers of the rows that are hidden in it
    hidden_rows: Sequence[int] = ()


def open_container(path: Path, file_name: str, limits: Limits) -> Container:
    """Opens and scans a delivery. Raises like ``open_package`` and ``open_workbook``."""
    package = open_package(path, file_name, limits)
    try:
        if package.kind == "csv":
            return Container(package, None)
        workbook = open_workbook(package)
        for name in filter(recognise_sheet, workbook.without_part):
            raise NotReadable("a sheet without its part", "missing_part", sheet=name)
        return Container(package, workbook)
    except BaseException:
        package.archive.close()
        raise


def file_sheets(containers: Sequence[Container], limits: Limits) -> Iterator[Iterator[FileSheet]]:
    """The sheets of each container in the file's order, to be taken one container after the other."""
    books = [container.workbook for container in containers if container.workbook]
    grids = sheet_grids(((book, sheet) for book in books for sheet in book.sheets), limits)
    for container in containers:
        if container.workbook:
            yield _workbook_sheets(container.workbook, grids)
        else:
            yield _csv_sheets(container.package, limits)


def that_count(sheets: Sequence[FileSheet]) -> dict[str, FileSheet]:
    """By kind the sheet that counts: of those that are not blank the first visible one, failing that the first."""
    found: dict[str, FileSheet] = {}
    for sheet in sheets:
        known = found.get(sheet.key or "")
        if sheet.key and not sheet.grid.is_blank and (known is None or (known.is_hidden and not sheet.is_hidden)):
            found[sheet.key] = sheet
    return found


def _workbook_sheets(workbook: Workbook, grids: Iterator[Grid]) -> Iterator[FileSheet]:
    details = {"date_system": "1904"} if workbook.date_1904 else {}
    for sheet in workbook.sheets:
        hidden = {"is_hidden": True} if sheet.is_hidden else {}
        rows = hidden_rows(workbook.package.read(sheet.part))
        yield FileSheet(sheet.name, recognise_sheet(sheet.name), next(grids), details | hidden, sheet.is_hidden, rows)


def _csv_sheets(package: Package, limits: Limits) -> Iterator[FileSheet]:
    for index, names in package.csv_entries():
        paths = [PurePosixPath(name) for name in names]
        path = next((one for one in paths if recognise_entry(one.stem)), paths[0])
        key = recognise_entry(path.stem)
        try:
            text, encoding = decode(package.read(index))
            separator = find_separator(text, key)
            grid = csv_grid(text, separator, limits)
        except Refused as refusal:
            refusal.place.setdefault("entry", path.name)
            if key is None and isinstance(refusal, NotReadable):
                # ignored all the same (F09): somebody's notes; it holds something, and nobody asks what
                yield FileSheet(path.name, None, csv_grid(path.name, ",", limits), {})
                continue
            raise
        yield FileSheet(path.name, key, grid, {"encoding": encoding, "separator": separator})
