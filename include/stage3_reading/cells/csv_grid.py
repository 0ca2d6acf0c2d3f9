"""Grid of a CSV file: encoding and separator found out, records counted as the partner's editor counts them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, islice

import numpy as np
import polars as pl

from include.formats.dates import EPOCH_1900
from include.formats.labels import HEADER_ROWS, recognise_column
from include.stage3_reading.cells.grid import CELL_SCHEMA, Grid, Kind, mark_cleaned
from include.stage3_reading.container.limits import Limits
from include.stage3_reading.container.refusal import NotReadable, Unsafe

SEPARATORS = (",", ";", "\t", "|")

#: A record with more fields than a worksheet has columns is no table.
_MOST_FIELDS = 16_384
_FIELDS_AT_ONCE = 1_000_000
_COVER_RECORDS = 200
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"


def decode(data: bytes) -> tuple[str, str]:
    """Text and encoding: UTF-8 with or without its mark, else Windows-1252. Raises NotReadable where it is neither."""
    if data.startswith(_UTF16):
        raise NotReadable("a CSV file in UTF-16", "csv_utf16")
    try:
        return data.decode("utf-8-sig"), "utf-8-sig" if data.startswith(_UTF8_MARK) else "utf-8"
    except UnicodeDecodeError:
        if data.startswith(_UTF8_MARK):
            raise NotReadable("a CSV file marked as UTF-8 that is not", "csv_encoding") from None
    try:
        return data.decode("cp1252"), "windows-1252"
    except UnicodeDecodeError:
        raise NotReadable("a CSV file neither in UTF-8 nor in Windows-1252", "csv_encoding") from None


def find_separator(text: str, sheet: str | None) -> str:
    """The separator by which most labels of the sheet are recognised; failing that, the most frequent one."""
    heads = {separator: _head(text, separator, sheet) for separator in SEPARATORS}
    possible = {separator: _most_labels(head, sheet) for separator, head in heads.items()}
    scores: dict[str, tuple[int, int]] = {}
    most = 0
    for separator in sorted(SEPARATORS, key=lambda separator: -possible[separator]):
        if possible[separator] >= most:  # looking labels up takes longer than splitting does
            recognised = _labels(heads[separator], sheet)
            scores[separator] = recognised, sum(len(record) - 1 for record in heads[separator])
            most = max(most, recognised)
    return max((separator for separator in SEPARATORS if separator in scores), key=lambda one: scores[one])


def _head(text: str, separator: str, sheet: str | None) -> list[list[str]]:
    """The first records; what precedes a broken one tells the separator as well."""
    records: list[list[str]] = []
    with suppress(NotReadable):
        for record in islice(_records(text, separator), _COVER_RECORDS if sheet == "cover" else HEADER_ROWS):
            records.append(record)
    return records


def _most_labels(records: list[list[str]], sheet: str | None) -> int:
    """As many labels as there can be in records."""
    if sheet == "cover":
        return sum(len(record) > 1 for record in records)
    return 0 if sheet is None else max(map(len, records), default=0)


def _labels(records: list[list[str]], sheet: str | None) -> int:
    """Labels of the sheet's columns in a record, or of the cover's fields in all."""
    if sheet is None:
        return 0
    if sheet == "cover":
        return sum(len(record) > 1 and recognise_column(sheet, record[0]) is not None for record in records)
    keys = ({recognise_column(sheet, label) for label in record[:_MOST_FIELDS]} for record in records)
    return max((len(found - {None}) for found in keys), default=0)


def csv_grid(text: str, separator: str, limits: Limits) -> Grid:
    """Raises NotReadable where quotes do not pair up, Unsafe where values lie beyond the limits."""
    parts: list[pl.DataFrame] = []
    widths: dict[int, int] = {}
    first = 1
    last_row = last_column = 0
    for records in _batches(_without_blank_ends(_records(text, separator), widths, limits)):
        cells = mark_cleaned(_cells(records, first))
        if len(cells):
            parts.append(cells)
            rows, columns = (cells[name].to_numpy() for name in ("row", "column"))
            last_row, last_column = int(rows[-1]), max(last_column, int(columns.max()))
            # the last value tells how far down, the widest of all so far how far to the right the values reach
            if far := limits.beyond(np.append(rows, last_row), np.append(columns, last_column)):
                raise Unsafe(far[0], far[1], record=far[2])
        first += len(records)
    schema = {"column": pl.Int32, **CELL_SCHEMA}
    cells = pl.concat(parts).select(schema.keys()) if parts else pl.DataFrame(schema=schema)
    return Grid(cells, EPOCH_1900, widths=widths)


def _cells(records: list[list[str]], first: int) -> pl.DataFrame:
    """Fields that are not empty, in the order of records, the first of which is number ``first``."""
    lengths = np.fromiter((len(record) for record in records), dtype=np.int64, count=len(records))
    starts = np.cumsum(lengths) - lengths
    cells = pl.DataFrame(
        {
            "row": np.repeat(np.arange(first, first + len(records), dtype=np.int32), lengths),
            "column": (np.arange(lengths.sum()) - np.repeat(starts, lengths) + 1).astype(np.int32),
            "raw": pl.Series(list(chain.from_iterable(records)), dtype=pl.String),
        }
    )
    return cells.filter(pl.col("raw") != "").with_columns(
        kind=pl.lit(int(Kind.TEXT), dtype=pl.UInt8),
        number=pl.lit(None, dtype=pl.Float64),
        zeros=pl.lit(0, dtype=pl.UInt8),
    )


def _records(text: str, separator: str) -> Iterator[list[str]]:
    """Records by RFC 4180, blank ones as empty lists."""
    if "\n" not in text:
        text = text.replace("\r", "\n")  # one way of ending lines, however old
    csv.field_size_limit(2**31 - 1)  # long texts are a finding (C10), not a fault of the file
    read = 0
    try:
        for record in csv.reader(_lines(text, separator), delimiter=separator, strict=True):
            read += 1
            yield record
    except csv.Error as error:
        raise NotReadable(f"a CSV file that breaks RFC 4180: {error}", "csv_quote", record=read + 1) from None


def _lines(text: str, separator: str) -> Iterator[str]:
    """The text's lines with their ends, which a quoted field keeps; not ``splitlines``, which knows more ends."""
    start, length = 0, len(text)
    while start < length:
        end = text.find("\n", start)
        end = length if end < 0 else end + 1
        line = text[start:end]
        if end - start > _MOST_FIELDS and line.count(separator) > _MOST_FIELDS:
            raise Unsafe(f"a record of more than {_MOST_FIELDS} fields", "far_column")
        if line.endswith("\r\r\n"):  # what Python on Windows makes of a line end: editors show a blank line
            ends = len(line) - len(line.rstrip("\r\n"))
            yield line[: 1 - ends]
            yield from "\r" * (ends - 3)
            yield "\r\n"
        else:
            yield line
        start = end


def _without_blank_ends(records: Iterator[list[str]], widths: dict[int, int], limits: Limits) -> Iterator[list[str]]:
    """Records up to their last field that holds anything: editors leave thousands of separators behind.

    How many fields the first records had goes to ``widths``.
    """
    for number, record in enumerate(records, start=1):
        if number <= HEADER_ROWS:
            widths[number] = len(record)
        while record and not record[-1].strip():
            record.pop()
        if len(record) > limits.max_columns:
            raise Unsafe(
                f"a record of {len(record)} fields, more than {limits.max_columns}", "far_column", record=number
            )
        yield record


def _batches(records: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    batch: list[list[str]] = []
    fields = 0
    for record in records:
        batch.append(record)
        fields += len(record) + 1  # a blank record takes its place, too
        if fields > _FIELDS_AT_ONCE:
            yield batch
            batch, fields = [], 0
    if batch:
        yield batch
