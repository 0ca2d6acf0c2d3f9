"""Cells of worksheets' XML in the usual writing, by expressions that account for every byte of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np
import polars as pl

from include.stage3_reading.cells.addresses import LAST_COLUMN, LAST_ROW, column_number
from include.stage3_reading.cells.decoded import SCHEMA, style_of, type_of
from include.stage3_reading.cells.xml_text import one_line_end, resolved, split_utf8
from include.stage3_reading.container.xml_parts import elements

#: Bytes that are split at once.
_PIECE = 4 * 1024**2

_START = "<c "
#: What may stand between a cell and the next: ends and starts of rows.
_BETWEEN = r"(?:[ \t\r\n]|<(?:/row|row(?: (?:[A-Za-z0-9:_.-]+=\"[^\"<>&]*\")?)*/?)>)*"
_ROW_NUMBER = r' r="[1-9][0-9]{0,6}"'
#: What may stand between ``<c `` and the next: address, attributes, formula, value, then what is between cells.
#: Every choice is settled by the next character alone, and there are eight groups: the engine then goes through a cell
#: once, which takes half the time.
_CELL = (
    r'^r="([A-Z]{1,3})([1-9][0-9]{0,6})"([^<>/]*)'
    r"(?:/>|><(?:(f(?: (?:[A-Za-z0-9_.-]+=\"[^\"<>&/]*\")?)*(?:/|>[^<]*</f))><)?"
    r"(?:v(?:>([^<]*)</v|( ?/))><|is><t(?: xml:space=\"[a-z]*\")?>([^<]*)</t></is><)?/c>)"
    rf"({_BETWEEN})$"
)
_BETWEEN_CELLS = re.compile(_BETWEEN)
#: What leaves no row open behind it.
_ENDS_CLOSED = r"/(?:row)?>[ \t\r\n]*$"
_ATTRIBUTE = re.compile(r"\s+([A-Za-z_][\w.-]*)\s*=\s*(?:\"([^\"&]*)\"|'([^'&]*)')")


def usual_cells(parts: Sequence[bytes]) -> pl.DataFrame | None:
    """Cells of sheets, one after another, with the number of their part as ``sheet`` (and decoded.SCHEMA).

    None where any byte of one of them is not accounted for.
    """
    places = [place for place in map(_place_of_cells, parts) if place is not None]
    if len(places) < len(parts):
        return None
    pieces: Iterable[bytes] = chain.from_iterable(
        _pieces(data, *place) for data, place in zip(parts, places, strict=True)
    )
    if sum(end - start for start, end in places) <= _PIECE:  # a query costs much the same whatever it is given
        pieces = [b"".join(pieces)]
    frames = []
    closed = 0
    for piece in pieces:
        split = _split(piece)
        if split is None:
            return None
        frames.append(split[0])
        closed += split[1]
    counts = [data.count(_START.encode(), *place) for data, place in zip(parts, places, strict=True)]
    if closed != sum(map(bool, counts)):  # the last cell of each sheet closes its row, and no other may leave it closed
        return None
    sheet = pl.Series("sheet", np.repeat(np.arange(len(parts), dtype=np.int32), counts))
    return pl.concat(frames).insert_column(0, sheet)


def _place_of_cells(data: bytes) -> tuple[int, int] | None:
    """Where the cells begin and end, if what is around them is in the usual writing."""
    opening, end = data.find(b"<sheetData>"), data.rfind(b"</sheetData>")
    if opening < 0 or end < 0 or b"<!" in data or not is_utf8(data):
        return None
    start = opening + len(b"<sheetData>")
    first = data.find(b"<c ", start, end)
    first = end if first < 0 else first
    before = data[start:first]
    if not before.isascii() or _row_is_open(before.decode(), False) is not (first < end):
        return None
    last = data.rfind(b"</row>", first, end)
    after = data[last:end] if last > 0 else b""
    if first < end and not (after.isascii() and _row_is_open(after.decode(), True) is False):
        return None
    elements(data[:start] + data[end:])  # what is around the cells is well-formed, too
    return first, end


def _pieces(data: bytes, start: int, end: int) -> Iterator[bytes]:
    """The sheet's bytes in pieces that begin with a cell."""
    while start < end:
        cut = data.rfind(b"<c ", start + 1, start + _PIECE) if start + _PIECE < end else end
        if cut < 0:
            cut = data.find(b"<c ", start + 1, end)
        yield data[start : cut if cut > 0 else end]
        start = cut if cut > 0 else end


def is_utf8(data: bytes) -> bool:
    """Whether an XML part is in UTF-8 as far as its first bytes and its declaration say."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4]:
        return False
    declaration = re.match(rb"(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)", data[:300])
    return declaration is None or declaration[1].lower() == b"utf-8"


def _split(piece: bytes) -> tuple[pl.DataFrame, int] | None:
    """The cells (SCHEMA) of bytes that begin with a cell, and how many of them have no open row behind them.

    None where any byte is not accounted for.
    """
    if not piece:
        return pl.DataFrame(schema=SCHEMA), 0
    piece = one_line_end(piece)
    texts = split_utf8(piece, _START)
    if texts is None:
        return None
    found = texts.slice(1).str.extract_groups(_CELL).struct.unnest()
    found.columns = ["letters", "row", "attributes", "formula", "value", "empty_value", "inline", "between"]
    between = found["between"].unique().str.replace_all(_ROW_NUMBER, ' r="1"').unique()
    if found["letters"].null_count() or None in (_row_is_open(text, True) for text in between):
        return None
    closed = int(found["between"].str.contains(_ENDS_CLOSED).sum())
    described = _described(found["attributes"])
    if described is None:
        return None
    letters = found["letters"].unique()
    numbers = pl.Series([column_number(name) for name in letters], dtype=pl.Int32)
    formula = found["formula"].str.extract(r">([^<]*)</f$").fill_null("").set(found["formula"].is_null(), None)
    text = pl.coalesce("value", "inline", pl.when(pl.col("empty_value").is_not_null()).then(pl.lit("")))
    cells = found.select(
        pl.col("row").cast(pl.Int32),
        pl.col("letters").replace_strict(letters, numbers, return_dtype=pl.Int32).alias("column"),
        *described,
        text.alias("text"),
        formula.alias("formula"),
    )
    if b"&" in piece:
        cells = cells.with_columns(resolved(cells["text"]), resolved(cells["formula"]))
    return None if ((cells["row"] > LAST_ROW) | (cells["column"] > LAST_COLUMN)).any() else (cells, closed)


# --- between cells --------------------------------------------------------------------------------------------


def _row_is_open(text: str, is_open: bool) -> bool | None:
    """Whether a row is open behind the text, if one ``is_open`` before it.

    None where anything but ends and starts of rows stands there, each of which has its other, or rows with an attribute
    twice or a number that is none.
    """
    if not _BETWEEN_CELLS.fullmatch(text):
        return None
    for tag in re.findall(r"<(/?row[^>]*)>", re.sub('"[^"]*"', "", re.sub(_ROW_NUMBER, " r", text))):
        if is_open is not tag.startswith("/"):
            return None
        is_open = not is_open and not tag.endswith("/")
        names = [name.rstrip("=") for name in tag.strip("/").removeprefix("row").split()]
        if len(set(names)) < len(names) or " r=" in tag:
            return None
    return is_open


# --- attributes --------------------------------------------------------------------------------------


def _described(attributes: pl.Series) -> tuple[pl.Series, pl.Series] | None:
    """``type`` and ``style`` from cells' attributes after their address; None where they are not attributes."""
    kinds = attributes.unique()
    described = [_attributes(text) for text in kinds]
    if None in described:
        return None
    types, styles = zip(*(one for one in described if one), strict=True)
    at = attributes.replace_strict(kinds, pl.int_range(len(kinds), dtype=pl.UInt32, eager=True), return_dtype=pl.UInt32)
    return (
        pl.Series("type", types, dtype=SCHEMA["type"]).gather(at),
        pl.Series("style", styles, dtype=SCHEMA["style"]).gather(at),
    )


def _attributes(text: str) -> tuple[str, int] | None:
    found: dict[str, str] = {}
    at = 0
    while match := _ATTRIBUTE.match(text, at):
        if match[1] in found:
            return None
        found[match[1]] = match[2] if match[2] is not None else match[3]
        at = match.end()
    if text[at:].strip() or "r" in found:  # the address comes first
        return None
    return type_of(found.get("t", "n")), style_of(found.get("s", "0"))
