"""One enterprise reported rightly on every sheet (``data/examples.csv``): shown in the template, typed in by tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from xlsxwriter.workbook import Workbook

from include.contract import locales
from include.contract.catalogue import word
from include.contract.model import DATA, Column, load_contract, read_csv

#: Type of a column -> how its value stands in ``data/examples.csv``.
_READ: dict[str, Callable[[str], Any]] = {
    "text": str,
    "code": str,
    "period": str,
    "integer": int,
    "decimal": float,
    "date": date.fromisoformat,
    "boolean": "yes".__eq__,
}
#: Size and distance of the boxes, in pixels.
_WIDTH, _LINE, _GAP = 380, 20, 24
_BOXES_ABREAST = 3


@cache
def example(sheet_key: str) -> dict[str, Any]:
    """Column -> value of the example row of a sheet, as the reader gives them: codes, numbers, dates, true or false.

    In the order of the columns; None where the example has nothing.
    """
    given = {row["column"]: row["value"] for row in read_csv(DATA / "examples.csv") if row["sheet"] == sheet_key}
    columns = load_contract().sheets[sheet_key].columns
    return {c.key: _READ[c.type](given[c.key]) if given.get(c.key) else None for c in columns}


def typed(column: Column, value: Any, language: str) -> Any:
    """A value as one types it in a language: a code by its label, unless everybody writes the code itself."""
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if value is None or column.codelist in ("isic", "currency", "territory"):
        return value
    labels = load_contract().codelists.get(column.codelist or "", {}).get(value, {})
    return labels.get(language) or labels.get("en") or value


def write_example(book: Workbook, language: str, mark: str) -> None:
    """Add the example as a sheet of text boxes: cells stay blank, so that the reader passes over the sheet.

    Decimals are written with ``mark``, as the cover says.
    """
    worksheet = book.add_worksheet(word("template.example", language))
    worksheet.hide_gridlines(2)
    worksheet.insert_textbox(
        0,
        0,
        word("template.example_introduction", language),
        {"x_offset": 12, "y_offset": 8, "width": 800, "height": 32, "font": {"bold": True}},
    )
    left, top, lowest = 12, 56, 0
    for number, sheet in enumerate(load_contract().row_sheets):
        if number and number % _BOXES_ABREAST == 0:
            left, top, lowest = 12, top + lowest + _GAP, 0
        lines = [
            f"{sheet.by_key[key].labels[language]}: {_shown(typed(sheet.by_key[key], value, language), mark)}"
            for key, value in example(sheet.key).items()
            if value is not None
        ]
        height = (len(lines) + 2) * _LINE
        worksheet.insert_textbox(
            0,
            0,
            "\n".join([sheet.labels[language].upper(), *lines]),
            {"x_offset": left, "y_offset": top, "width": _WIDTH, "height": height, "font": {"size": 10}},
        )
        left, lowest = left + _WIDTH + _GAP, max(lowest, height)


def _shown(value: object, mark: str) -> str:
    return locales.number(Decimal(str(value)), mark, grouped=False) if isinstance(value, float) else str(value)
