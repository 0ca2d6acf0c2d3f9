"""Reading columns: what their cells were read as, and the rule each unreadable one breaks.

All columns of one type are read together, whatever sheet and file they are of: files cost a few queries, however many
they are and however many columns they have. The functions that know every notation see each distinct text once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
import polars as pl

from include.contract import Column
from include.formats import dates
from include.formats.numbers import TOO_LARGE
from include.stage3_reading.cells.cleaning import is_empty, was_repaired
from include.stage3_reading.cells.grid import ERROR_NAMES, Kind
from include.stage3_reading.values import codes
from include.stage3_reading.values.numbers import parse_number

#: Longest text in characters.
MAX_TEXT = 500

DTYPES: dict[str, type[pl.DataType]] = {
    "text": pl.String,
    "code": pl.String,
    "period": pl.String,
    "integer": pl.Int64,
    "decimal": pl.Float64,
    "date": pl.Date,
    "boolean": pl.Boolean,
}

#: Cells that are read in one query: enough for its fixed cost not to matter, few enough to hold several times.
_CELLS_AT_ONCE = 500_000


@dataclass(frozen=True)
class Context:
    """What the reading of a file's columns depends on beside their own cells."""

    #: the cover's, as far as no number of the file contradicts it
    decimal_mark: str | None = None
    #: days between 1970-01-01 and day 0 of the file's serials
    epoch: int = 0
    #: text in the file is all there is: an error's name is an error
    is_csv: bool = False


@dataclass(frozen=True)
class Asked:
    """A column to be read: its cells (grid.CELL_SCHEMA, one a row, null but for ``row`` where blank)."""

    column: Column
    cells: pl.DataFrame
    #: of each row, the number of the context it is read in
    file: np.ndarray
    #: of each row, where it was read: a tax id or a territory is its country's
    country: pl.Series | None = None

    @property
    def reader(self) -> str:
        """Name of what reads it: a type of the contract, or a kind of code."""
        column = self.column
        if column.key == "tax_id":
            return "tax_id"
        if column.codelist == "territory":
            return "territory"
        if column.type == "code":
            return "listed" if column.codelist else "reference"
        return "number" if column.type in ("integer", "decimal") else column.type


#: What is to be said of a cell, ``slot`` being the number of its column among those asked for: ``rule`` (C02 to C08
#: or C10, or null); ``repaired`` (C09); ``received`` (the text as received where it differs from the value's own);
#: ``raw`` (the text as received, always).
NOTES = {
    "slot": pl.Int32,
    "row": pl.Int32,
    "rule": pl.String,
    "repaired": pl.Boolean,
    "received": pl.String,
    "raw": pl.String,
}


@dataclass(frozen=True)
class Answers:
    """Values of each column asked for, one a row, and notes (NOTES) of the cells of which something is to be said."""

    values: list[pl.Series]
    notes: pl.DataFrame


@dataclass(frozen=True)
class _Answer:
    """What a reader makes of the cells it was given, as expressions over the frame it hands back."""

    cells: pl.LazyFrame
    value: pl.Expr
    rule: pl.Expr = field(default_factory=lambda: pl.lit(None, dtype=pl.String))
    repaired: pl.Expr = field(default_factory=lambda: pl.lit(False))
    #: whether the value's own text is the text received
    same: pl.Expr = field(default_factory=lambda: pl.col("value") == pl.col("raw"))


def read_columns(asked: Sequence[Asked], contexts: Sequence[Context]) -> Answers:
    """What the columns were read as, in the order in which they were asked for."""
    values: list[pl.Series] = [pl.Series(dtype=DTYPES[one.column.type]) for one in asked]
    notes = [pl.DataFrame(schema=NOTES)]
    for slots in _portions(asked):
        cells = _sorted_out(_together(asked, slots, contexts))
        start = 0
        for reader, group in groupby(slots, key=lambda slot: asked[slot].reader):
            members = list(group)
            count = sum(len(asked[slot].cells) for slot in members)
            read = _read(reader, cells.slice(start, count))
            notes.append(
                read.select(NOTES.keys()).filter(
                    pl.col("rule").is_not_null() | pl.col("repaired") | pl.col("received").is_not_null()
                )
            )
            at = 0
            for slot in members:
                height = len(asked[slot].cells)
                values[slot] = read["value"].slice(at, height).cast(DTYPES[asked[slot].column.type])
                at += height
            start += count
    return Answers(values, pl.concat(notes))


def _portions(asked: Sequence[Asked]) -> Iterator[list[int]]:
    """Numbers of the columns that are read together, those of one reader beside each other."""
    portion: list[int] = []
    cells = 0
    for slot in sorted(range(len(asked)), key=lambda slot: asked[slot].reader):
        portion.append(slot)
        cells += len(asked[slot].cells)
        if cells > _CELLS_AT_ONCE:
            yield portion
            portion, cells = [], 0
    if portion:
        yield portion


def _together(asked: Sequence[Asked], slots: list[int], contexts: Sequence[Context]) -> pl.DataFrame:
    """Cells of the columns one after another, with what their readers have to know of the column and the file."""
    lengths = [len(asked[slot].cells) for slot in slots]
    place = np.repeat(np.arange(len(slots)), lengths)
    columns = [asked[slot].column for slot in slots]
    of_column = pl.DataFrame(
        {
            "slot": pl.Series(slots, dtype=pl.Int32),
            "codelist": pl.Series([column.codelist for column in columns], dtype=pl.String),
            "is_integer": [column.type == "integer" for column in columns],
            "is_text": [DTYPES[column.type] == pl.String for column in columns],
            "is_mark": [column.key == "decimal_mark" for column in columns],
        }
    )
    of_file = pl.DataFrame(
        {
            "decimal_mark": pl.Series([context.decimal_mark for context in contexts], dtype=pl.String),
            "epoch": pl.Series([context.epoch for context in contexts], dtype=pl.Int32),
            "is_csv": pl.Series([context.is_csv for context in contexts], dtype=pl.Boolean),
        }
    )[np.concatenate([asked[slot].file for slot in slots])]
    unknown = pl.Series([None], dtype=pl.String)
    countries: list[pl.Series] = []
    for slot, length in zip(slots, lengths, strict=True):
        country = asked[slot].country
        countries.append((unknown.new_from_index(0, length) if country is None else country).alias("country"))
    cells = pl.concat([asked[slot].cells for slot in slots])
    return cells.hstack([*of_column[place].get_columns(), *of_file.get_columns(), pl.concat(countries)])


def _read(reader: str, cells: pl.DataFrame) -> pl.DataFrame:
    """Notes (NOTES) and ``value`` of every cell."""
    answer = _READERS[reader](cells.lazy())
    broken = pl.when(pl.col("kind") == Kind.ERROR).then(pl.lit("C06")).otherwise(pl.lit("C07"))
    # In numbers and dates white space is a way of writing them and no repair.
    is_text = (pl.col("kind") == Kind.TEXT) & pl.col("is_text")
    return (
        answer.cells.with_columns(answer.value.alias("value"))
        .with_columns(
            pl.coalesce(pl.when("broken").then(broken), answer.rule).alias("rule"),
            answer.repaired.fill_null(False).alias("repaired"),
            answer.same.fill_null(False).alias("same"),
        )
        .with_columns(
            pl.when(pl.col("rule").is_null()).then("value").alias("value"),
            (pl.col("repaired") | (is_text & was_repaired(pl.col("raw"), pl.col("clean")))).alias("repaired"),
            pl.when(pl.col("rule").is_not_null() | ~pl.col("same")).then("raw").alias("received"),
        )
        .select(
            "value",
            "slot",
            "row",
            "rule",
            (pl.col("repaired") & pl.col("value").is_not_null()).fill_null(False).alias("repaired"),
            "received",
            "raw",
        )
        .collect()
    )


def _sorted_out(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells with ``broken`` (error or formula) and ``given`` (to be read); texts for 'empty' are not given."""
    kind = pl.col("kind")
    named = cells["is_csv"] & cells["clean"].str.starts_with("#").fill_null(False)
    if named.any():  # all names of errors start like this
        is_error = pl.lit(named) & pl.col("clean").str.to_uppercase().is_in(list(ERROR_NAMES))
        kind = pl.when(is_error).then(pl.lit(int(Kind.ERROR), dtype=pl.UInt8)).otherwise("kind")
    broken = kind.is_in([int(Kind.ERROR), int(Kind.FORMULA)]).fill_null(False)
    empty = (kind == Kind.TEXT) & pl.lit(is_empty(cells["clean"]))
    given = (pl.col("clean").is_not_null() & ~broken & ~empty).fill_null(False)
    return cells.with_columns(kind.alias("kind"), broken.alias("broken"), given.alias("given"))


def _by_distinct(
    cells: pl.LazyFrame,
    where: pl.Expr,
    keys: list[str],
    function: Callable[..., tuple[Any, ...]],
    schema: dict[str, Any],
) -> pl.LazyFrame:
    """Adds the columns of ``schema``: ``function`` of each distinct combination of ``keys`` among rows of ``where``."""
    cells = cells.with_columns(where.fill_null(False).alias("asked"))
    distinct = cells.filter("asked").select("asked", *keys).unique().collect()
    if distinct.is_empty():
        return cells.with_columns(pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.items())
    answers = [function(*row) for row in distinct.select(keys).iter_rows()]
    table = distinct.hstack(pl.DataFrame(answers, schema=schema, orient="row"))
    return cells.join(table.lazy(), on=["asked", *keys], how="left", nulls_equal=True, maintain_order="left")


def _is(kind: Kind) -> pl.Expr:
    return pl.col("kind") == int(kind)


# --- readers -----------------------------------------------------------------------------------------------


def _text(cells: pl.LazyFrame) -> _Answer:
    too_long = pl.col("clean").str.len_chars() > MAX_TEXT
    no_mark = pl.col("is_mark") & ~pl.col("clean").is_in([",", "."])
    rule = pl.when(no_mark).then(pl.lit("C05")).when(too_long).then(pl.lit("C10"))
    return _Answer(cells, pl.when("given").then("clean"), rule=pl.when("given").then(rule))


def _number(cells: pl.LazyFrame) -> _Answer:
    cells = _by_distinct(
        cells,
        pl.col("given") & _is(Kind.TEXT),
        ["clean", "is_integer", "decimal_mark"],
        parse_number,
        {"parsed": pl.Float64, "fault": pl.String},
    )
    cells = cells.with_columns(
        pl.when(pl.col("given") & _is(Kind.NUMBER)).then("number").otherwise("parsed").alias("read")
    )
    value, whole, integer = pl.col("read"), pl.col("read").round(), pl.col("is_integer")
    noise = value.abs() * 1e-15  # a spreadsheet shows and compares 15 digits
    too_large = value.abs() >= TOO_LARGE
    not_whole = integer & ((value - whole).abs() > noise)
    no_number = pl.col("given") & (_is(Kind.DATE) | _is(Kind.BOOLEAN))
    fault = pl.coalesce("fault", pl.when(no_number | not_whole | too_large).then(pl.lit("C02")))
    rule = pl.coalesce(fault, pl.when(value < 0).then(pl.lit("C08")))
    value = pl.when(~too_large & ~integer).then(value).when(~too_large & ~not_whole).then(whole)
    shown = pl.when(integer).then(value.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(value.cast(pl.String))
    raw = pl.col("raw")
    same = _is(Kind.NUMBER) | (raw == shown) | (raw == shown.str.strip_suffix(".0")) | (integer & (raw == shown + ".0"))
    return _Answer(cells, value, rule=rule, same=same)


def _date(cells: pl.LazyFrame) -> _Answer:
    cells = _by_distinct(
        cells,
        pl.col("given") & _is(Kind.TEXT),
        ["clean"],
        dates.parse_date,
        {"parsed": pl.Date, "text_serial": pl.Float64},
    )
    number = pl.when(pl.col("given") & _is(Kind.NUMBER)).then("number")
    serial = pl.coalesce("text_serial", pl.when(number.is_between(dates.FIRST_SERIAL, dates.LAST_SERIAL)).then(number))
    value = pl.coalesce(
        "parsed",
        pl.when(pl.col("given") & _is(Kind.DATE)).then("number").cast(pl.Int32).cast(pl.Date),
        (serial.floor() + pl.col("epoch")).cast(pl.Int32).cast(pl.Date),
    )
    rule = pl.when(pl.col("given") & value.is_null()).then(pl.lit("C04"))
    return _Answer(cells, value, rule=rule, repaired=serial.is_not_null(), same=pl.col("raw") == value.cast(pl.String))


def _codes(
    cells: pl.LazyFrame, keys: list[str], read: Callable[..., codes.Code], *, only_known: bool = False
) -> _Answer:
    """Codes; those of a list are ``only_known`` ones."""
    cells = _by_distinct(cells, pl.col("given"), keys, read, {"parsed": pl.String, "altered": pl.Boolean})
    value = pl.col("parsed")
    if only_known:
        rule = pl.when(pl.col("given") & value.is_null()).then(pl.lit("C05"))
    else:
        rule = pl.when(pl.col("given") & (pl.col("clean").str.len_chars() > MAX_TEXT)).then(pl.lit("C10"))
    was_number = _is(Kind.NUMBER).fill_null(False)
    return _Answer(cells, value, rule=rule, repaired=pl.col("altered").fill_null(False) | was_number)


def _listed(cells: pl.LazyFrame) -> _Answer:
    return _codes(cells, ["clean", "codelist"], codes.read_listed, only_known=True)


def _reference(cells: pl.LazyFrame) -> _Answer:
    # A number stands as a format of zeros alone shows it: 7 is 007.
    shown = pl.when(_is(Kind.NUMBER) & pl.col("clean").str.contains(r"^[0-9]+$")).then(
        pl.col("clean").str.zfill(pl.col("zeros"))
    )
    cells = cells.with_columns(pl.coalesce(shown, "clean").alias("clean"))
    return _codes(cells, ["clean"], codes.read_reference)


def _territory(cells: pl.LazyFrame) -> _Answer:
    return _codes(cells, ["clean", "country"], codes.read_territory)


def _tax_id(cells: pl.LazyFrame) -> _Answer:
    return _codes(cells, ["clean", "country"], codes.read_tax_id)


def _period(cells: pl.LazyFrame) -> _Answer:
    def parse(text: str) -> tuple[str | None]:
        return (dates.parse_period(text),)

    cells = _by_distinct(cells, pl.col("given") & _is(Kind.TEXT), ["clean"], parse, {"read": pl.String})
    rule = pl.when(pl.col("given") & pl.col("read").is_null()).then(pl.lit("C05"))
    return _Answer(cells, pl.col("read"), rule=rule)


def _boolean(cells: pl.LazyFrame) -> _Answer:
    def parse(text: str, codelist: str | None) -> tuple[bool | None]:
        lower = text.lower()
        if lower in ("true", "1"):
            return (True,)
        if lower in ("false", "0"):
            return (False,)
        return ({"yes": True, "no": False}.get(codes.read_listed(text, codelist or "yes_no").value or ""),)

    cells = _by_distinct(cells, pl.col("given"), ["clean", "codelist"], parse, {"read": pl.Boolean})
    rule = pl.when(pl.col("given") & pl.col("read").is_null()).then(pl.lit("C05"))
    same = pl.col("raw").str.to_lowercase() == pl.col("read").cast(pl.String)
    return _Answer(cells, pl.col("read"), rule=rule, same=same)


_READERS: dict[str, Callable[[pl.LazyFrame], _Answer]] = {
    "text": _text,
    "number": _number,
    "date": _date,
    "listed": _listed,
    "reference": _reference,
    "territory": _territory,
    "tax_id": _tax_id,
    "period": _period,
    "boolean": _boolean,
}
