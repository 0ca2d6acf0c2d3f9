"""Grid of a worksheet: cell types, shared strings, dates and merged ranges resolved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl

from include.formats.dates import EPOCH_1900, EPOCH_1904
from include.stage3_reading.cells.addresses import column_letters
from include.stage3_reading.cells.decoded import BLANKS
from include.stage3_reading.cells.grid import CELL_SCHEMA, Grid, Kind, mark_cleaned
from include.stage3_reading.cells.merged import without_merged
from include.stage3_reading.cells.shared_strings import shared_strings
from include.stage3_reading.cells.worksheet import sheets_cells
from include.stage3_reading.cells.xml_text import unescaped
from include.stage3_reading.container.limits import Limits
from include.stage3_reading.container.refusal import NotReadable, Refused, Unsafe
from include.stage3_reading.container.workbook import Workbook, WorkbookSheet

#: The day that the 1900 system counts and that did not exist, 29 February 1900.
_PHANTOM_DAY = 60
_LAST_SERIAL = 2_958_466  # the day after 9999-12-31

#: Sheets of up to so many bytes are decoded together, so many bytes of them at once: they share the cost of queries.
_SMALL_SHEET = 512 * 1024
_MOST_TOGETHER = 4 * 1024**2

#: A worksheet and the workbook it is in.
Of = tuple[Workbook, WorkbookSheet]


def sheet_grids(sheets: Iterable[Of], limits: Limits) -> Iterator[Grid]:
    """The grid of each sheet; small ones are decoded together, of whichever workbooks.

    Raises NotReadable for a broken sheet and Unsafe for one whose values lie beyond the limits.
    """
    decoder = _Decoder(limits)
    together: list[_Part] = []
    size = 0
    for workbook, sheet in sheets:
        data = workbook.package.read(sheet.part)
        if together and (len(data) > _SMALL_SHEET or size + len(data) > _MOST_TOGETHER):
            yield from decoder.grids(together)
            together, size = [], 0
        together.append(_Part(workbook, sheet.name, data))
        size += len(data)
        if len(data) > _SMALL_SHEET:
            del data
            yield from decoder.grids(together)
            together, size = [], 0
    if together:
        yield from decoder.grids(together)


@dataclass(frozen=True, eq=False)
class _Part:
    """A worksheet's XML."""

    workbook: Workbook
    name: str
    data: bytes


class _Decoder:
    """Decodes sheets, a few at a time, and keeps the shared strings of their workbooks."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._strings: dict[Workbook, pl.Series] = {}

    def grids(self, sheets: Sequence[_Part]) -> Iterator[Grid]:
        """The grid of each worksheet."""
        try:
            yield from self._grids(sheets)
        except Refused as refusal:
            if len(sheets) == 1:
                refusal.place.setdefault("sheet", sheets[0].name)
            elif len({one.workbook for one in sheets}) == 1:  # the sheet at fault, for its name
                for one in sheets:
                    list(self.grids([one]))
            raise

    def _grids(self, sheets: Sequence[_Part]) -> Iterator[Grid]:
        parts = [one.data for one in sheets]
        cells = sheets_cells(parts)
        books = list(dict.fromkeys(one.workbook for one in sheets))
        book = np.array([books.index(one.workbook) for one in sheets], dtype=np.int32)
        cells = cells.insert_column(1, pl.Series("book", book[cells["sheet"].to_numpy()]))
        cells, merged_down = without_merged(self._interpret(cells, books), parts)
        cells = mark_cleaned(cells)
        sheet = cells["sheet"].to_numpy()
        holding = cells["kind"].to_numpy() != Kind.FORMULA
        places = [cells[name].to_numpy() for name in ("row", "column")]
        starts = np.searchsorted(sheet, np.arange(len(parts) + 1))
        cells = cells.select("column", *CELL_SCHEMA)
        for at, (start, end) in enumerate(pairwise(starts)):
            rows, columns = (place[start:end][holding[start:end]] for place in places)
            if far := self._limits.beyond(rows, columns):
                fault, cause, row, column = far
                raise Unsafe(fault, cause, sheet=sheets[at].name, cell=f"{column_letters(column)}{row}")
            epoch = EPOCH_1904 if sheets[at].workbook.date_1904 else EPOCH_1900
            yield Grid(cells.slice(start, end - start), epoch, merged_down=merged_down.get(at, ()))

    def _interpret(self, cells: pl.DataFrame, books: Sequence[Workbook]) -> pl.DataFrame:
        """Cells that are not blank as they stand, with kind, raw, number and zeros."""
        formula_only = pl.col("formula").is_not_null() & (
            pl.col("text").is_null()
            | ((pl.col("text").str.strip_chars() == "") & ~pl.col("type").is_in(["str", "inlineStr"]))
        )
        if any(book.is_uncalculated for book in books):  # what calculated nothing stores 0 for every formula
            waiting = pl.Series("waiting", [book.is_uncalculated for book in books]).gather(cells["book"])
            stands_in = (pl.col("type") == "n") & (pl.col("text").cast(pl.Float64, strict=False) == 0)
            formula_only |= pl.col("formula").is_not_null() & stands_in.fill_null(False) & pl.col("waiting")
            cells = cells.with_columns(waiting)
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
        zeros = _of_styles(cells, [book.zero_styles for book in books], 0)
        if len(shows_date := _of_styles(cells, [book.date_styles for book in books], False)):
            cells = cells.with_columns(
                pl.when((pl.col("kind") == Kind.NUMBER) & pl.lit(shows_date))
                .then(pl.lit(int(Kind.DATE), dtype=pl.UInt8))
                .otherwise("kind")
                .alias("kind")
            )
        raw = self._raw_texts(cells, books)
        date_1904 = np.array([book.date_1904 for book in books])[cells["book"].to_numpy()]
        cells = cells.select("sheet", "row", "column", "kind", raw.alias("raw"), "number")
        zeros = zeros if len(zeros) else pl.Series([0]).new_from_index(0, len(cells))
        return _dates(cells.with_columns(zeros.cast(pl.UInt8).alias("zeros")), date_1904)

    def _raw_texts(self, cells: pl.DataFrame, books: Sequence[Workbook]) -> pl.Series:
        raw = cells["text"]
        shared = (cells["type"] == "s") & (cells["kind"] == Kind.TEXT)
        if shared.any():
            raw = raw.scatter(shared.arg_true(), self._shared(raw.filter(shared), cells["book"].filter(shared), books))
        written = (
            cells["kind"].is_in([int(Kind.TEXT), int(Kind.ERROR)]) & ~shared & raw.str.contains("_x", literal=True)
        )
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

    def _shared(self, indices: pl.Series, book: pl.Series, books: Sequence[Workbook]) -> pl.Series:
        """The shared string of each index into those of its book."""
        of_needed = book.unique().sort().to_numpy()
        needed = [books[number] for number in of_needed]
        self._strings |= {one: shared_strings(one) for one in needed if one not in self._strings}
        each = [self._strings[one] for one in needed]
        counts, starts = np.zeros(len(books), dtype=np.int64), np.zeros(len(books), dtype=np.int64)
        counts[of_needed] = [len(strings) for strings in each]
        starts[of_needed] = np.cumsum(counts[of_needed]) - counts[of_needed]
        whole = indices.str.strip_chars(BLANKS).cast(pl.UInt32, strict=False)
        at, books_at = whole.to_numpy(), book.to_numpy()
        if whole.null_count() or (at >= counts[books_at]).any():
            raise NotReadable("a cell names a shared string that is not there")
        strings, places = pl.concat(each), pl.Series(starts[books_at] + at)
        if _text_bytes(strings, places) > self._limits.max_text_bytes:
            raise Unsafe(f"texts of more than {self._limits.max_text_bytes} bytes in a sheet")
        return strings.gather(places)


def _of_styles(cells: pl.DataFrame, by_style: Sequence[Sequence[Any]], otherwise: Any) -> pl.Series:
    """What the style of each cell says, given what those of each book do; empty where all of them say ``otherwise``."""
    if not any(any(of_book) for of_book in by_style):
        return pl.Series(dtype=pl.Boolean)
    # Behind the styles of each book stands one for all those that it does not have.
    counts = np.array([len(of_book) for of_book in by_style])
    said = np.concatenate([[*of_book, otherwise] for of_book in by_style])
    starts = np.cumsum(counts + 1) - counts - 1
    book = cells["book"].to_numpy()
    return pl.Series(said[starts[book] + np.minimum(cells["style"].to_numpy(), counts[book])])


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
    if text.strip().casefold() not in names:
        raise NotReadable("a boolean cell that is neither true nor false")
    return names[text.strip().casefold()]


def _dates(cells: pl.DataFrame, date_1904: np.ndarray) -> pl.DataFrame:
    """``raw`` of date cells as ISO 8601, with the time of day where there is one; ``number`` as days since 1970."""
    is_date = cells["kind"] == Kind.DATE
    if not is_date.any():
        return cells
    serial = cells["number"].filter(is_date)
    floor = serial.floor()
    is_1904 = pl.Series(date_1904[is_date.to_numpy()])
    days = pl.DataFrame({"serial": serial, "floor": floor, "is_1904": is_1904, "raw": cells["raw"].filter(is_date)})
    day_1900 = pl.col("floor") + EPOCH_1900 + (pl.col("floor") < _PHANTOM_DAY).cast(pl.Int8)
    days = days.with_columns(
        pl.when("is_1904").then(pl.col("floor") + EPOCH_1904).otherwise(day_1900).alias("day"),
        pl.when("is_1904")
        .then(pl.col("serial").is_between(0, _LAST_SERIAL + EPOCH_1900 - EPOCH_1904, closed="left"))
        .otherwise(pl.col("serial").is_between(1, _LAST_SERIAL, closed="left") & (pl.col("floor") != _PHANTOM_DAY))
        .alias("valid"),
        (pl.col("serial") - pl.col("floor")).alias("part"),
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
