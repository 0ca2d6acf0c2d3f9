"""Reading a column: what its cells were read as, and the rule each unreadable one breaks.

Clean cells are read by vectorised expressions; the functions that know every notation see each distinct text once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from include.contract import Column
from include.stage3_reading import codes, dates, numbers
from include.stage3_reading.grid import ERROR_NAMES, Kind
from include.stage3_reading.text import EMPTY, was_repaired

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

#: Canonical code: nothing to change in it, whatever the list.
_PLAIN_REFERENCE = r"^[0-9A-Z][0-9A-Z._/-]*$"
_PLAIN_TAX_ID = r"^[0-9A-Z]+$"


@dataclass(frozen=True)
class Context:
    """What a column's reading depends on beside its own cells."""

    #: the cover's
    decimal_mark: str | None = None
    #: days between 1970-01-01 and day 0 of the file's serials
    epoch: int = 0
    #: text in the file is all there is: an error's name is an error
    is_csv: bool = False
    #: of the row, where it was read
    country: pl.Series | None = None


@dataclass(frozen=True)
class _Answer:
    """What a reader makes of the cells it was given, as expressions over the frame it hands back."""

    cells: pl.LazyFrame
    value: pl.Expr
    rule: pl.Expr = field(default_factory=lambda: pl.lit(None, dtype=pl.String))
    repaired: pl.Expr = field(default_factory=lambda: pl.lit(False))
    #: whether the value's own text is the text received
    same: pl.Expr = field(default_factory=lambda: pl.col("value") == pl.col("raw"))


def read_column(column: Column, cells: pl.DataFrame, context: Context) -> pl.DataFrame:
    """What the cells (grid.CELL_SCHEMA, one a row, null where blank) were read as.

    Columns of the answer: ``value``; ``rule`` (C02 to C08 or C10, or null); ``repaired`` (C09); ``received`` (the text
    as received where it differs from the value's own); ``raw`` (the text as received, always).
    """
    dtype = DTYPES[column.type]
    if cells["raw"].null_count() == len(cells):
        nothing = pl.lit(None, dtype=pl.String)
        return cells.select(
            pl.lit(None, dtype=dtype).alias("value"),
            nothing.alias("rule"),
            pl.lit(False).alias("repaired"),
            nothing.alias("received"),
            "raw",
        )
    answer = _READERS[column.type](column, _sorted_out(cells.lazy(), context), context)
    broken = pl.when(pl.col("kind") == Kind.ERROR).then(pl.lit("C06")).otherwise(pl.lit("C07"))
    # In numbers and dates white space is a way of writing them and no repair.
    is_text = (pl.col("kind") == Kind.TEXT) & (dtype == pl.String)
    return (
        answer.cells.with_columns(answer.value.cast(dtype).alias("value"))
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
            "rule",
            (pl.col("repaired") & pl.col("value").is_not_null()).fill_null(False).alias("repaired"),
            "received",
            "raw",
        )
        .collect()
    )


def _sorted_out(cells: pl.LazyFrame, context: Context) -> pl.LazyFrame:
    """Cells with ``broken`` (error or formula) and ``given`` (to be read); texts for 'empty' are not given."""
    if context.is_csv:
        is_error = pl.col("clean").str.to_uppercase().is_in(list(ERROR_NAMES))
        cells = cells.with_columns(
            pl.when(is_error).then(pl.lit(int(Kind.ERROR), dtype=pl.UInt8)).otherwise("kind").alias("kind")
        )
    broken = pl.col("kind").is_in([int(Kind.ERROR), int(Kind.FORMULA)]).fill_null(False)
    empty = (pl.col("kind") == Kind.TEXT) & pl.col("clean").str.to_lowercase().is_in(EMPTY)
    return cells.with_columns(
        broken.alias("broken"), (pl.col("clean").is_not_null() & ~broken & ~empty).fill_null(False).alias("given")
    )


def _by_distinct(
    cells: pl.LazyFrame,
    where: pl.Expr,
    keys: list[str],
    function: Callable[..., tuple[Any, ...]],
    schema: dict[str, Any],
) -> pl.LazyFrame:
    """Adds the columns of ``schema``: ``function`` of each distinct combination of ``keys`` among rows of ``where``."""
    frame = cells.with_columns(where.fill_null(False).alias("asked")).collect()
    if not frame["asked"].any():
        return frame.lazy().with_columns(pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.items())
    distinct = frame.lazy().filter("asked").select("asked", *keys).unique().collect()
    answers = [function(*row) for row in distinct.select(keys).iter_rows()]
    table = distinct.with_columns(pl.DataFrame(answers, schema=schema, orient="row").get_columns())
    return frame.lazy().join(table.lazy(), on=["asked", *keys], how="left", nulls_equal=True, maintain_order="left")


def _is(kind: Kind) -> pl.Expr:
    return pl.col("kind") == int(kind)


# --- readers, by the contract's type ---------------------------------------------------------------------


def _text(column: Column, cells: pl.LazyFrame, _: Context) -> _Answer:
    too_long = pl.col("given") & (pl.col("clean").str.len_chars() > MAX_TEXT)
    value = pl.when("given").then("clean")
    rule = pl.when(too_long).then(pl.lit("C10"))
    if column.key == "decimal_mark":
        rule = pl.when(pl.col("given") & ~pl.col("clean").is_in([",", "."])).then(pl.lit("C05"))
    return _Answer(cells, value, rule=rule)


def _number(column: Column, cells: pl.LazyFrame, context: Context) -> _Answer:
    integer = column.type == "integer"
    plain = pl.col("given") & _is(Kind.TEXT) & pl.col("clean").str.contains(numbers.PLAIN_NUMBER)
    cells = cells.with_columns(plain.fill_null(False).alias("plain"))

    def parse(text: str) -> tuple[float | None, str | None]:
        return numbers.parse_number(text, integer=integer, decimal_mark=context.decimal_mark)

    cells = _by_distinct(
        cells,
        pl.col("given") & _is(Kind.TEXT) & ~pl.col("plain"),
        ["clean"],
        parse,
        {"parsed": pl.Float64, "fault": pl.String},
    )
    cells = cells.with_columns(
        pl.when(pl.col("given") & _is(Kind.NUMBER))
        .then("number")
        .when("plain")
        .then(pl.when("plain").then("clean").cast(pl.Float64, strict=False))
        .otherwise("parsed")
        .alias("read")
    )
    fault = pl.coalesce("fault", pl.when(pl.col("given") & (_is(Kind.DATE) | _is(Kind.BOOLEAN))).then(pl.lit("C02")))
    value = pl.col("read")
    if integer:
        whole = value.round()
        noise = value.abs() * 1e-15  # a spreadsheet shows and compares 15 digits
        not_whole = ((value - whole).abs() > noise) | (whole.abs() >= numbers.TOO_LARGE)
        fault = pl.coalesce(fault, pl.when(not_whole).then(pl.lit("C02")))
        value = pl.when(~not_whole).then(whole).cast(pl.Int64)
    rule = pl.coalesce(fault, pl.when(pl.col("read") < 0).then(pl.lit("C08")))
    shown = value.cast(pl.String)
    same = _is(Kind.NUMBER) | (pl.col("raw") == shown) | (pl.col("raw") == shown.str.strip_suffix(".0"))
    if integer:
        same = same | (pl.col("raw") == shown + ".0")
    return _Answer(cells, value, rule=rule, same=same)


def _date(_: Column, cells: pl.LazyFrame, context: Context) -> _Answer:
    def parse(text: str) -> tuple[Any, float | None]:
        return dates.parse_date(text)

    cells = _by_distinct(
        cells, pl.col("given") & _is(Kind.TEXT), ["clean"], parse, {"parsed": pl.Date, "text_serial": pl.Float64}
    )
    number = pl.when(pl.col("given") & _is(Kind.NUMBER)).then("number")
    serial = pl.coalesce("text_serial", pl.when(number.is_between(dates.FIRST_SERIAL, dates.LAST_SERIAL)).then(number))
    value = pl.coalesce(
        "parsed",
        pl.when(pl.col("given") & _is(Kind.DATE)).then("number").cast(pl.Int32).cast(pl.Date),
        (serial.floor() + context.epoch).cast(pl.Int32).cast(pl.Date),
    )
    rule = pl.when(pl.col("given") & value.is_null()).then(pl.lit("C04"))
    return _Answer(cells, value, rule=rule, repaired=serial.is_not_null(), same=pl.col("raw") == value.cast(pl.String))


def _code(column: Column, cells: pl.LazyFrame, context: Context) -> _Answer:
    country = context.country if context.country is not None else pl.lit(None, dtype=pl.String)
    plain, keys, read = _code_reader(column)
    cells = cells.with_columns(country.alias("country")).with_columns(
        (pl.col("given") & plain).fill_null(False).alias("plain")
    )

    def parse(*key: Any) -> tuple[str | None, bool]:
        code = read(*key)
        return code.value, code.repaired

    cells = _by_distinct(
        cells, pl.col("given") & ~pl.col("plain"), keys, parse, {"parsed": pl.String, "altered": pl.Boolean}
    )
    value = pl.when("plain").then("clean").otherwise("parsed")
    if column.codelist and column.codelist != "territory":
        rule = pl.when(pl.col("given") & value.is_null()).then(pl.lit("C05"))
    else:
        rule = pl.when(pl.col("given") & (pl.col("clean").str.len_chars() > MAX_TEXT)).then(pl.lit("C10"))
    was_number = _is(Kind.NUMBER).fill_null(False)
    return _Answer(cells, value, rule=rule, repaired=pl.col("altered").fill_null(False) | was_number)


def _code_reader(column: Column) -> tuple[pl.Expr, list[str], Callable[..., codes.Code]]:
    """Which cells are a code as they stand, and how the others are read from which columns."""
    if column.key == "tax_id":
        digits_missing = pl.col("clean").str.len_bytes() < pl.col("country").replace_strict(
            codes.TAX_ID_LENGTH, default=0, return_dtype=pl.UInt32
        )
        plain = pl.col("clean").str.contains(_PLAIN_TAX_ID) & ~digits_missing
        return plain, ["clean", "country"], codes.read_tax_id
    if column.codelist == "territory":
        return pl.lit(False), ["clean", "country"], codes.read_territory
    if column.codelist:
        codelist = column.codelist
        return pl.lit(False), ["clean"], lambda text: codes.read_listed(text, codelist)
    return pl.col("clean").str.contains(_PLAIN_REFERENCE), ["clean"], codes.read_reference


def _period(_: Column, cells: pl.LazyFrame, __: Context) -> _Answer:
    cells = _by_distinct(
        cells,
        pl.col("given") & _is(Kind.TEXT),
        ["clean"],
        lambda text: (dates.parse_period(text),),
        {"read": pl.String},
    )
    rule = pl.when(pl.col("given") & pl.col("read").is_null()).then(pl.lit("C05"))
    return _Answer(cells, pl.col("read"), rule=rule)


def _boolean(column: Column, cells: pl.LazyFrame, _: Context) -> _Answer:
    def parse(text: str) -> tuple[bool | None]:
        lower = text.lower()
        if lower in ("true", "1"):
            return (True,)
        if lower in ("false", "0"):
            return (False,)
        return ({"yes": True, "no": False}.get(codes.read_listed(text, column.codelist or "yes_no").value or ""),)

    cells = _by_distinct(cells, pl.col("given"), ["clean"], parse, {"read": pl.Boolean})
    rule = pl.when(pl.col("given") & pl.col("read").is_null()).then(pl.lit("C05"))
    same = pl.col("raw").str.to_lowercase() == pl.col("read").cast(pl.String)
    return _Answer(cells, pl.col("read"), rule=rule, same=same)


_READERS: dict[str, Callable[[Column, pl.LazyFrame, Context], _Answer]] = {
    "text": _text,
    "integer": _number,
    "decimal": _number,
    "date": _date,
    "code": _code,
    "period": _period,
    "boolean": _boolean,
}
