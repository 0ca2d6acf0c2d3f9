"""Cells of a worksheet as both ways of decoding give them: types, formats and texts as they are written."""

from __future__ import annotations

import polars as pl

from include.stage3_reading.container.refusal import NotReadable

#: White space of XML, which does not count around numbers.
BLANKS = " \t\r\n"
TYPES = ("n", "s", "str", "inlineStr", "b", "e", "d")
#: ``row`` and ``column`` count from 1; ``text`` is null where the cell has no ``v`` and no inline text, ``formula``
#: where it has no formula; ``style`` is an index into the workbook's cell formats.
SCHEMA: dict[str, pl.DataType] = {
    "row": pl.Int32(),
    "column": pl.Int32(),
    "type": pl.Enum(TYPES),
    "style": pl.Int32(),
    "text": pl.String(),
    "formula": pl.String(),
}


def type_of(name: str) -> str:
    """A cell's type. Raises NotReadable for one that the format does not know."""
    if name not in TYPES:
        raise NotReadable("a cell of an unknown type")
    return name


def style_of(text: str) -> int:
    """Number of a cell's format, the first where it names none. Raises NotReadable."""
    text = text.strip(BLANKS) or "0"
    if not text.isdecimal() or len(text) > 9:
        raise NotReadable("a cell of an unknown style")
    return int(text)
