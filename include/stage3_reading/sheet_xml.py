"""Cells of a worksheet's XML, sparse: one row a cell that is there, whatever lies between cells.

A dense decoder allocates the rectangle between the first and the last cell, which a workbook of 1 KB can make
half a terabyte, and gives an error cell and a formula without a value as an empty text. Here a cell costs what it
holds. The usual way of writing a sheet is split up by vectorised expressions that must account for every byte of the
sheet; a sheet with anything else in it goes through an XML parser, which is exact and five times slower.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl

from include.stage3_reading.addresses import LAST_COLUMN, LAST_ROW, address, row_number
from include.stage3_reading.cell_split import BLANKS, SCHEMA, is_between, split_piece, style_of, type_of
from include.stage3_reading.refusal import NotReadable, Unsafe
from include.stage3_reading.workbook import is_utf8
from include.stage3_reading.xml_parts import elements, local, parse

#: Cells that a parser is given; beyond them a sheet would cost more than seconds. 200,000 rows of ten are fewer.
_MOST_PARSED, _PARSED_AT_ONCE = 3_000_000, 200_000
_TEXT_ELEMENTS = frozenset(["v", "f", "t"])
_PIECE = 4 * 1024**2


def sheet_cells(data: bytes) -> pl.DataFrame:
    """Cells in the order of rows, then columns (SCHEMA). Raises NotReadable for what is not a sheet."""
    return sheets_cells([data]).drop("sheet")


def sheets_cells(parts: Sequence[bytes]) -> pl.DataFrame:
    """Cells of sheets one after another, each in that order; ``sheet`` is the number of its part (and SCHEMA)."""
    cells = pl.concat([cells for start, end in _portions(parts) for cells in _cells_together(start, parts[start:end])])
    order = (cells["sheet"].cast(pl.Int64) * (LAST_ROW + 1) + cells["row"]) * (LAST_COLUMN + 1) + cells["column"]
    if not (order.diff().drop_nulls() > 0).all():
        if order.n_unique() < len(order):
            raise NotReadable("two cells at one address")
        cells = cells.sort("sheet", "row", "column")
    return cells


def _portions(parts: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Where portions of parts begin and end that are decoded by one query."""
    start = size = 0
    for number, data in enumerate(parts):
        if size and size + len(data) > _PIECE:
            yield start, number
            start, size = number, 0
        size += len(data)
    yield start, len(parts)


def _cells_together(first: int, parts: Sequence[bytes]) -> Iterator[pl.DataFrame]:
    """Cells of parts, the first of which is number ``first``: halves where not all are in the usual writing."""
    if len(parts) == 1:
        yield _numbered(first, _cells_of(parts[0]))
    elif (cells := _usual_cells_together(first, parts)) is not None:
        yield cells
    else:
        middle = len(parts) // 2
        yield from _cells_together(first, parts[:middle])
        yield from _cells_together(first + middle, parts[middle:])


def _cells_of(data: bytes) -> pl.DataFrame:
    cells = _usual_cells(data)
    return _any_cells(data) if cells is None else cells


def _numbered(number: int, cells: pl.DataFrame) -> pl.DataFrame:
    return cells.select(pl.lit(number, dtype=pl.Int32).alias("sheet"), pl.all())


# --- the usual writing -------------------------------------------------------------------------------


def _usual_cells(data: bytes) -> pl.DataFrame | None:
    """Cells of a sheet in the usual writing; None where any byte of it is not accounted for."""
    place = _place_of_cells(data)
    if place is None:
        return None
    first, end = place
    if first == end:
        return pl.DataFrame(schema=SCHEMA)
    if end - first <= _PIECE:
        return split_piece(data[first:end])
    pieces = _pieces(data, first, end)
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        frames = list(pool.map(split_piece, pieces))
    return None if any(frame is None for frame in frames) else pl.concat(frame for frame in frames if frame is not None)


def _usual_cells_together(first: int, parts: Sequence[bytes]) -> pl.DataFrame | None:
    """Cells of small sheets that are all in the usual writing, with the number of their ``sheet``; None otherwise."""
    places = [_place_of_cells(data) for data in parts]
    pieces = [data[place[0] : place[1]] for data, place in zip(parts, places, strict=True) if place is not None]
    if len(pieces) < len(parts) or not any(pieces) or sum(map(len, pieces)) > _PIECE:
        return None
    cells = split_piece(b"".join(pieces))
    if cells is None:
        return None
    numbers = np.repeat(
        np.arange(first, first + len(pieces), dtype=np.int32), [piece.count(b"<c ") for piece in pieces]
    )
    return cells.insert_column(0, pl.Series("sheet", numbers))


def _place_of_cells(data: bytes) -> tuple[int, int] | None:
    """Where the cells begin and end, if what is around them is in the usual writing."""
    opening, end = data.find(b"<sheetData>"), data.rfind(b"</sheetData>")
    if opening < 0 or end < 0 or b"<!" in data or not is_utf8(data):
        return None
    start = opening + len(b"<sheetData>")
    first = data.find(b"<c ", start, end)
    first = end if first < 0 else first
    before = data[start:first]
    if not before.isascii() or not is_between(before.decode()):
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


# --- any other ---------------------------------------------------------------------------------------


def _any_cells(data: bytes) -> pl.DataFrame:
    """Cells of a sheet however it is written: prefixed names, no addresses, rich text, comments, any encoding."""
    frames: list[pl.DataFrame] = []
    cells: list[tuple[int, int, str, int, str | None, str | None]] = []
    path: list[str] = []
    row = column = 0
    kind, style = "n", 0
    texts: dict[str, list[str]] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, kind, style, texts
        name = local(name)
        path.append(name)
        if name == "row" and path[-2:-1] == ["sheetData"]:
            row = row_number(attributes["r"].strip(BLANKS)) if "r" in attributes else row + 1
            column = 0
        elif name == "c" and path[-3:-1] == ["sheetData", "row"]:
            if "r" in attributes:
                row, column = address(attributes["r"])
            else:
                column += 1
            kind, style, texts = type_of(attributes.get("t", "n")), style_of(attributes.get("s", "0")), {}
        elif path[-2:-1] and path[-2] in _TEXT_ELEMENTS:
            raise NotReadable("an element inside a text")
        elif name in ("v", "f", "is") and path[-4:-1] == ["sheetData", "row", "c"]:
            if name in texts:
                raise NotReadable("a cell with two values")
            texts[name] = []

    def flush() -> None:
        frames.append(pl.DataFrame(cells, schema=SCHEMA, orient="row"))
        cells.clear()

    def end(name: str) -> None:
        path.pop()
        if local(name) == "c" and path[-2:] == ["sheetData", "row"]:
            if not (1 <= row <= LAST_ROW and 1 <= column <= LAST_COLUMN):
                raise NotReadable("a cell outside the sheet")
            if len(cells) == _PARSED_AT_ONCE:
                flush()
                if len(frames) * _PARSED_AT_ONCE >= _MOST_PARSED:
                    raise Unsafe(f"more than {_MOST_PARSED} cells in an unusual writing")
            value, inline, formula = texts.get("v"), texts.get("is"), texts.get("f")
            text = inline if value is None or (kind == "inlineStr" and inline is not None) else value
            cells.append(
                (
                    row,
                    column,
                    kind,
                    style,
                    None if text is None else "".join(text),
                    None if formula is None else "".join(formula),
                )
            )

    def characters(piece: str) -> None:
        if path[-4:-1] == ["sheetData", "row", "c"] and path[-1] in texts:
            if path[-1] != "is":
                texts[path[-1]].append(piece)
        elif path[-1] == "t" and path[-3:-1] in (["c", "is"], ["is", "r"]) and "is" in texts:
            texts["is"].append(piece)

    parse(data, start, end, characters)
    flush()
    return pl.concat(frames)
