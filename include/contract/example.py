"""One enterprise reported rightly on every sheet (``data/examples.csv``): shown in the template, typed in by tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from xlsxwriter.workbook import Workbook

from include.contract import locales
from include.contract.catalogue import word
from include.contract.model import DATA, Column, load_contract, read_csv

#: Size and distance of the boxes, in pixels.
_WIDTH, _LINE, _GAP = 380, 20, 24
_BOXES_ABREAST = 3


def example(sheet_key: str, language: str) -> list[str | int | float | date | None]:
    """The example row of a sheet, its values as one types them in a language; in the order of the columns."""
    given = {row["column"]: row["value"] for row in read_csv(DATA / "examples.csv") if row["sheet"] == sheet_key}
    return [_typed(column, given[column.key], language) for column in load_contract().sheets[sheet_key].columns]


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
            f"{column.labels[language]}: {_shown(value, mark)}"
            for column, value in zip(sheet.columns, example(sheet.key, language), strict=True)
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


def _typed(column: Column, text: str, language: str) -> str | int | float | date | None:
    if not text:
        return None
    if column.type == "date":
        return date.fromisoformat(text)
    if column.type == "integer":
        return int(text)
    if column.type == "decimal":
        return float(text)
    labels = load_contract().codelists.get(column.codelist or "", {}).get(text, {})
    if column.codelist in ("isic", "currency", "territory"):
        return text  # codes everybody writes as such
    return labels.get(language) or labels.get("en") or text


def _shown(value: object, mark: str) -> str:
    return locales.number(Decimal(str(value)), mark, grouped=False) if isinstance(value, float) else str(value)
