"""Cells of a worksheet's XML however it is written, by a parser."""

from __future__ import annotations

import polars as pl

from include.stage3_reading.cells.addresses import LAST_COLUMN, LAST_ROW, address, row_number
from include.stage3_reading.cells.decoded import BLANKS, SCHEMA, style_of, type_of
from include.stage3_reading.container.refusal import NotReadable, Unsafe
from include.stage3_reading.container.xml_parts import parse

#: Cells that a parser is given; beyond them a sheet would cost more than seconds. 200,000 rows of ten are fewer.
_MOST_PARSED, _PARSED_AT_ONCE = 3_000_000, 200_000
_TEXT_ELEMENTS = frozenset(["v", "f", "t"])


def any_cells(data: bytes) -> pl.DataFrame:
    """Cells of a sheet however it is written: prefixed names, no addresses, rich text, comments, any encoding."""
    frames: list[pl.DataFrame] = []
    cells: list[tuple[int, int, str, int, str | None, str | None]] = []
    path: list[str] = []
    row = column = 0
    kind, style = "n", 0
    texts: dict[str, list[str]] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, kind, style, texts
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
        if name == "c" and path[-2:] == ["sheetData", "row"]:
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
