"""A project's statement for one period: what its partner would write if nothing ever went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from include.contract import load_contract
from include.demonstration import facts
from include.demonstration.dossier import Enterprise, JobCell, Practice, Sales, Standard
from include.demonstration.population import Books
from include.demonstration.semesters import bounds

#: sheet -> column -> position
POSITION = {
    sheet.key: {column.key: position for position, column in enumerate(sheet.columns)}
    for sheet in load_contract().row_sheets
}


@dataclass(slots=True, eq=False)
class Row:
    """A data row with its values in the contract's order; ``counts`` falls when an error takes it out.

    ``enterprise`` is whose row it is, empty for rows that are nobody's (totals, unknown enterprises).
    """

    values: list[Any]
    enterprise: Enterprise | None
    counts: bool = True


Statement = dict[str, list[Row]]


def statement(books: Books, periods: tuple[str, ...], period: int) -> Statement:
    """Sheet -> rows, for the enterprises that had joined by the period at position ``period``."""
    held = books.sessions
    ends_on = bounds(periods[period])[1]
    rows: Statement = {sheet: [] for sheet in POSITION}
    for enterprise in books.enterprises:
        if enterprise.joined > period:
            continue
        rows["enterprises"].append(Row(_enterprise(enterprise), enterprise))
        for attendance in enterprise.attendances:
            if attendance.period == period:
                session = held[period][attendance.session]
                values = [
                    enterprise.ref, session.topic, session.activity, session.start, session.end, session.hours,
                    attendance.women, attendance.men, attendance.grade, None,
                ]  # fmt: skip
                rows["training"].append(Row(values, enterprise))
        progress = (period - enterprise.joined + 1) / (len(periods) - enterprise.joined)
        details = {
            "practices": (_practice(entry, ends_on) for entry in enterprise.practices),
            "jobs": (_job(cell, progress) for cell in enterprise.jobs),
            "standards": (_standard(entry, ends_on) for entry in enterprise.standards),
            "sales": _sales(enterprise.sales, enterprise.country, ends_on),
        }
        for sheet, entries in details.items():
            rows[sheet].extend(Row([enterprise.ref, *values], enterprise) for values in entries)
    return rows


def _enterprise(enterprise: Enterprise) -> list[Any]:
    return [
        enterprise.ref, enterprise.tax_id, enterprise.name, enterprise.country, enterprise.territory_code,
        enterprise.territory_name, enterprise.isic_class, enterprise.value_chain, enterprise.size_class,
        enterprise.owner_sex, enterprise.owner_age_group, enterprise.joined_on,
    ]  # fmt: skip


def _practice(entry: Practice, ends_on: date) -> list[Any]:
    begun = entry.since is not None and entry.since <= ends_on
    status = "planned" if not begun else "discontinued" if entry.discontinued else "in_use"
    since = entry.since if begun else None
    measured = [entry.resource, entry.unit, entry.baseline, entry.current] if begun else [None] * 4
    return [entry.practice, status, since, *measured, entry.grade, None]


def _job(cell: JobCell, progress: float) -> list[Any]:
    current = cell.baseline + round(cell.created * progress)
    heads = [cell.baseline, current, cell.maintained]
    fte = [round(people * cell.fte_each, 2) for people in heads]
    kind = [cell.category, cell.sex, cell.age_group, cell.green_basis, cell.decent_work]
    return [*kind, *heads, *fte, cell.grade, "planilla" if cell.grade == "A" else None]


def _standard(entry: Standard, ends_on: date) -> list[Any]:
    given = [entry.status, entry.certificate_no, entry.certifier, entry.valid_from, entry.valid_to]
    if entry.valid_from is not None and entry.valid_from > ends_on:
        given = ["preparing", None, None, None, None]
    return [entry.standard, entry.scope, *given, entry.group_role, entry.grade, None]


def _sales(sales: Sales | None, country: str, ends_on: date) -> Iterator[list[Any]]:
    """The sales row, once a whole year after the baseline has passed. Windows end in 2024 at the latest, as the
    price indices do; those of 2025 (flaw S08) wait for an index."""
    if sales is None:
        return
    if sales.harvest_year:
        year = min(ends_on.year - (ends_on.month < 6), 2024)
        baseline = date(2021, 7, 1), date(2022, 6, 30)
        current = date(year - 1, 7, 1), date(year, 6, 30)
    else:
        year = min(ends_on.year - (ends_on.month < 12), 2025 if sales.flaw == "S08" else 2024)
        baseline = date(2022, 1, 1), date(2022, 12, 31)
        current = date(year, 1, 1), date(year, 12, 31)
    if year < 2023:
        return
    growth = sales.real_growth * (1 if year >= 2024 else 0.6)
    amount = sales.baseline * (facts.price_change(country, baseline, current) or 1.1) * (1 + growth)
    base: float | None = sales.baseline
    if sales.flaw == "S01":
        base = None
    elif sales.flaw == "S02":
        current = current[0], date(year, 9, 30)
        amount *= 0.75
    elif sales.flaw == "S03":
        current = date(year - 1, 10, 1), date(year, 9, 30)
        if current[0] <= baseline[1]:
            return
    elif sales.flaw == "S06":
        amount *= 1000  # the decimal comma slipped
    yield [*baseline, base, *current, round(amount, 2), sales.currency, sales.grade, None]
