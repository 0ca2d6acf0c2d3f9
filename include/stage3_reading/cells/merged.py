"""Merged ranges: the cells that they hide, and what one that is merged down a column gives to its rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from include.stage3_reading.cells.addresses import LAST_COLUMN, LAST_ROW, address, column_number
from include.stage3_reading.cells.grid import Grid, Range
from include.stage3_reading.container.refusal import NotReadable, Unsafe
from include.stage3_reading.container.xml_parts import elements

#: Merged ranges of a sheet; each is looked up among its cells.
_MOST_MERGED = 100_000


def with_merged_references(grid: Grid, header: int, column: int) -> Grid:
    """The grid in which a range merged down ``column`` below the header row gives its value to each of its rows that
    holds anything. Such a cell has no ``raw`` of its own: nothing was received in it."""
    ranges = [one for one in grid.merged_down if one[0] > header and one[1] == column]
    if not ranges:
        return grid
    row, columns = (grid.cells[name].to_numpy() for name in ("row", "column"))
    rows = np.unique(row)
    sources, targets = [], []
    for top, _, bottom, _ in ranges:
        low, high = np.searchsorted(row, (top, top + 1))
        at = low + np.flatnonzero(columns[low:high] == column)
        if len(at):  # a merged range without a value gives none
            below = rows[np.searchsorted(rows, top, side="right") : np.searchsorted(rows, bottom, side="right")]
            targets.append(below)
            sources.append(np.repeat(at[:1], len(below)))
    if not targets:
        return grid
    given = grid.cells[np.concatenate(sources)].with_columns(
        pl.Series("row", np.concatenate(targets), dtype=pl.Int32), pl.lit("").alias("raw")
    )
    cells = pl.concat([grid.cells, given]).sort("row", "column", maintain_order=True)
    return replace(grid, cells=cells.unique(["row", "column"], keep="first", maintain_order=True))


def _merging_tags(data: bytes) -> int:
    """How often merged cells are named, in an encoding of one byte a letter or of two."""
    return data.count(b"mergeCell") + data.count(b"m\0e\0r\0g\0e\0C\0e\0l\0l")


def without_merged(cells: pl.DataFrame, parts: Sequence[bytes]) -> tuple[pl.DataFrame, dict[int, tuple[Range, ...]]]:
    """Cells but those of a merged range that are not its top left; of each sheet, ranges that go over several rows."""
    merging = [number for number, data in enumerate(parts) if _merging_tags(data)]
    if not merging:
        return cells, {}
    sheet = cells["sheet"].to_numpy()
    drop = np.zeros(len(cells), dtype=bool)
    down: dict[int, tuple[Range, ...]] = {}
    for number in merging:
        start, end = np.searchsorted(sheet, (number, number + 1))
        own = cells.slice(start, end - start)
        ranges = _merged_ranges(parts[number])
        drop[start:end] = _merged_away(own["row"].to_numpy(), own["column"].to_numpy(), ranges)
        down[number] = tuple(one for one in ranges if one[2] > one[0])
    return (cells.filter(pl.Series(~drop)) if drop.any() else cells), down


def _merged_away(row: np.ndarray, column: np.ndarray, ranges: Sequence[Range]) -> np.ndarray:
    """Of cells of a sheet by row and column: whether a merged range hides them."""
    drop = np.zeros(len(row), dtype=bool)
    looked_at = 0
    for top, left, bottom, right in ranges:
        low, high = np.searchsorted(row, (top, bottom + 1))
        looked_at += high - low
        if looked_at > 100 * (len(row) + 1_000_000):  # ranges that do not overlap look at a row once a column
            raise NotReadable("merged ranges that overlap")
        inside = (column[low:high] >= left) & (column[low:high] <= right)
        drop[low:high] |= inside & ~((row[low:high] == top) & (column[low:high] == left))
    return drop


def _merged_ranges(data: bytes) -> list[Range]:
    ranges = []
    for reference in _merge_references(data):
        if whole := re.fullmatch(r"\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})", reference):  # columns from top to bottom
            ranges.append((1, column_number(whole[1].upper()), LAST_ROW, column_number(whole[2].upper())))
        elif whole := re.fullmatch(r"\$?([0-9]{1,7}):\$?([0-9]{1,7})", reference):  # rows from left to right
            ranges.append((int(whole[1]), 1, int(whole[2]), LAST_COLUMN))
        else:
            first, _, last = reference.replace("$", "").partition(":")
            top, left = address(first)
            bottom, right = address(last or first)
            ranges.append((top, left, bottom, right))
    return ranges


def _merge_references(data: bytes) -> list[str]:
    if _merging_tags(data) > 2 * _MOST_MERGED:  # start tags, and end tags where they are written
        raise Unsafe(f"more than {_MOST_MERGED} merged ranges")
    start, end = data.rfind(b"<mergeCells"), data.rfind(b"</mergeCells>")
    if 0 <= start < end and b"<!" not in data:  # the usual writing: parse the block alone
        found = elements(data[start : end + len(b"</mergeCells>")])
    else:
        found = elements(data)
    return [element.attributes.get("ref", "") for element in found if element.name == "mergeCell"]
