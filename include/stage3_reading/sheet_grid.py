"""Grid of a worksheet: cell types, shared strings, dates and merged ranges resolved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

import numpy as np
import polars as pl

from include.stage3_reading.grid import CELL_SCHEMA, Grid, Kind, mark_cleaned
from include.stage3_reading.limits import Limits
from include.stage3_reading.refusal import NotReadable, Unsafe
from include.stage3_reading.sheet_xml import address, sheets_cells
from include.stage3_reading.workbook import Workbook, WorkbookSheet
from include.stage3_reading.xml_parts import elements
from include.stage3_reading.xml_text import unescaped

#: Days from day 0 of the serials to 1970-01-01. The 1900 system counts 29 February 1900, which did not exist.
EPOCH_1900, EPOCH_1904 = -25_569, -24_107
_PHANTOM_DAY = 60
_LAST_SERIAL = 2_958_466  # the day after 9999-12-31

#: Sheets of up to so many bytes are decoded together, a few at a time: they cost a few queries between them.
_SMALL_SHEET = 512 * 1024
_MOST_TOGETHER = 8


def sheet_grid(workbook: Workbook, sheet: WorkbookSheet, limits: Limits) -> Grid:
    """Raises NotReadable for a broken sheet and Unsafe for one whose values lie beyond the limits."""
    return next(sheet_grids(workbook, [sheet], limits))


def sheet_grids(workbook: Workbook, sheets: Sequence[WorkbookSheet], limits: Limits) -> Iterator[Grid]:
    """The grid of each sheet; small ones are decoded together. Raises like :func:`sheet_grid`."""
    together: list[bytes] = []
    for sheet in sheets:
        data = workbook.package.read(sheet.part)
        if len(data) > _SMALL_SHEET or len(together) == _MOST_TOGETHER:
            yield from _grids(workbook, together, limits)
            together = []
        together.append(data)
        if len(data) > _SMALL_SHEET:
            del data
            yield from _grids(workbook, together, limits)
            together = []
    yield from _grids(workbook, together, limits)


def _grids(workbook: Workbook, parts: list[bytes], limits: Limits) -> Iterator[Grid]:
    if not parts:
        return
    cells = _interpret(sheets_cells(parts), workbook, limits)
    if any(_may_merge(data) for data in parts):
        each = cells.partition_by("sheet", as_dict=True, maintain_order=True)
        cells = pl.concat([cells.clear(), *(_without_merged(own, parts[int(key[0])]) for key, own in each.items())])
    cells = mark_cleaned(cells)
    starts = np.searchsorted(cells["sheet"].to_numpy(), np.arange(len(parts) + 1))
    for start, end in pairwise(starts):
        own = cells.slice(start, end - start)
        holding = own.filter(pl.col("kind") != Kind.FORMULA) if len(own) else own
        last_row, last_column = (int(holding[name].to_numpy().max(initial=0)) for name in ("row", "column"))
        if fault := limits.extent_fault(last_row, last_column):
            raise Unsafe(fault)
        yield Grid(own.select("column", *CELL_SCHEMA), EPOCH_1904 if workbook.date_1904 else EPOCH_1900)


def _interpret(cells: pl.DataFrame, workbook: Workbook, limits: Limits) -> pl.DataFrame:
    """Cells that are not blank as they stand, with kind, raw and number."""
    formula_only = pl.col("formula").is_not_null() & (
        pl.col("text").is_null()
        | ((pl.col("text").str.strip_chars() == "") & ~pl.col("type").is_in(["str", "inlineStr"]))
    )
    cells = cells.filter((pl.col("text").is_not_null() & (pl.col("text") != "")) | formula_only)
    is_number = pl.col("type") == "n"
    text = pl.col("text").str.strip_chars()
    cells = cells.with_columns(
        pl.when(formula_only)
        .then(int(Kind.FORMULA))
        .when(is_number)
        .then(int(Kind.NUMBER))
        .when(pl.col("type") == "b")
        .then(int(Kind.BOOLEAN))
        .when(pl.col("type") == "e")
        .then(int(Kind.ERROR))
        .otherwise(int(Kind.TEXT))
        .cast(pl.UInt8)
        .alias("kind"),
        pl.when(is_number).then(text).otherwise(None).cast(pl.Float64, strict=False).alias("number"),
    )
    # A number that is none is kept as the text it is.
    no_number = (pl.col("kind") == Kind.NUMBER) & ~pl.col("number").is_finite().fill_null(False)
    cells = cells.with_columns(
        pl.when(no_number).then(pl.lit(int(Kind.TEXT), dtype=pl.UInt8)).otherwise("kind").alias("kind"),
        pl.when(no_number).then(None).otherwise("number").alias("number"),
    )
    date_styles = [index for index, shows in enumerate(workbook.date_styles) if shows]
    if date_styles:
        cells = cells.with_columns(
            pl.when((pl.col("kind") == Kind.NUMBER) & pl.col("style").is_in(date_styles))
            .then(pl.lit(int(Kind.DATE), dtype=pl.UInt8))
            .otherwise("kind")
            .alias("kind")
        )
    raw = _raw_texts(cells, workbook, limits)
    return _dates(cells.select("sheet", "row", "column", "kind", raw.alias("raw"), "number"), workbook.date_1904)


def _raw_texts(cells: pl.DataFrame, workbook: Workbook, limits: Limits) -> pl.Series:
    raw = cells["text"]
    shared = (cells["type"] == "s") & (cells["kind"] == Kind.TEXT)
    if shared.any():
        indices = raw.filter(shared).cast(pl.UInt32, strict=False)
        if indices.null_count() or indices.max() >= len(workbook.strings):  # type: ignore[operator]
            raise NotReadable("a cell names a shared string that is not there")
        if _text_bytes(workbook.strings, indices) > limits.max_text_bytes:
            raise Unsafe(f"texts of more than {limits.max_text_bytes} bytes in a sheet")
        raw = raw.scatter(shared.arg_true(), workbook.strings.gather(indices))
    written = cells["kind"].is_in([int(Kind.TEXT), int(Kind.ERROR)]) & ~shared & raw.str.contains("_x", literal=True)
    if written.any():
        raw = raw.scatter(written.arg_true(), unescaped(raw.filter(written)))
    odd = (cells["kind"] == Kind.NUMBER) & raw.str.contains(r"[^0-9-]").fill_null(False)
    if odd.any():
        odd = odd & raw.str.contains(r"[^0-9.-]|\.0*$")
        if odd.any():
            raw = raw.scatter(odd.arg_true(), [_digits(text) for text in raw.filter(odd)])
    booleans = cells["kind"] == Kind.BOOLEAN
    if booleans.any():
        raw = raw.scatter(booleans.arg_true(), [_boolean(text) for text in raw.filter(booleans)])
    formulas = cells["kind"] == Kind.FORMULA
    if formulas.any():
        raw = raw.scatter(formulas.arg_true(), "=" + cells["formula"].filter(formulas))
    return raw


def _text_bytes(strings: pl.Series, indices: pl.Series) -> int:
    """Bytes of the texts that cells share, counted in each of them: a megabyte in a million cells is a bomb."""
    lengths = strings.str.len_bytes().cast(pl.Int64)
    return int(lengths.gather(indices).sum())


def _digits(text: str) -> str:
    """A number's digits, without exponent and without an empty fraction."""
    digits = format(Decimal(repr(float(text))) if "e" in text.lower() else Decimal(text.strip()), "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _boolean(text: str) -> str:
    names = {"1": "TRUE", "true": "TRUE", "0": "FALSE", "false": "FALSE"}
    if text.strip() not in names:
        raise NotReadable("a boolean cell that is neither true nor false")
    return names[text.strip()]


def _dates(cells: pl.DataFrame, date_1904: bool) -> pl.DataFrame:
    """``raw`` of date cells as ISO 8601, with the time of day where there is one; ``number`` as days since 1970."""
    is_date = cells["kind"] == Kind.DATE
    if not is_date.any():
        return cells
    serial = cells["number"].filter(is_date)
    if date_1904:
        day = serial.floor() + EPOCH_1904
        valid = (serial >= 0) & (serial < _LAST_SERIAL + EPOCH_1900 - EPOCH_1904)
    else:
        floor = serial.floor()
        day = floor + EPOCH_1900 + (floor < _PHANTOM_DAY).cast(pl.Int8)
        valid = (serial >= 1) & (serial < _LAST_SERIAL) & (floor != _PHANTOM_DAY)
    days = pl.DataFrame(
        {"day": day, "part": serial - serial.floor(), "valid": valid, "raw": cells["raw"].filter(is_date)}
    )
    days = days.with_columns(pl.when("valid").then("day").alias("day"))
    date = pl.col("day").cast(pl.Int32).cast(pl.Date)
    time = pl.duration(seconds=(pl.col("part") * 86_400).round())
    shown = days.select(
        pl.when(~pl.col("valid"))
        .then("raw")
        .when(pl.col("part") == 0)
        .then(date.cast(pl.String))
        .otherwise((date.cast(pl.Datetime("ms")) + time).dt.strftime("%Y-%m-%d %H:%M:%S"))
    ).to_series()
    at = is_date.arg_true()
    return cells.with_columns(cells["raw"].scatter(at, shown), cells["number"].scatter(at, days["day"]))


def _may_merge(data: bytes) -> bool:
    return b"mergeCell" in data or b"m\0e\0r\0g\0e" in data


def _without_merged(cells: pl.DataFrame, data: bytes) -> pl.DataFrame:
    """Cells but those of a merged range that are not its top left."""
    row, column = cells["row"].to_numpy(), cells["column"].to_numpy()
    drop = np.zeros(len(cells), dtype=bool)
    looked_at = 0
    for top, left, bottom, right in _merged_ranges(data):
        low, high = np.searchsorted(row, (top, bottom + 1))
        looked_at += high - low
        if looked_at > 100 * (len(cells) + 1_000_000):  # ranges that do not overlap look at a row once a column
            raise NotReadable("merged ranges that overlap")
        inside = (column[low:high] >= left) & (column[low:high] <= right)
        drop[low:high] |= inside & ~((row[low:high] == top) & (column[low:high] == left))
    return cells.filter(pl.Series(~drop)) if drop.any() else cells


def _merged_ranges(data: bytes) -> list[tuple[int, int, int, int]]:
    ranges = []
    for reference in _merge_references(data):
        first, _, last = reference.partition(":")
        top, left = address(first)
        bottom, right = address(last or first)
        ranges.append((top, left, bottom, right))
    return ranges


def _merge_references(data: bytes) -> list[str]:
    start, end = data.rfind(b"<mergeCells"), data.rfind(b"</mergeCells>")
    if 0 <= start < end and b"<!" not in data:  # the usual writing: parse the block alone
        found = elements(data[start : end + len(b"</mergeCells>")])
    else:
        found = elements(data)
    return [element.attributes.get("ref", "") for element in found if element.name == "mergeCell"]
