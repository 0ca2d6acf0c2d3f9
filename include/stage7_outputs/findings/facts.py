"""What a finding's sentence needs to know beside the finding: values of its row, the first of two equal rows, dates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import PurePath
from typing import Any

from include.contract import load_contract
from include.contract.model import seed
from include.formats.labels import recognise_sheet
from include.stage4_validation.statements import Comparison
from include.stage7_outputs.findings.circumstances import merged_range, renamed_sheets
from include.stage7_outputs.findings.deliveries import Delivery, Finding
from include.stage7_outputs.reader import Reader

Row = Mapping[str, Any]

#: Of the rules that reading finds, the one whose number was read and is shown so.
_OF_A_NUMBER_READ = "C08"


@dataclass(frozen=True)
class Facts:
    """Facts of one delivery; made by ``load_facts``."""

    delivery: Delivery
    #: (sheet, row) -> the row as read
    rows: dict[tuple[str, int], Row] = field(default_factory=dict)
    #: (rule, sheet, row) -> the earlier row
    first: dict[tuple[str, str, int], int] = field(default_factory=dict)
    #: enterprise_ref -> country, of the enterprises sheet
    countries: dict[str, str] = field(default_factory=dict)
    #: declared field -> what the project's valid rows come to
    counted: dict[str, Decimal] = field(default_factory=dict)
    #: with the statement before, where something came of it
    comparison: Comparison = field(default_factory=Comparison)

    def row(self, finding: Finding) -> Row:
        """The row a finding is on, as read; empty where it was not needed."""
        return self.rows.get((finding.sheet, finding.row or 0), {})

    @property
    def refusal(self) -> dict[str, Any]:
        """Why the file was refused as a whole (``cause`` and ``place``); empty where it was read."""
        refused: dict[str, Any] = (self.delivery.reading or {}).get("refused", {})
        return refused

    def counting_sheet(self, finding: Finding) -> str | None:
        """Name of the sheet that counts in the place of the one that an F09 is about; None where that is unknown."""
        place = self.delivery.sheets.get(recognise_sheet(PurePath(finding.value or "").stem) or "")
        place = place or self.delivery.sheets.get(recognise_sheet(finding.value or "") or "")
        return place.file_sheet if place else None

    def has_no_header(self, finding: Finding) -> bool:
        """Whether the finding's sheet is in the file and no row of it is a header."""
        place = self.delivery.sheets.get(finding.sheet)
        return bool(place and place.file_sheet and place.header_row is None)

    @cached_property
    def renamed(self) -> dict[str, str]:
        """Unknown sheet of the file -> key of the missing sheet that it seems to be."""
        return renamed_sheets(self.delivery)

    def candidate(self, finding: Finding) -> str | None:
        """The unknown sheet that seems to be the missing one of an F03, F06 or F10."""
        sheet = "enterprises" if finding.rule == "F06" else finding.sheet
        return next((name for name, key in self.renamed.items() if key == sheet), None)

    def merged_range(self, finding: Finding) -> str | None:
        """The merged range that hides the value of a finding's cell."""
        return merged_range(self.delivery, finding)

    def right_name(self, key: str, reader: Reader) -> str:
        """A sheet's name as it has to be in such a file, in the reader's language."""
        name = load_contract().sheets[key].labels[reader.language]
        is_csv = (self.delivery.reading or {}).get("container") == "zip"
        return reader.quoted(f"{name}.csv" if is_csv else name)

    def country(self, row: Row) -> str | None:
        """Country of the row's enterprise."""
        return row.get("country") or self.countries.get(row.get("enterprise_ref") or "")


def column_label(finding: Finding, reader: Reader) -> str:
    """The column in the reader's language; the sheet's own name where a whole sheet is meant."""
    sheet = load_contract().sheets.get(finding.sheet)
    if sheet is None:
        return ""
    column = sheet.by_key.get(finding.column or "")
    return (column or sheet).labels[reader.language]


def period_days(period: str) -> tuple[date, date]:
    """First and last day of a semester such as ``2024-S1``."""
    year, half = int(period[:4]), int(period[-1])
    return date(year, 6 * half - 5, 1), (date(year, 7, 1) if half == 1 else date(year + 1, 1, 1)) - timedelta(days=1)


def shown_value(finding: Finding, reader: Reader) -> str:
    """The value as received; one that was read and judged in the reader's form."""
    is_read = load_contract().rules[finding.rule].found_by != "reading" or finding.rule == _OF_A_NUMBER_READ
    sheet = load_contract().sheets.get(finding.sheet)
    column = sheet.by_key.get(finding.column or "") if sheet else None
    return reader.value(finding.value, column.type) if is_read and column else reader.quoted(finding.value)


@lru_cache(maxsize=1)
def countries() -> dict[str, dict[str, str]]:
    """Country -> its row of the seed."""
    return {row["country"]: row for row in seed("countries")}


@lru_cache(maxsize=1)
def territories() -> dict[str, dict[str, str]]:
    """Country -> territory code -> name."""
    known: dict[str, dict[str, str]] = defaultdict(dict)
    for row in seed("territories"):
        known[row["country"]][row["territory_code"]] = row["name"]
    return known
