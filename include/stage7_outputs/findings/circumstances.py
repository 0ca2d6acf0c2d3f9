"""What lies around a finding and says more than its rule: another name of a sheet, a merged range, a date for a code.

All of it comes from how the file was read (``ops.submission.reading``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from typing import Any

from xlsxwriter.utility import xl_cell_to_rowcol

from include.contract import load_contract
from include.formats.text import fold
from include.stage7_outputs.findings.deliveries import FILE, Delivery, Finding

#: How alike the names of an unknown and a missing sheet have to be, 0 to 1, where the columns do not tell.
_ALIKE = 0.75
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?: [0-9:]{8})?")
#: Rules of values that a code was expected for.
_OF_CODES = frozenset({"C05", "R02"})


def renamed_sheets(delivery: Delivery) -> dict[str, str]:
    """Unknown sheet of the file -> key of the missing sheet that it seems to be, by its columns, else by its name."""
    seems: dict[str, str] = dict((delivery.reading or {}).get("seems", {}))
    unknown = [one.value for one in delivery.findings if one.rule == "F09" and one.sheet == FILE and one.value]
    for name in unknown:
        if name in seems:
            continue
        missing = [
            sheet
            for key, sheet in load_contract().sheets.items()
            if key not in seems.values() and not (key in delivery.sheets and delivery.sheets[key].file_sheet)
        ]
        labels = {fold(label): sheet.key for sheet in missing for label in (sheet.key, *sheet.labels.values())}
        if found := _alike(fold(name.removesuffix(".csv")), labels):
            seems[name] = found
    return seems


def _alike(name: str, labels: dict[str, str]) -> str | None:
    words = re.split(r"[\W_]+", name)
    if contained := next((key for label, key in labels.items() if label in words), None):
        return contained
    close = get_close_matches(name, labels, n=1, cutoff=_ALIKE)
    return labels[close[0]] if close else None


def merged_range(delivery: Delivery, finding: Finding) -> str | None:
    """The merged range that a finding's cell lies in below the one that has the range's value, such as ``A2:A5``."""
    if not finding.cell:
        return None
    row, column = xl_cell_to_rowcol(finding.cell)
    for one in _of_sheet(delivery, finding.sheet).get("merged", ()):
        (top, left), (bottom, right) = (xl_cell_to_rowcol(corner) for corner in one.split(":"))
        if top <= row <= bottom and left <= column <= right and (row, column) != (top, left):
            return str(one)
    return None


def is_date_of_code(delivery: Delivery, finding: Finding) -> bool:
    """Whether a workbook has a date where a code was expected: spreadsheets make dates of ``10-15`` and ``3/4``."""
    column = (
        load_contract().sheets[finding.sheet].by_key.get(finding.column or "") if finding.rule in _OF_CODES else None
    )
    is_workbook = (delivery.reading or {}).get("container") == "xlsx"
    return bool(column and column.type != "text" and is_workbook and _ISO_DATE.fullmatch(finding.value or ""))


def written_for(value: str) -> Iterator[str]:
    """What somebody may have written that a spreadsheet made this date (ISO 8601) of."""
    found = _ISO_DATE.fullmatch(value)
    if not found:
        return
    try:
        day = date(*map(int, found.groups()))
    except ValueError:
        return
    for first, second in ((day.month, day.day), (day.day, day.month)):
        for mark in "-/.":
            yield f"{first}{mark}{second}"
            yield f"{first:02}{mark}{second:02}"
    if day.day == 1:
        yield f"{day.month}-{day.year}"
        yield f"{day.month}-{day.year % 100:02}"


def waits_for_calculation(delivery: Delivery) -> bool:
    """Whether the workbook says that its formulas were never calculated: a 0 in them is no result."""
    return bool((delivery.reading or {}).get("uncalculated"))


def hidden_sheets(delivery: Delivery) -> list[str]:
    """Names of the hidden sheets that were read."""
    return [one["name"] for _, one in _read_sheets(delivery) if one.get("is_hidden")]


def hidden_rows(delivery: Delivery) -> list[tuple[str, int, int]]:
    """Name of the sheet, hidden rows that were read, and the first of them."""
    return [
        (one["name"], one["hidden_rows"], one["first_hidden_row"])
        for _, one in _read_sheets(delivery)
        if one.get("hidden_rows")
    ]


def _read_sheets(delivery: Delivery) -> list[tuple[str, dict[str, Any]]]:
    sheets: dict[str, dict[str, Any]] = (delivery.reading or {}).get("sheets", {})
    return [(key, sheets[key]) for key in load_contract().sheets if key in sheets]


def _of_sheet(delivery: Delivery, sheet: str) -> dict[str, Any]:
    found: dict[str, Any] = (delivery.reading or {}).get("sheets", {}).get(sheet, {})
    return found
