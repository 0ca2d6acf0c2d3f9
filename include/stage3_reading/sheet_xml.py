"""Cells of a worksheet's XML, sparse: one row a cell that is there, whatever lies between cells.

A dense decoder allocates the rectangle between the first and the last cell, which a workbook of 1 KB can make
half a terabyte, and gives an error cell and a formula without a value as an empty text. Here a cell costs what it
holds. The usual way of writing a sheet is split up by vectorised expressions that must account for every byte of the
sheet; a sheet with anything else in it goes through an XML parser, which is exact and five times slower.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
import polars as pl

from include.stage3_reading.refusal import NotReadable, Unsafe
from include.stage3_reading.workbook import is_utf8
from include.stage3_reading.xml_parts import elements, local, parse
from include.stage3_reading.xml_text import resolved, split_utf8

#: row and column count from 1; ``text`` is null where the cell has no ``v`` and no inline text, ``formula`` where it
#: has no formula; ``style`` is an index into the workbook's cell formats.
SCHEMA = {
    "row": pl.Int32,
    "column": pl.Int32,
    "type": pl.String,
    "style": pl.Int32,
    "text": pl.String,
    "formula": pl.String,
}
TYPES = frozenset(["n", "s", "str", "inlineStr", "b", "e", "d"])

_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
#: Cells that a parser is given; beyond them a sheet would cost more than seconds. 200,000 rows of ten are fewer.
_MOST_PARSED, _PARSED_AT_ONCE = 3_000_000, 200_000
_TEXT_ELEMENTS = frozenset(["v", "f", "t"])
_PIECE = 4 * 1024**2
#: What may stand between ``<c `` and the next: address, attributes, formula, value, then ends and starts of rows.
#: Every choice is settled by the next character, which lets the regex engine go through it once, without looking back.
_CELL = (
    r'^r="([A-Z]{1,3})([1-9][0-9]{0,6})"([^<>/]*)'
    r"(?:/>|><(?:(f(?: [A-Za-z0-9_.-]+=\"[^\"<>&/]*\")*(?: ?/|>[^<]*</f))><)?"
    r"(?:v(?:>([^<]*)</v|( ?/))><|is><t(?: xml:space=\"[a-z]*\")?>([^<]*)</t></is><)?/c>)"
    r"((?:[ \t\r\n]|<(?:/row|row(?: [A-Za-z0-9:_.-]+=\"[^\"<>&]*\")* ?/?)>)*)$"
)
_BEFORE_FIRST = re.compile(rb"(?:\s|</row>|<row(?: [A-Za-z0-9:_.-]+=\"[^\"<>&]*\")* ?/?>)*")
_ATTRIBUTE = re.compile(r"\s+([A-Za-z_][\w.-]*)\s*=\s*(?:\"([^\"&]*)\"|'([^'&]*)')")


def sheet_cells(data: bytes) -> pl.DataFrame:
    """Cells in the order of rows, then columns (SCHEMA). Raises NotReadable for what is not a sheet."""
    return sheets_cells([data]).drop("sheet")


def sheets_cells(parts: Sequence[bytes]) -> pl.DataFrame:
    """Cells of sheets one after another, each in that order; ``sheet`` is the number of its part (and SCHEMA)."""
    cells = pl.concat([cells for start, end in _portions(parts) for cells in _cells_together(start, parts[start:end])])
    order = (cells["sheet"].cast(pl.Int64) * (_LAST_ROW + 1) + cells["row"]) * (_LAST_COLUMN + 1) + cells["column"]
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
        return _split_piece(data[first:end])
    pieces = _pieces(data, first, end)
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        frames = list(pool.map(_split_piece, pieces))
    return None if any(frame is None for frame in frames) else pl.concat(frame for frame in frames if frame is not None)


def _usual_cells_together(first: int, parts: Sequence[bytes]) -> pl.DataFrame | None:
    """Cells of small sheets that are all in the usual writing, with the number of their ``sheet``; None otherwise."""
    places = [_place_of_cells(data) for data in parts]
    pieces = [data[place[0] : place[1]] for data, place in zip(parts, places, strict=True) if place is not None]
    if len(pieces) < len(parts) or not any(pieces) or sum(map(len, pieces)) > _PIECE:
        return None
    cells = _split_piece(b"".join(pieces))
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
    if not _BEFORE_FIRST.fullmatch(data, start, first):
        return None
    before = re.sub(r' r="[1-9][0-9]{0,6}"', " r", data[start:first].decode())
    if not _are_sound(re.sub('"[^"]*"', "", before)):
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


def _split_piece(piece: bytes) -> pl.DataFrame | None:
    texts = split_utf8(piece, "<c ")
    if texts is None:
        return None
    groups = texts.slice(1).str.extract_groups(_CELL).struct.unnest()
    groups.columns = ["letters", "row", "attributes", "formula", "value", "empty_value", "inline", "between"]
    if groups["letters"].null_count() or not _rows_are_sound(groups["between"]):
        return None
    letters, attributes = groups["letters"].unique(), groups["attributes"].unique()
    parsed = [_attributes(text) for text in attributes]
    if None in parsed:
        return None
    text = groups.select(
        pl.coalesce("value", "inline", pl.when(pl.col("empty_value").is_not_null()).then(pl.lit("")))
    ).to_series()
    formula = groups["formula"]
    if formula.null_count() < len(formula):
        formula = resolved(formula.str.extract(r">([^<]*)</f$").fill_null("").set(formula.is_null(), None))
    cells = pl.DataFrame(
        {
            "row": groups["row"].cast(pl.Int32),
            "column": groups["letters"].replace_strict(
                letters, [column_number(name) for name in letters], return_dtype=pl.Int32
            ),
            "type": groups["attributes"].replace_strict(
                attributes, [p[0] for p in parsed if p], return_dtype=pl.String
            ),
            "style": groups["attributes"].replace_strict(
                attributes, [p[1] for p in parsed if p], return_dtype=pl.Int32
            ),
            "text": resolved(text),
            "formula": formula,
        },
        schema=SCHEMA,
    )
    return None if _outside_sheet(cells) else cells


def _rows_are_sound(between: pl.Series) -> bool:
    """Whether the rows that begin between cells have a number if any, and no attribute twice."""
    tags = between.filter(between != "").str.replace_all(r' r="[1-9][0-9]{0,6}"', " r").str.replace_all('"[^"]*"', "")
    return _are_sound("".join(tags.unique()))


def _are_sound(tags: str) -> bool:
    """The same of rows whose numbers are left out where they are numbers, and other attributes' values anyway."""
    for tag in re.findall(r"<row([^>]*)>", tags):
        names = [name.rstrip("=") for name in tag.replace("/", " ").split()]
        if len(set(names)) < len(names) or " r=" in tag:
            return False
    return True


def _attributes(text: str) -> tuple[str, int] | None:
    """Type and style from a cell's attributes after its address; None where they are not attributes."""
    found: dict[str, str] = {}
    at = 0
    while match := _ATTRIBUTE.match(text, at):
        if match[1] in found:
            return None
        found[match[1]] = match[2] if match[2] is not None else match[3]
        at = match.end()
    if text[at:].strip() or "r" in found:  # the address comes first
        return None
    return _type(found.get("t", "n")), _style(found.get("s", "0"))


def _type(name: str) -> str:
    if name not in TYPES:
        raise NotReadable("a cell of an unknown type")
    return name


def _style(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise NotReadable("a cell of an unknown style")
    return int(text)


def _outside_sheet(cells: pl.DataFrame) -> bool:
    return bool((cells["row"] > _LAST_ROW).any() or (cells["column"] > _LAST_COLUMN).any())


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
            row = _row_number(attributes["r"]) if "r" in attributes else row + 1
            column = 0
        elif name == "c" and path[-3:-1] == ["sheetData", "row"]:
            if "r" in attributes:
                row, column = address(attributes["r"])
            else:
                column += 1
            kind, style, texts = _type(attributes.get("t", "n")), _style(attributes.get("s", "0")), {}
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
            if not (1 <= row <= _LAST_ROW and 1 <= column <= _LAST_COLUMN):
                raise NotReadable("a cell outside the sheet")
            if len(cells) == _PARSED_AT_ONCE:
                flush()
                if len(frames) * _PARSED_AT_ONCE >= _MOST_PARSED:
                    raise Unsafe(f"more than {_MOST_PARSED} cells in an unusual writing")
            value, inline, formula = texts.get("v"), texts.get("is"), texts.get("f")
            text = value if value is not None else inline
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


# --- addresses ---------------------------------------------------------------------------------------


def _row_number(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,6}", text):
        raise NotReadable("a row without a number")
    return int(text)


def address(text: str) -> tuple[int, int]:
    """Row and column, from 1, of an address such as ``B7``. Raises NotReadable."""
    match = re.fullmatch(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})", text)
    if not match:
        raise NotReadable("a cell without an address")
    return int(match[2]), column_number(match[1].upper())


def column_number(letters: str) -> int:
    """1 for ``A``."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


@lru_cache(maxsize=_LAST_COLUMN)
def column_letters(number: int) -> str:
    """``A`` for 1."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
