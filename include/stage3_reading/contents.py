"""What stands in a container: its sheets as grids, whatever container it is; those of many files at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from include.stage3_reading.csv_grid import csv_grid, decode, find_separator
from include.stage3_reading.grid import Grid
from include.stage3_reading.layout import recognise_sheet
from include.stage3_reading.limits import Limits
from include.stage3_reading.package import Package, open_package
from include.stage3_reading.sheet_grid import sheet_grids
from include.stage3_reading.workbook import Workbook, open_workbook


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
    details: dict[str, str]


def open_container(path: Path, file_name: str, limits: Limits) -> Container:
    """Opens and scans a delivery. Raises like ``open_package`` and ``open_workbook``."""
    package = open_package(path, file_name, limits)
    try:
        return Container(package, None if package.kind == "csv" else open_workbook(package))
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


def _workbook_sheets(workbook: Workbook, grids: Iterator[Grid]) -> Iterator[FileSheet]:
    details = {"date_system": "1904"} if workbook.date_1904 else {}
    for sheet in workbook.sheets:
        yield FileSheet(sheet.name, recognise_sheet(sheet.name), next(grids), details)


def _csv_sheets(package: Package, limits: Limits) -> Iterator[FileSheet]:
    for index, name in package.csv_entries():
        key = recognise_sheet(PurePosixPath(name).stem)
        text, encoding = decode(package.read(index))
        separator = find_separator(text, key)
        details = {"encoding": encoding, "separator": separator}
        yield FileSheet(PurePosixPath(name).name, key, csv_grid(text, separator, limits), details)
