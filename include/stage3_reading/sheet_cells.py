"""Every sheet of a file cell by cell, as it was sent: for showing it again, not for judging it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl

from include.stage3_reading.csv_grid import csv_grid, decode, find_separator
from include.stage3_reading.grid import Grid
from include.stage3_reading.layout import recognise_sheet
from include.stage3_reading.limits import Limits
from include.stage3_reading.package import Package, open_package
from include.stage3_reading.sheet_grid import sheet_grid
from include.stage3_reading.workbook import open_workbook

#: row, column (from 1), kind (``grid.Kind``), raw, number
Cell = tuple[int, int, int, str, float | None]


@dataclass(frozen=True)
class SheetCells:
    """A sheet that is not blank; ``key`` is the contract's where this is the sheet that was read for it.

    ``frame`` has a row a Cell, ordered by row and column.
    """

    name: str
    key: str | None
    frame: pl.DataFrame

    @classmethod
    def of(cls, name: str, key: str | None, grid: Grid) -> SheetCells:
        """The cells of a grid."""
        parts = [
            frame.select("row", pl.lit(column, dtype=pl.Int32).alias("column"), "kind", "raw", "number")
            for column, frame in grid.columns.items()
        ]
        return cls(name, key, pl.concat(parts).sort("row", "column"))

    @property
    def width(self) -> int:
        """Number of the last column that holds anything."""
        return self.frame["column"].max() or 1  # type: ignore[return-value]  # of an integer column

    def cells(self, rows: set[int] | None = None) -> Iterator[Cell]:
        """The cells by row and column; of ``rows`` only where given."""
        chosen = self.frame if rows is None else self.frame.filter(pl.col("row").is_in(list(rows)))
        yield from chosen.iter_rows()


def every_sheet(path: Path, file_name: str, limits: Limits) -> list[SheetCells]:
    """Every sheet that is not blank, in the file's order; raises what reading the file raises."""
    sheets: list[SheetCells] = []
    package = open_package(path, file_name, limits)
    try:
        for name, key, grid in _csv_grids(package, limits) if package.kind == "csv" else _grids(package, limits):
            if not grid.is_blank:
                is_taken = key in {sheet.key for sheet in sheets}
                sheets.append(SheetCells.of(name, None if is_taken else key, grid))
    finally:
        package.archive.close()
    return sheets


def pack_sheets(sheets: Sequence[SheetCells]) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """Content and attachments of the message that holds sheets."""
    attachments = {}
    for number, sheet in enumerate(sheets):
        buffer = io.BytesIO()
        sheet.frame.write_ipc_stream(buffer)
        attachments[str(number)] = buffer.getvalue()
    return [{"name": sheet.name, "key": sheet.key} for sheet in sheets], attachments


def unpack_sheets(content: Sequence[Mapping[str, Any]], attachments: Mapping[str, bytes]) -> list[SheetCells]:
    """The sheets in a message."""
    frames = (pl.read_ipc_stream(io.BytesIO(attachments[str(number)])) for number in range(len(content)))
    return [SheetCells(one["name"], one["key"], frame) for one, frame in zip(content, frames, strict=True)]


def _grids(package: Package, limits: Limits) -> Iterator[tuple[str, str | None, Grid]]:
    workbook = open_workbook(package)
    for sheet in workbook.sheets:
        yield sheet.name, recognise_sheet(sheet.name), sheet_grid(workbook, sheet, limits)


def _csv_grids(package: Package, limits: Limits) -> Iterator[tuple[str, str | None, Grid]]:
    for index, name in package.csv_entries():
        stem = PurePosixPath(name).stem
        key = recognise_sheet(stem)
        text, _ = decode(package.read(index))
        yield stem, key, csv_grid(text, find_separator(text, key), limits)
