"""Writing what came from a partner so that it can never become a formula, a link or a macro.

Every text goes in as a string cell (never through xlsxwriter's ``write``, which makes formulas and links of texts);
one that a spreadsheet would take for a formula when it is typed in again also gets Excel's quote prefix and the
format "text" (OWASP, CSV injection).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from include.stage3_reading.grid import Kind

#: First characters by which spreadsheets tell a formula, full-width ones included; after blanks too.
_RISKY = re.compile(r"[\s\x00-\x1f\u00a0\u200b\ufeff]*[=+\-@|%\uff1d\uff0b\uff0d\uff20\u2212]|^[\t\r\n]")
#: Not allowed in XML, whatever the escaping.
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
#: Longest text a cell holds, in characters.
_LONGEST = 32_000
_FIRST_DATE = datetime(1900, 3, 1)  # Excel counts a day before that which did not exist

Properties = dict[str, Any]


class InertWriter:
    """Writes received values into worksheets of one workbook."""

    def __init__(self, book: Workbook):
        self._book = book
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}

    def format(self, properties: Properties) -> Format:
        """The workbook's format of those properties, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]

    def text(self, sheet: Worksheet, row: int, column: int, value: str, properties: Properties | None = None) -> None:
        """A text, whatever it looks like; row and column from 0."""
        shown = _NOT_XML.sub("\ufffd", value)
        if len(shown) > _LONGEST:
            shown = shown[:_LONGEST] + "…"
        given = properties or {}
        if _RISKY.match(shown):
            given = {**given, "num_format": "@", "quote_prefix": True}
        if shown:
            sheet.write_string(row, column, shown, self.format(given) if given else None)
        else:
            sheet.write_blank(row, column, None, self.format(given))

    def cell(
        self, sheet: Worksheet, row: int, column: int, kind: int, raw: str, number: float | None, look: Properties
    ) -> None:
        """A received cell (``include.stage3_reading.grid.CELL_SCHEMA``) in the look of ``look``."""
        if kind == Kind.NUMBER and number is not None:
            sheet.write_number(row, column, number, self.format(look) if look else None)
        elif kind == Kind.DATE and number is not None and (moment := _moment(raw)) is not None:
            has_time = (moment.hour, moment.minute, moment.second) != (0, 0, 0)
            shown = "yyyy-mm-dd hh:mm:ss" if has_time else "yyyy-mm-dd"
            sheet.write_datetime(row, column, moment, self.format({**look, "num_format": shown}))
        elif kind == Kind.BOOLEAN:
            sheet.write_boolean(row, column, raw == "TRUE", self.format(look) if look else None)
        else:
            self.text(sheet, row, column, raw, look)


def _moment(raw: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        return None
    return moment if moment >= _FIRST_DATE else None
