"""What the contract calls sheets and columns: recognised by key or by label in any of the three languages."""

from __future__ import annotations

from functools import cache, lru_cache

from include.contract import load_contract
from include.formats.text import fold_label

#: The header is looked for in so many rows.
HEADER_ROWS = 20


@lru_cache(maxsize=1)
def _sheet_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for sheet in load_contract().sheets.values():
        for name in (sheet.key, *sheet.labels.values()):
            names.setdefault(fold_label(name), sheet.key)
    return names


@cache
def _column_names(sheet: str) -> dict[str, str]:
    columns = load_contract().sheets[sheet].columns
    names = {fold_label(column.key): column.key for column in columns}
    for column in columns:
        for label in column.labels.values():
            names.setdefault(fold_label(label), column.key)
    return names


def recognise_sheet(name: str) -> str | None:
    """Key of the sheet of that name in the file."""
    return _sheet_names().get(fold_label(name))


def recognise_entry(stem: str) -> str | None:
    """Key of the sheet that a CSV entry holds: by its name, or by what follows the last `` - ``.

    That is how Google Sheets names what it exports: title of the workbook, `` - ``, name of the sheet.
    """
    return recognise_sheet(stem) or recognise_sheet(stem.rpartition(" - ")[2])


def recognise_column(sheet: str, label: str) -> str | None:
    """Key of the column (on the cover: the field) of that label."""
    return _column_names(sheet).get(fold_label(label))
