"""Cells out of a piece of a sheet's XML in the usual writing, by expressions that account for every byte of it.

What most cells are, a value or nothing, is found by where a few fixed texts stand; a cell with a formula or with its
own text, or in another writing, is split by a regular expression.
"""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from include.stage3_reading.addresses import LAST_COLUMN, LAST_ROW, LONGEST, addresses, column_number
from include.stage3_reading.refusal import NotReadable
from include.stage3_reading.xml_text import one_line_end, resolved, split_utf8

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

_START, _ADDRESS, _VALUE, _VALUE_END, _BLANK_END = "<c ", 'r="', "><v>", "</v></c>", "/>"
#: What may stand between a cell and the next: ends and starts of rows.
_BETWEEN = r"(?:[ \t\r\n]|<(?:/row|row(?: [A-Za-z0-9:_.-]+=\"[^\"<>&]*\")* ?/?)>)*"
_ROW_NUMBER = r' r="[1-9][0-9]{0,6}"'
#: What may stand between ``<c `` and the next: address, attributes, formula, value, then what is between cells.
#: Every choice is settled by the next character, which lets the regex engine go through it once, without looking back.
_CELL = (
    r'^r="([A-Z]{1,3})([1-9][0-9]{0,6})"([^<>/]*)'
    r"(?:/>|><(?:(f(?: [A-Za-z0-9_.-]+=\"[^\"<>&/]*\")*(?: ?/|>[^<]*</f))><)?"
    r"(?:v(?:>([^<]*)</v|( ?/))><|is><t(?: xml:space=\"[a-z]*\")?>([^<]*)</t></is><)?/c>)"
    rf"({_BETWEEN})$"
)
_BETWEEN_CELLS = re.compile(_BETWEEN)
_ATTRIBUTE = re.compile(r"\s+([A-Za-z_][\w.-]*)\s*=\s*(?:\"([^\"&]*)\"|'([^'&]*)')")


def split_piece(piece: bytes) -> pl.DataFrame | None:
    """The cells (SCHEMA) of bytes that begin with a cell; None where any byte is not accounted for."""
    piece = one_line_end(piece)
    texts = split_utf8(piece, _START)
    if texts is None:
        return None
    texts = texts.slice(1)
    cells, between, is_plain = _plain_cells(texts, piece)
    if not is_plain.all():
        others = _other_cells(texts.filter(~is_plain))
        if others is None:
            return None
        at = (~is_plain).arg_true()
        cells = cells.with_columns(cells[name].scatter(at, others[name]) for name in cells.columns)
        between = pl.concat([between, others["between"]])
    if not all(map(is_between, between.str.replace_all(_ROW_NUMBER, ' r="1"').unique())):
        return None
    described = _described(cells["attributes"])
    if described is None:
        return None
    if b"&" in piece:
        cells = cells.with_columns(resolved(cells["text"]), resolved(cells["formula"]))
    cells = cells.select("row", "column", *described, "text", "formula")
    return None if ((cells["row"] > LAST_ROW) | (cells["column"] > LAST_COLUMN)).any() else cells


def _plain_cells(texts: pl.Series, piece: bytes) -> tuple[pl.DataFrame, pl.Series, pl.Series]:
    """``row``, ``column``, ``attributes``, ``text`` and ``formula`` of values and blanks, what is between them and the
    next cells where it is not nothing, and whether a cell is one of them; what is said of another means nothing."""
    size = texts.str.len_bytes().to_numpy().astype(np.int64)
    starts = np.cumsum(size + len(_START)) - size
    data = np.frombuffer(piece + bytes(len(_ADDRESS) + LONGEST + 1), dtype=np.uint8)
    row, column, length = addresses(data, starts + len(_ADDRESS))
    after = len(_ADDRESS) + length + 1
    value, end = _places(texts, _VALUE), _places(texts, _VALUE_END)
    is_blank = value < 0
    head = np.where(is_blank, _places(texts, _BLANK_END), value) if is_blank.any() else value
    text_at = value + len(_VALUE)
    plain = (length > 0) & (data[starts + after - 1] == ord('"')) & (head >= after) & (is_blank | (end >= text_at))
    for number, character in enumerate(_ADDRESS.encode()):
        plain &= data[starts + number] == character
    whole = texts.cast(pl.Binary)
    text = _sliced(whole, text_at, np.where(plain & ~is_blank, end - text_at, 0))
    attributes = _sliced(whole, after, np.where(plain, head - after, 0))
    kinds = attributes.unique()
    kinds = kinds.filter(kinds.str.contains("[<>/]"))
    is_plain = pl.Series(plain) & ~text.str.contains("<", literal=True)
    if len(kinds):
        is_plain &= ~attributes.is_in(kinds.implode())
    rest_at = np.where(is_blank, head + len(_BLANK_END), end + len(_VALUE_END))
    rest = np.flatnonzero(is_plain.to_numpy() & (rest_at < size))
    between = _sliced(whole.gather(rest), rest_at[rest], size[rest])
    cells = {
        "row": row,
        "column": column,
        "attributes": attributes,
        "text": text.set(pl.Series(is_blank), None) if is_blank.any() else text,
        "formula": pl.Series([None], dtype=pl.String).new_from_index(0, len(texts)),
    }
    return pl.DataFrame(cells), between, is_plain


def _places(texts: pl.Series, mark: str) -> np.ndarray:
    """Where in each text the mark stands first, in bytes; -1 where it does not."""
    return texts.str.find(mark, literal=True).cast(pl.Int64).fill_null(-1).to_numpy()


def _sliced(texts: pl.Series, at: np.ndarray, size: np.ndarray) -> pl.Series:
    """Of each text, so many bytes from a place on; both ends are beside a character of ASCII."""
    frame = pl.DataFrame({"text": texts, "at": at, "size": size})
    return frame.select(pl.col("text").bin.slice("at", "size").cast(pl.String)).to_series()


def _other_cells(texts: pl.Series) -> pl.DataFrame | None:
    """The same of cells that may be any; None where one is in no usual writing."""
    groups = texts.str.extract_groups(_CELL).struct.unnest()
    groups.columns = ["letters", "row", "attributes", "formula", "value", "empty_value", "inline", "between"]
    if groups["letters"].null_count():
        return None
    letters = groups["letters"].unique()
    numbers = pl.Series([column_number(name) for name in letters], dtype=pl.Int32)
    formula = groups["formula"].str.extract(r">([^<]*)</f$").fill_null("").set(groups["formula"].is_null(), None)
    empty = pl.when(pl.col("empty_value").is_not_null()).then(pl.lit(""))
    return groups.select(
        pl.col("row").cast(pl.Int32),
        pl.col("letters").replace_strict(letters, numbers, return_dtype=pl.Int32).alias("column"),
        "attributes",
        pl.coalesce("value", "inline", empty).alias("text"),
        "between",
        formula.alias("formula"),
    )


# --- between cells --------------------------------------------------------------------------------------------


def is_between(text: str) -> bool:
    """Whether nothing but ends and starts of rows stands there, rows with a number if any, and no attribute twice."""
    if not _BETWEEN_CELLS.fullmatch(text):
        return False
    for tag in re.findall(r"<row([^>]*)>", re.sub('"[^"]*"', "", re.sub(_ROW_NUMBER, " r", text))):
        names = [name.rstrip("=") for name in tag.replace("/", " ").split()]
        if len(set(names)) < len(names) or " r=" in tag:
            return False
    return True


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
