"""Writing what came from a partner so that it can never become a formula, a link or a macro.

Every text goes in as a string cell (never through xlsxwriter's ``write``, which makes formulas and links of texts);
one that a spreadsheet would take for a formula when it is typed in again also gets Excel's quote prefix and the
format "text" (OWASP, CSV injection).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import isfinite
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from include.stage3_reading.cells.grid import Kind

#: First characters by which spreadsheets tell a formula, full-width ones included; after blanks too.
_RISKY = re.compile(r"[\s\x00-\x1f\u00a0\u200b\ufeff]*[=+\-@|%\uff1d\uff0b\uff0d\uff20\u2212]|^[\t\r\n]")
#: Not allowed in XML, whatever the escaping.
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
#: Longest text a cell holds, in characters.
_LONGEST = 32_000
_DAY, _MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
_FIRST_DATE = datetime(1900, 3, 1)  # Excel counts a day before that which did not exist
_NUMBER, _DATE, _BOOLEAN = (kind.value for kind in (Kind.NUMBER, Kind.DATE, Kind.BOOLEAN))  # looked up for every cell
_DAY_0 = datetime(1899, 12, 30)

Properties = dict[str, Any]


def is_risky(value: str) -> bool:
    """Whether a spreadsheet would take a text for a formula when it is typed in, or read from CSV."""
    return _RISKY.match(value) is not None


@dataclass(frozen=True, slots=True)
class Look:
    """A look's formats, by what the cell holds."""

    plain: Format | None
    #: a text that would not stay one if it were typed in again
    risky: Format
    day: Format
    moment: Format


class InertWriter:
    """Writes received values into worksheets of one workbook."""

    def __init__(self, book: Workbook):
        self._book = book
        self._looks: dict[tuple[tuple[str, object], ...], Look] = {}

    def look(self, properties: Properties) -> Look:
        """The workbook's formats of those properties, made once; ask outside of loops over cells."""
        key = tuple(sorted(properties.items()))
        if key not in self._looks:
            kinds = ({"num_format": "@", "quote_prefix": True}, {"num_format": _DAY}, {"num_format": _MOMENT})
            plain = self._book.add_format(properties) if properties else None
            self._looks[key] = Look(plain, *(self._book.add_format({**properties, **kind}) for kind in kinds))
        return self._looks[key]

    def text(self, sheet: Worksheet, row: int, column: int, value: str, look: Look) -> None:
        """A text, whatever it looks like; row and column from 0."""
        if len(value) > _LONGEST:
            value = value[:_LONGEST] + "…"
        shown = look.plain
        if not (value.isascii() and value[:1].isalnum()):  # most values are harmless at first sight
            value = _NOT_XML.sub("\ufffd", value)
            shown = look.risky if _RISKY.match(value) else shown
            if value.startswith("<r>") and value.endswith("</r>"):
                value += " "  # xlsxwriter would put it into the file as XML of its own making
        if value:
            sheet.write_string(row, column, value, shown)
        else:
            sheet.write_blank(row, column, None, shown)

    def cell(
        self, sheet: Worksheet, row: int, column: int, kind: int, raw: str | None, number: float | None, look: Look
    ) -> None:
        """A received cell (``stage3_reading.cells.grid.CELL_SCHEMA``), or a blank one (``raw`` None), in a look."""
        if raw is None:
            sheet.write_blank(row, column, None, look.plain)
        elif kind == _NUMBER and number is not None and isfinite(number):  # 1e999 is none that a workbook can hold
            sheet.write_number(row, column, number, look.plain)
        elif kind == _DATE and number is not None and (serial := _serial(raw)) is not None:
            sheet.write_number(row, column, serial, look.day if serial.is_integer() else look.moment)
        elif kind == _BOOLEAN:
            sheet.write_boolean(row, column, raw == "TRUE", look.plain)
        else:
            self.text(sheet, row, column, raw, look)


@lru_cache(maxsize=4096)
def _serial(raw: str) -> float | None:
    """A date as Excel counts days."""
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        return None
    return (moment - _DAY_0) / timedelta(days=1) if moment >= _FIRST_DATE else None
