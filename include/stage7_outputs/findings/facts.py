"""What a finding's sentence needs to know beside the finding: values of its row, the first of two equal rows, dates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import PurePath
from typing import Any

import sqlalchemy as sa

from include.contract import Sheet, catalogue, load_contract
from include.contract.model import seed
from include.platform.sql import statements
from include.platform.tables import raw
from include.stage3_reading.layout import recognise_sheet
from include.stage4_validation.statements import RULES as COMPARING_RULES
from include.stage4_validation.statements import Comparison, comparison
from include.stage7_outputs.findings.circumstances import merged_range, renamed_sheets
from include.stage7_outputs.findings.deliveries import Delivery, Finding
from include.stage7_outputs.reader import Reader

_SQL = statements(__file__)

Row = Mapping[str, Any]

#: Rules whose sentence names other values of the same row.
_NEEDS_ROW = frozenset(
    ("C09", "E03", "E07", "E08", "T03", "J02", "J03", "J04", "N03", "N05", "S02", "S03", "S04", "S06", "S07", "S09")
)
#: Rules that compare a row with an earlier one of its sheet.
_NEEDS_FIRST = frozenset({"R01", "R04", "E05"})
#: Longest list of references in a sentence: a cell holds little more.
_LISTED_MAX = 30_000
#: Rules that compare values which were read: these are shown in the reader's form, others as received.
_OF_READ_VALUES = frozenset({"C08", "X01", "E10"})
_READ_GROUPS = frozenset("TPJNS")


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

    def of(self, finding: Finding, reader: Reader, names: Iterable[str]) -> dict[str, str]:
        """What those of the placeholders ``names`` that are known stand for, in the reader's form."""
        row, sheet = self.row(finding), load_contract().sheets.get(finding.sheet)
        facts = {}
        for name in names:
            if known := _OF_ANY.get(name):
                facts[name] = known(self, finding, reader)
            elif row and sheet and name in sheet.by_key:
                facts[name] = reader.value(row[name], sheet.by_key[name].type)
        if row and (extra := _OF_RULE.get(finding.rule)):
            facts |= extra(self, finding, row, reader)
        return facts

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
    """The value as received; one that was read and compared in the reader's form."""
    is_read = finding.rule in _OF_READ_VALUES or finding.rule[0] in _READ_GROUPS
    sheet = load_contract().sheets.get(finding.sheet)
    column = sheet.by_key.get(finding.column or "") if sheet else None
    return reader.value(finding.value, column.type) if is_read and column else reader.quoted(finding.value)


# --- facts of any finding --------------------------------------------------------------------------------


def _first_row(facts: Facts, finding: Finding, reader: Reader) -> str:
    first = facts.first.get((finding.rule, finding.sheet, finding.row or 0))
    return str(first) if first else reader.word("unknown")


def _counted(facts: Facts, finding: Finding, reader: Reader) -> str:
    counted = facts.counted.get(finding.column or "")
    return reader.word("another_figure") if counted is None else reader.number(counted)


def _period_day(facts: Facts, reader: Reader, which: int) -> str:
    period = facts.delivery.period
    return reader.date(period_days(period)[which]) if period else catalogue.UNKNOWN


def _project_start(facts: Facts, _: Finding, reader: Reader) -> str:
    start = facts.delivery.project_start
    return reader.date(start) if start else catalogue.UNKNOWN


def _missing(facts: Facts, _: Finding, reader: Reader) -> str:
    said = ", ".join(facts.comparison.missing)
    return said if len(said) <= _LISTED_MAX else said[:_LISTED_MAX].rpartition(", ")[0] + ", …"


def _error_rows(facts: Facts, finding: Finding, reader: Reader) -> str:
    errors = (one for one in _of_sheet(facts, finding) if one.severity == "error" and not one.waived)
    return reader.number(len({one.row for one in errors} - {None}))


def _data_rows(facts: Facts, finding: Finding, reader: Reader) -> str:
    totals = sum(one.rule == "R05" for one in _of_sheet(facts, finding))
    place = facts.delivery.sheets.get(finding.sheet)
    return reader.number((place.row_count if place else 0) - totals)


def _where(facts: Facts, _: Finding, reader: Reader) -> str:
    """Where in the file it was refused."""
    place = {
        f"at_{name}": reader.quoted(where) if name in ("sheet", "entry") else where
        for name, where in facts.refusal.get("place", {}).items()
    }
    for part, needed in _PLACES.items():
        if needed <= place.keys():
            return reader.word(part, **place)
    return catalogue.UNKNOWN


_PLACES = {
    "where.cell": {"at_sheet", "at_cell"},
    "where.sheet": {"at_sheet"},
    "where.record": {"at_entry", "at_record"},
    "where.entry": {"at_entry"},
}


def _of_sheet(facts: Facts, finding: Finding) -> list[Finding]:
    return [one for one in facts.delivery.findings if one.sheet == finding.sheet]


def _key_columns(_: Facts, finding: Finding, reader: Reader) -> str:
    sheet = load_contract().sheets[finding.sheet]
    return ", ".join(sheet.by_key[key].labels[reader.language] for key in sheet.key_columns)


def _seems(facts: Facts, finding: Finding, reader: Reader) -> str:
    """The right name of the sheet that is missing, or that an unknown one seems to be."""
    missing = "enterprises" if finding.rule == "F06" else finding.sheet
    key = facts.renamed.get(finding.value or "") if missing == "file" else missing
    return facts.right_name(key, reader) if key in load_contract().sheets else catalogue.UNKNOWN


_OF_ANY: dict[str, Callable[[Facts, Finding, Reader], str]] = {
    "value": lambda _, finding, reader: shown_value(finding, reader),
    "column": lambda _, finding, reader: column_label(finding, reader),
    "sheet": lambda facts, finding, _: facts.delivery.sheet_name(finding.sheet),
    "row": lambda _, finding, __: str(finding.row or ""),
    "folder": lambda facts, _, reader: reader.quoted(facts.delivery.project_code),
    "received_on": lambda facts, _, reader: reader.date(facts.delivery.received_on),
    "project_start": _project_start,
    "period_start": lambda facts, _, reader: _period_day(facts, reader, 0),
    "period_end": lambda facts, _, reader: _period_day(facts, reader, 1),
    "first_row": _first_row,
    "counted": _counted,
    "missing": _missing,
    "error_rows": _error_rows,
    "data_rows": _data_rows,
    "key_columns": _key_columns,
    "where": _where,
    "candidate": lambda facts, finding, reader: reader.quoted(facts.candidate(finding) or finding.value),
    "seems": _seems,
    "range": lambda facts, finding, _: facts.merged_range(finding) or catalogue.UNKNOWN,
    "counting": lambda facts, finding, reader: reader.quoted(facts.counting_sheet(finding)),
}


# --- facts of single rules -------------------------------------------------------------------------------


def _tax_id(facts: Facts, finding: Finding, row: Row, reader: Reader) -> dict[str, str]:
    country = countries().get(facts.country(row) or "")
    return {"tax_id_name": country["tax_id_name"], "country": country[f"name_{reader.language}"]} if country else {}


def _territory(facts: Facts, finding: Finding, row: Row, reader: Reader) -> dict[str, str]:
    name = territories().get(facts.country(row) or "", {}).get(row["territory_code"] or "")
    return {"known_name": name} if name else {}


def _headcount(facts: Facts, finding: Finding, row: Row, reader: Reader) -> dict[str, str]:
    people = row[(finding.column or "").replace("_fte", "_headcount")]
    return {"headcount": reader.counted("unit.person", people)} if people is not None else {}


def _availability(facts: Facts, finding: Finding, row: Row, reader: Reader) -> dict[str, str]:
    known = next((one for one in seed("standards") if one["standard"] == row["standard"]), None)
    if not known:
        return {}
    days = {
        name: reader.date(date.fromisoformat(known[column]))
        for name, column in (("from", "available_from"), ("until", "available_until"))
        if known[column]
    }
    part = "available.between" if "until" in days else "available.from"
    return {"available": reader.word(part, **days), "standard": known["name"]}


def _window(facts: Facts, finding: Finding, row: Row, reader: Reader) -> dict[str, str]:
    name = (finding.column or "").removesuffix("_end")
    start, end = row[f"{name}_start"], row[f"{name}_end"]
    return {"days": reader.counted("unit.day", (end - start).days + 1)} if start and end else {}


def _currency(facts: Facts, finding: Finding, row: Row, reader: Reader) -> dict[str, str]:
    country = countries().get(facts.country(row) or "")
    return {"country_currency": country["currency"]} if country else {}


def _repaired(facts: Facts, finding: Finding, row: Row, reader: Reader) -> dict[str, str]:
    column = load_contract().sheets[finding.sheet].by_key[finding.column or ""]
    read = reader.value(row[column.key], column.type)
    # a code that a spreadsheet keeps as a number looks the same before and after
    return {"read": reader.word("read_as_code", code=read) if read == reader.quoted(finding.value) else read}


_OF_RULE: dict[str, Callable[[Facts, Finding, Row, Reader], dict[str, str]]] = {
    "C09": _repaired,
    "E03": _tax_id,
    "E08": _territory,
    "J04": _headcount,
    "N05": _availability,
    "S02": _window,
    "S07": _currency,
}


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


# --- from the warehouse ----------------------------------------------------------------------------------


def load_facts(connection: sa.Connection, delivery: Delivery) -> Facts:
    """Everything the sentences of a delivery's findings need; reads only rows that have such a finding."""
    wanted: dict[str, set[int]] = defaultdict(set)
    compared: dict[tuple[str, str], set[int]] = defaultdict(set)
    for finding in delivery.findings:
        if finding.row is None:
            continue
        if finding.rule in _NEEDS_ROW:
            wanted[finding.sheet].add(finding.row)
        elif finding.rule in _NEEDS_FIRST:
            compared[finding.rule, finding.sheet].add(finding.row)
    rows: dict[tuple[str, int], Row] = {}
    if "cover" in wanted:  # its fields are one row of raw.cover
        (cover,) = _read_rows(connection, delivery, "cover", None)
        rows = {("cover", number): cover for number in wanted.pop("cover")}
    for sheet, numbers in wanted.items():
        rows |= {(sheet, row["row_number"]): row for row in _read_rows(connection, delivery, sheet, numbers)}
    first: dict[tuple[str, str, int], int] = {}
    for (rule, sheet), numbers in compared.items():
        for row_number, earlier in _read_first_rows(connection, delivery, rule, sheet, numbers):
            first[rule, sheet, row_number] = earlier
    return Facts(
        delivery,
        rows,
        first,
        _read_countries(connection, delivery) if wanted else {},
        _read_counted(connection, delivery) if any(f.rule == "X01" for f in delivery.findings) else {},
        comparison(connection, delivery.submission_id, delivery.project_code)
        if any(f.rule in COMPARING_RULES for f in delivery.findings)
        else Comparison(),
    )


def _read_rows(connection: sa.Connection, delivery: Delivery, sheet: str, numbers: set[int] | None) -> list[Row]:
    table = raw[sheet]
    query = sa.select(table).where(table.c.submission_id == delivery.submission_id)
    if numbers is not None:
        query = query.where(table.c.row_number == sa.func.any(sa.literal(sorted(numbers), sa.ARRAY(sa.Integer))))
    return [dict(row) for row in connection.execute(query).mappings()]


def _read_first_rows(
    connection: sa.Connection, delivery: Delivery, rule: str, sheet: str, numbers: set[int]
) -> list[tuple[int, int]]:
    same = ", ".join(_same(rule, load_contract().sheets[sheet]))
    query = _SQL("first_rows", same=same, sheet=sheet)
    found = connection.execute(query, {"id": delivery.submission_id, "numbers": sorted(numbers)})
    return [(row.row_number, row.earlier) for row in found]


def _same(rule: str, sheet: Sheet) -> tuple[str, ...]:
    """The columns by which a rule calls two rows the same."""
    if rule == "E05":
        return ("country", "tax_id")
    if rule == "R04":
        return sheet.key_columns
    return (*(column.key for column in sheet.columns), "unread")


def _read_countries(connection: sa.Connection, delivery: Delivery) -> dict[str, str]:
    enterprises = raw["enterprises"]
    query = (
        sa.select(enterprises.c.enterprise_ref, enterprises.c.country)
        .where(enterprises.c.submission_id == delivery.submission_id, enterprises.c.country.is_not(None))
        .order_by(enterprises.c.row_number.desc())  # the first row of a reference counts
    )
    return {ref: country for ref, country in connection.execute(query).tuples() if ref}


def _read_counted(connection: sa.Connection, delivery: Delivery) -> dict[str, Decimal]:
    """What the current version's rows come to; of another version nobody can say it any more."""
    if not delivery.is_current:
        return {}
    fields = {row["kpi"]: row["declared_field"] for row in seed("kpis") if row["declared_field"]}
    found = connection.execute(_SQL("counted"), {"project": delivery.project_code, "period": delivery.period})
    return {fields[row.kpi]: row.valid for row in found if row.kpi in fields}
