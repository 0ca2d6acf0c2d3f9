"""Every sheet of a file cell by cell, as it was sent: for showing it again, not for judging it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl

from include.stage3_reading.cells.contents import file_sheets, open_container, that_count
from include.stage3_reading.cells.grid import Grid
from include.stage3_reading.container.limits import Limits


@dataclass(frozen=True)
class SheetCells:
    """A sheet that is not blank; ``key`` is the contract's where this is the sheet that was read for it.

    ``frame`` has a row a cell, ordered by ``row`` and ``column`` (both from 1), and its ``kind`` (``grid.Kind``),
    ``raw`` and ``number``.
    """

    name: str
    key: str | None
    frame: pl.DataFrame

    @classmethod
    def of(cls, name: str, key: str | None, grid: Grid) -> SheetCells:
        """The cells of a grid."""
        return cls(name, key, grid.cells.select("row", "column", "kind", "raw", "number"))

    @property
    def width(self) -> int:
        """Number of the last column that holds anything."""
        return self.frame["column"].max() or 1  # type: ignore[return-value]  # of an integer column

    def cells(self, rows: set[int] | None = None) -> pl.DataFrame:
        """The cells by row and column; of ``rows`` only where given."""
        return self.frame if rows is None else self.frame.filter(pl.col("row").is_in(list(rows)))


def every_sheet(path: Path, file_name: str, limits: Limits) -> list[SheetCells]:
    """Every sheet that is not blank, in the file's order; raises what reading the file raises."""
    container = open_container(path, file_name, limits)
    with container.package.archive:
        every = [sheet for sheet in next(file_sheets([container], limits)) if not sheet.grid.is_blank]
    counting = that_count(every)
    sheets = []
    for sheet in every:
        name = PurePosixPath(sheet.name).stem if container.is_csv else sheet.name
        is_counted = sheet.key is not None and counting[sheet.key] is sheet
        sheets.append(SheetCells.of(name, sheet.key if is_counted else None, sheet.grid))
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
