"""Texts that a workbook keeps once for all its cells: phonetic readings left out, runs of rich text joined."""

from __future__ import annotations

import polars as pl

from include.stage3_reading.cells.usual_writing import is_utf8
from include.stage3_reading.cells.xml_text import one_line_end, resolved, split_utf8, unescaped
from include.stage3_reading.container.refusal import NotReadable, Unsafe
from include.stage3_reading.container.workbook import Workbook
from include.stage3_reading.container.xml_parts import elements, parse

#: Texts of a workbook, 200,000 rows of ten texts each twice over; more of them would cost a gigabyte.
_MOST_STRINGS = 4_000_000
#: What follows ``<si>`` in the usual writing: one text.
_USUAL = r"^<t(?: xml:space=\"[a-z]*\")?>([^<]*)</t></si>[ \t\n]*$"


def shared_strings(workbook: Workbook) -> pl.Series:
    """The shared strings in order. Raises NotReadable where their part is broken, Unsafe for too many."""
    data = workbook.strings_xml
    return pl.Series([], dtype=pl.String) if data is None else _strings_of(data)


def _strings_of(data: bytes) -> pl.Series:
    if data.count(b"<si>") > _MOST_STRINGS:
        raise Unsafe(f"more than {_MOST_STRINGS} shared texts")
    usual = _usual_strings(data)
    return unescaped(_any_strings(data) if usual is None else usual)


def _usual_strings(data: bytes) -> pl.Series | None:
    """The strings as cells are read in the usual writing; None where any byte is not accounted for."""
    start, end = data.find(b"<si>"), data.rfind(b"</si>") + len("</si>")
    if not 0 <= start < end or b"<!" in data or not is_utf8(data):
        return None
    elements(data[:start] + data[end:])  # what is around the strings is well-formed, too
    texts = split_utf8(one_line_end(data[start:end]), "<si>")
    strings = None if texts is None else texts.slice(1).str.extract(_USUAL)
    return None if strings is None or strings.null_count() else resolved(strings)


def _any_strings(data: bytes) -> pl.Series:
    strings: list[str] = []
    text: list[str] = []
    phonetic = 0
    in_text = False

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal phonetic, in_text
        if in_text:
            raise NotReadable("an element inside a text")
        if name == "si":
            text.clear()
        elif name == "rPh":
            phonetic += 1
        in_text = name == "t" and not phonetic

    def end(name: str) -> None:
        nonlocal phonetic, in_text
        if name == "si":
            if len(strings) == _MOST_STRINGS:
                raise Unsafe(f"more than {_MOST_STRINGS} shared texts")
            strings.append("".join(text))
        elif name == "rPh":
            phonetic -= 1
        in_text = False

    def characters(piece: str) -> None:
        if in_text:
            text.append(piece)

    parse(data, start, end, characters)
    return pl.Series(strings, dtype=pl.String)
