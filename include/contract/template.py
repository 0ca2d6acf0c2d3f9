"""The workbook a partner fills in, generated from the contract in Spanish, Portuguese or English.

``python -m include.contract.template PATH LANGUAGE [PROJECT [PERIOD]]`` writes it.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from include.contract.catalogue import drop_down, note, word
from include.contract.example import write_example
from include.contract.locales import LANGUAGES, decimal_mark, mark_of
from include.contract.model import CONTRACT_VERSION, Column, Sheet, load_contract

#: rows of each sheet that get formats and drop-down lists
_ROWS = 5000
#: first column of the cover that holds the drop-down lists, hidden and out of the partner's way. They are not on a
#: sheet of their own because every sheet beyond the contract's would be answered with a finding (F09).
_FIRST_LIST_COLUMN = 26
#: number of the paper size in a workbook
_A4 = 9
#: longest list of values that Excel keeps in the validation itself
_INLINE_LIMIT = 255

#: What a partner may do although headers and labels are protected, without a password.
_ALLOWED = dict.fromkeys(
    ("format_cells", "format_columns", "format_rows", "insert_rows", "delete_rows", "sort", "autofilter"), True
)

#: Type of a column -> how its cells are written; all others are text.
_NUMBER_FORMATS = defaultdict(lambda: "@", {"date": "yyyy-mm-dd", "decimal": "#,##0.00", "integer": "0"})


def write(
    path: Path,
    language: str,
    project: str | None = None,
    period: str | None = None,
    rows: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    country: str | None = None,
) -> None:
    """Writes the template in a language (``es``, ``pt``, ``en``), its cover filled in as far as known.

    ``country`` is the project's: its usual decimal mark goes on the cover, and none where it is not given. ``rows`` are
    those a sheet begins with, by its key: values as the reader gives them, by key of the column; others are passed
    over. The same arguments give the same bytes. Raises ``ValueError`` for another language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"no template in {language!r}; there are {', '.join(LANGUAGES)}")
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"title": word("template.title", language), "created": datetime(2023, 1, 1)})
        known = {
            "contract_version": CONTRACT_VERSION,
            "project_code": project,
            "period": period,
            "language": load_contract().codelists["language"][language][language],
            "decimal_mark": decimal_mark(country),
        }
        contract = load_contract()
        worksheets = {key: book.add_worksheet(sheet.labels[language]) for key, sheet in contract.sheets.items()}
        lists = _write_lists(book, worksheets["cover"], contract.sheets["cover"].labels[language], language)
        _write_cover(book, worksheets["cover"], contract.sheets["cover"], language, known, lists)
        for sheet in contract.row_sheets:
            _write_sheet(book, worksheets[sheet.key], sheet, language, lists)
            _write_rows(book, worksheets[sheet.key], sheet, language, (rows or {}).get(sheet.key, ()))
        for worksheet in worksheets.values():
            worksheet.protect(options=_ALLOWED)
            _set_up_printing(worksheet)
        worksheets["cover"].print_area(0, 0, len(contract.sheets["cover"].columns) - 1, 1)  # without the hidden lists
        write_example(book, language, decimal_mark(country) or mark_of(language))


def _set_up_printing(worksheet: Worksheet) -> None:
    """A sheet as wide as a page lying on its side, however many rows it has; columns' formats are no pages."""
    worksheet.set_landscape()
    worksheet.set_paper(_A4)
    worksheet.fit_to_pages(1, 0)
    worksheet.set_footer("&L&A&R&P / &N")


def _write_lists(book: Workbook, cover: Worksheet, cover_name: str, language: str) -> dict[str, Any]:
    """Code list -> source of its drop-down: the values themselves, or the name of a hidden range of the cover."""
    sources: dict[str, Any] = {}
    position = _FIRST_LIST_COLUMN
    for codelist in load_contract().codelists:
        choices = drop_down(codelist, language)
        if not choices:
            continue
        if len(",".join(choices)) <= _INLINE_LIMIT and not any("," in choice for choice in choices):
            sources[codelist] = choices
            continue
        cover.write_column(0, position, choices, book.add_format({"num_format": "@"}))
        letter = xl_col_to_name(position)
        book.define_name(f"list_{codelist}", f"='{cover_name}'!${letter}$1:${letter}${len(choices)}")
        sources[codelist] = f"=list_{codelist}"
        position += 1
    if position > _FIRST_LIST_COLUMN:
        cover.set_column(_FIRST_LIST_COLUMN, position - 1, None, None, {"hidden": True})
    return sources


def _write_cover(
    book: Workbook, worksheet: Worksheet, sheet: Sheet, language: str, known: dict[str, Any], lists: dict[str, Any]
) -> None:
    worksheet.set_column(0, 0, 48)
    worksheet.set_column(1, 1, 32)
    plain, bold = book.add_format({"border": 1}), book.add_format({"border": 1, "bold": True})
    for number, column in enumerate(sheet.columns):
        worksheet.write_string(number, 0, column.labels[language], bold if column.required else plain)
        worksheet.write_comment(number, 0, note(column, language), _comment_box())
        number_format = "0" if column.type == "integer" else "@"
        field = book.add_format({"border": 1, "num_format": number_format, "align": "left", "locked": False})
        value = known.get(column.key)
        if value is None:
            worksheet.write_blank(number, 1, None, field)
        else:
            worksheet.write(number, 1, value, field)
        validation = _validation(column, language, lists)
        if validation:
            worksheet.data_validation(number, 1, number, 1, validation)


def _write_sheet(book: Workbook, worksheet: Worksheet, sheet: Sheet, language: str, lists: dict[str, Any]) -> None:
    heading = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
    required = book.add_format({**heading, "bg_color": "#C6E0B4"})
    optional = book.add_format({**heading, "bg_color": "#EDEDED"})
    for position, column in enumerate(sheet.columns):
        cells = book.add_format({"num_format": _NUMBER_FORMATS[column.type], "locked": False})
        worksheet.set_column(position, position, 18, cells)
        worksheet.write_string(0, position, column.labels[language], required if column.required else optional)
        worksheet.write_comment(0, position, note(column, language), _comment_box())
        validation = _validation(column, language, lists)
        if validation:
            worksheet.data_validation(1, position, _ROWS, position, validation)
    worksheet.set_row(0, 32)
    worksheet.freeze_panes(1, 1)
    worksheet.repeat_rows(0)


def _write_rows(
    book: Workbook, worksheet: Worksheet, sheet: Sheet, language: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    formats = {
        column.type: book.add_format({"num_format": _NUMBER_FORMATS[column.type], "locked": False})
        for column in sheet.columns
    }
    for number, row in enumerate(rows, start=1):
        for position, column in enumerate(sheet.columns):
            value = row.get(column.key)
            if value is None:
                continue
            if isinstance(value, date):
                worksheet.write_datetime(number, position, value, formats[column.type])
            elif isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
                worksheet.write_number(number, position, value, formats[column.type])
            else:  # as text whatever it looks like: never a formula, never a number that loses its zeros
                worksheet.write_string(number, position, _chosen(column, value, language), formats[column.type])


def _chosen(column: Column, value: str | bool, language: str) -> str:
    """A code as the drop-down offers it."""
    code = ("yes" if value else "no") if isinstance(value, bool) else value
    labels = load_contract().codelists.get(column.codelist or "", {}).get(code, {})
    label = labels.get(language) or labels.get("en") or code
    return label if label in drop_down(column.codelist, language) else code


def _comment_box() -> dict[str, Any]:
    return {"x_scale": 2, "y_scale": 1.4, "author": "AL-INVEST Verde"}


def _validation(column: Column, language: str, lists: dict[str, Any]) -> dict[str, Any] | None:
    """What Excel asks of a cell. It warns and does not forbid: codes are as good as labels."""
    shared = {"error_type": "warning", "error_message": note(column, language)[:255], "ignore_blank": True}
    if column.codelist in lists:
        return {**shared, "validate": "list", "source": lists[column.codelist]}
    if column.type == "date":
        return {
            **shared,
            "validate": "date",
            "criteria": "between",
            "minimum": date(1990, 1, 1),
            "maximum": date(2100, 12, 31),
        }
    if column.type in ("integer", "decimal"):
        return {**shared, "validate": column.type, "criteria": ">=", "value": 0}
    return None


def main(arguments: list[str]) -> int:
    """Command line: path, language and, if known, project and period."""
    if not 2 <= len(arguments) <= 4 or arguments[1] not in LANGUAGES:
        sys.stderr.write("usage: python -m include.contract.template PATH {es|pt|en} [PROJECT [PERIOD]]\n")
        return 2
    path, language, *known = arguments
    write(Path(path), language, known[0] if known else None, known[1] if len(known) > 1 else None)
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
