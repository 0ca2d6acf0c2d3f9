"""The partner's own sheets as sent, read again from the archived copy."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import polars as pl

from include.stage3_reading.csv_grid import csv_grid, decode, find_separator
from include.stage3_reading.grid import Grid
from include.stage3_reading.layout import recognise_sheet
from include.stage3_reading.limits import Limits
from include.stage3_reading.package import Package, open_package
from include.stage3_reading.refusal import Refused
from include.stage3_reading.sheet_grid import sheet_grid
from include.stage3_reading.workbook import open_workbook

log = logging.getLogger(__name__)

#: row, column (from 1), kind, raw, number
Cell = tuple[int, int, int, str, float | None]


@dataclass(frozen=True)
class PartnerSheet:
    """A sheet that is not blank; ``key`` is the contract's where this is the sheet that was read for it."""

    name: str
    key: str | None
    grid: Grid

    @property
    def cell_count(self) -> int:
        """Number of cells that hold anything."""
        return sum(map(len, self.grid.columns.values()))

    def cells(self, rows: set[int] | None = None) -> Iterator[Cell]:
        """The cells by row and column; of ``rows`` only where given."""
        parts = [
            frame.select("row", pl.lit(column, dtype=pl.Int32).alias("column"), "kind", "raw", "number")
            for column, frame in self.grid.columns.items()
        ]
        if not parts:
            return
        every = pl.concat(parts)
        if rows is not None:
            every = every.filter(pl.col("row").is_in(list(rows)))
        yield from every.sort("row", "column").iter_rows()


def partner_sheets(path: Path, file_name: str) -> list[PartnerSheet]:
    """Every sheet that is not blank, in the file's order; none where the file cannot be read or is not safe to.

    Only for files that reading, which decodes in a confined process, has got through.
    """
    sheets: list[PartnerSheet] = []
    limits = Limits.from_environment()
    try:
        package = open_package(path, file_name, limits)
        try:
            named = _csv_grids(package, limits) if package.kind == "csv" else _workbook_grids(package, limits)
            for name, key, grid in named:
                if not grid.is_blank:
                    taken = {sheet.key for sheet in sheets}
                    sheets.append(PartnerSheet(name, None if key in taken else key, grid))
        finally:
            package.archive.close()
    except Refused:
        return []
    except Exception as error:  # what stopped the reading stops only this view of it
        log.error("the sheets of a delivery could not be shown: %s", type(error).__name__)
        return []
    return sheets


def _workbook_grids(package: Package, limits: Limits) -> Iterator[tuple[str, str | None, Grid]]:
    workbook = open_workbook(package)
    for sheet in workbook.sheets:
        yield sheet.name, recognise_sheet(sheet.name), sheet_grid(workbook, sheet, limits)


def _csv_grids(package: Package, limits: Limits) -> Iterator[tuple[str, str | None, Grid]]:
    for index, name in package.csv_entries():
        key = recognise_sheet(PurePosixPath(name).stem)
        text, _ = decode(package.read(index))
        yield PurePosixPath(name).stem, key, csv_grid(text, find_separator(text, key), limits)
