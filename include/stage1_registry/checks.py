"""What the registry's rows must satisfy, and the rows as typed values."""

from __future__ import annotations

import calendar
import dataclasses
import itertools
import re
from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from typing import Any

import sqlalchemy as sa

from include.contract import load_contract
from include.contract.model import COMMON_CURRENCIES, seed
from include.formats.text import canonical_code
from include.stage1_registry import values
from include.stage1_registry.files import FILES, Fault, Row

PERIOD = re.compile(r"(\d{4})-S([12])")

#: Facts of the registry itself that a published claim may name beside the indicators.
REGISTRY_FACTS = ("projects", "institutions", "grant_eur")

SCOPE_TYPES = ("programme", "country", "pillar", "value_chain", "project")
RELATIONS = ("exactly", "about", "more_than")
PILLARS = ("agriculture", "circular")
REGIONS = ("LAC", "EU")
ROLES = ("lead", "partner", "associate")
#: A list of so many codes is written out where a value is none of them.
_WRITTEN_OUT = 20
#: Years a price index may be of.
YEARS = (1990, 2100)

#: Files whose form is given with its decimal mark.
_USUAL_MARK = {"fx_monthly.csv": ".", "cpi_annual.csv": "."}

TypedRows = dict[str, list[dict[str, Any]]]


def check(rows: dict[str, list[Row]]) -> tuple[TypedRows, list[Fault]]:
    """Typed rows by file name, and every fault of types, keys, lists and references at once."""
    faults: list[Fault] = []
    typed: TypedRows = {}
    for name, file_rows in rows.items():
        typed[name], row_faults = _typed(name, FILES[name], file_rows)
        faults.extend(row_faults)
        faults.extend(_repeated_keys(name, file_rows, typed[name]))
    faults.extend(_wrong_values(rows))
    faults.extend(_broken_references(rows))
    faults.extend(_wrong_dates(rows, typed))
    faults.extend(_wrong_figures(rows, typed))
    faults.sort(key=lambda fault: (list(FILES).index(fault.file), fault.row or 0))
    return typed, [_as_named(fault, rows) for fault in faults]


def _as_named(fault: Fault, rows: dict[str, list[Row]]) -> Fault:
    """The fault with the name of the file as the office has it."""
    file = next((row.file for row in rows.get(fault.file, ()) if row.file), fault.file)
    return dataclasses.replace(fault, file=file)


def period_end(period: str) -> date | None:
    """Last day of the semester ``YYYY-Sn``, or None where ``period`` is not one."""
    match = PERIOD.fullmatch(period)
    if not match:
        return None
    year, month = int(match[1]), 6 * int(match[2])
    return date(year, month, calendar.monthrange(year, month)[1])


def left_out_periods(typed: TypedRows, as_of: date) -> list[str]:
    """The semesters that the calendar has not between two that it has, of those that have ended by ``as_of``."""
    known = sorted({row["period"] for row in typed["reporting_calendar.csv"]})
    found = []
    for before, after in itertools.pairwise(known):
        first, last = (2 * int(period[:4]) + int(period[-1]) - 1 for period in (before, after))
        found += [f"{turn // 2}-S{turn % 2 + 1}" for turn in range(first + 1, last)]
    return [period for period in found if (end := period_end(period)) and end < as_of]


def _typed(name: str, table: sa.Table, rows: list[Row]) -> tuple[list[dict[str, Any]], list[Fault]]:
    numeric = [column.name for column in table.columns if isinstance(column.type, sa.Numeric)]
    marks = values.decimal_marks(row.cells[column] for row in rows for column in numeric)
    typed: list[dict[str, Any]] = []
    faults = []
    for row in rows:
        read: dict[str, Any] = {}
        for column in table.columns:
            read[column.name] = None
            if not row.values[column.name]:
                if not column.nullable:
                    faults.append(Fault(name, row.number, f"{column.name} is empty"))
                continue
            try:
                read[column.name] = _read(name, column, row, marks)
            except ValueError as error:
                faults.append(Fault(name, row.number, f"{column.name} {error}"))
        typed.append(read)
    return typed, faults


def _read(name: str, column: sa.Column[Any], row: Row, marks: frozenset[str]) -> Any:
    """The cell as its column's type. Raises ValueError with words for the office."""
    cell = row.cells[column.name]
    if isinstance(column.type, sa.Date):
        return values.read_date(cell)
    if isinstance(column.type, sa.Integer):
        return values.read_integer(cell)
    if isinstance(column.type, sa.Numeric):
        return values.read_number(cell, marks, _USUAL_MARK.get(name))
    if column.name == "month":
        return values.read_month(cell)
    text = values.check_text(cell)
    return canonical_code(text) if column.name == "enterprise_ref" else text


def _repeated_keys(name: str, rows: list[Row], typed: list[dict[str, Any]]) -> Iterator[Fault]:
    key = [column.name for column in FILES[name].primary_key.columns]
    seen: dict[tuple[Any, ...], int] = {}
    for row, read in zip(rows, typed, strict=True) if key else ():
        values_of = [read[column] for column in key]
        if None in values_of:
            continue
        # PE-01 and pe-01 are one project
        found = tuple(value.upper() if isinstance(value, str) else value for value in values_of)
        if found in seen:
            described = ", ".join(f"{column} {value}" for column, value in zip(key, values_of, strict=True))
            yield Fault(name, row.number, f"{described} stands in row {seen[found]} already")
        seen.setdefault(found, row.number)


def _allowed_values() -> dict[tuple[str, str], set[str]]:
    countries = {row["country"] for row in seed("countries")}
    currencies = {row["currency"] for row in seed("countries")}
    kpis = {row["kpi"] for row in seed("kpis")}
    return {
        ("projects.csv", "country"): countries,
        ("projects.csv", "pillar"): set(PILLARS),
        ("institutions.csv", "region"): set(REGIONS),
        ("project_institutions.csv", "role"): set(ROLES),
        ("targets.csv", "kpi"): kpis,
        ("claims.csv", "kpi"): kpis | set(REGISTRY_FACTS),
        ("claims.csv", "scope_type"): set(SCOPE_TYPES),
        ("claims.csv", "relation"): set(RELATIONS),
        ("waivers.csv", "rule"): set(load_contract().rules),
        ("fx_monthly.csv", "currency"): currencies | set(COMMON_CURRENCIES),
        ("cpi_annual.csv", "country"): countries,
    }


def _nearest(value: str, allowed: set[str]) -> str:
    """A long list of codes, with the ones that may be meant."""
    near = get_close_matches(value.upper(), allowed, n=3) or get_close_matches(value.lower(), allowed, n=3)
    return f"the code list, such as {', '.join(near)}" if near else "the code list"


def _wrong_values(rows: dict[str, list[Row]]) -> Iterator[Fault]:
    for (name, column), allowed in _allowed_values().items():
        for row in rows.get(name, ()):
            value = row.values[column]
            if value and value not in allowed:
                shown = ", ".join(sorted(allowed)) if len(allowed) <= _WRITTEN_OUT else _nearest(value, allowed)
                yield Fault(name, row.number, f"{column} is '{value}'; allowed: {shown}")
    for name, column in (
        ("targets.csv", "due_period"),
        ("claims.csv", "as_of_period"),
        ("waivers.csv", "period"),
        ("reporting_calendar.csv", "period"),
        ("received.csv", "period"),
    ):
        for row in rows.get(name, ()):
            value = row.values[column]
            if value and not PERIOD.fullmatch(value):
                yield Fault(name, row.number, f"{column} is '{value}', not a period like 2024-S1")
    chains = set(load_contract().codelists["value_chain"])
    for row in rows.get("projects.csv", ()):
        for chain in filter(None, (part.strip() for part in row.values["value_chains"].split(";"))):
            if chain not in chains:
                yield Fault("projects.csv", row.number, f"value chain '{chain}' is not in the code list")


def _broken_references(rows: dict[str, list[Row]]) -> Iterator[Fault]:
    references = {
        "institution": ("institutions.csv", "institution"),
        "lead_institution": ("institutions.csv", "institution"),
        "project_code": ("projects.csv", "project_code"),
    }
    for name, column in (
        ("projects.csv", "lead_institution"),
        ("project_institutions.csv", "project_code"),
        ("project_institutions.csv", "institution"),
        ("targets.csv", "project_code"),
        ("waivers.csv", "project_code"),
        ("received.csv", "project_code"),
    ):
        target, target_column = references[column]
        if not rows.get(target):
            continue
        known = {row.values[target_column] for row in rows[target]}
        for row in rows.get(name, ()):
            value = row.values[column]
            if value and value not in known:
                yield Fault(name, row.number, f"{column} '{value}' is not in {target}")


def _wrong_dates(rows: dict[str, list[Row]], typed: TypedRows) -> Iterator[Fault]:
    for row, period in _with_types("reporting_calendar.csv", rows, typed):
        end = period_end(period["period"] or "")
        if end and period["ends_on"] and period["ends_on"] != end:
            yield Fault(
                "reporting_calendar.csv", row.number, f"{period['period']} ends on {end}, not {period['ends_on']}"
            )
        if period["ends_on"] and period["due_on"] and period["due_on"] < period["ends_on"]:
            yield Fault("reporting_calendar.csv", row.number, f"{period['period']} is due before it ends")
    for row, project in _with_types("projects.csv", rows, typed):
        if project["start_date"] and project["end_date"] and project["end_date"] < project["start_date"]:
            yield Fault("projects.csv", row.number, f"{project['project_code']} ends before it starts")


def _wrong_figures(rows: dict[str, list[Row]], typed: TypedRows) -> Iterator[Fault]:
    for name, column in (("fx_monthly.csv", "units_per_eur"), ("cpi_annual.csv", "index_2019_100")):
        for row, figure in _with_types(name, rows, typed):
            if figure[column] == 0:
                yield Fault(name, row.number, f"{column} is 0; nothing can be divided by it")
    for row, index in _with_types("cpi_annual.csv", rows, typed):
        if index["year"] is not None and not YEARS[0] <= index["year"] <= YEARS[1]:
            yield Fault("cpi_annual.csv", row.number, f"year is {index['year']}, not one like 2024")


def _with_types(name: str, rows: dict[str, list[Row]], typed: TypedRows) -> Iterator[tuple[Row, dict[str, Any]]]:
    return zip(rows.get(name, ()), typed.get(name, ()), strict=True)
