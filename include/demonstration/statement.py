"""A project's statement for one period: what its partner would write if nothing ever went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from include.contract import load_contract
from include.contract.example import example
from include.demonstration import facts
from include.demonstration.dossier import Attendance, Enterprise, JobCell, Practice, Sales, Session, Standard
from include.demonstration.population import Books
from include.demonstration.semesters import bounds

#: sheet -> column -> position
POSITION = {
    sheet.key: {column.key: position for position, column in enumerate(sheet.columns)}
    for sheet in load_contract().row_sheets
}
#: sheet -> column -> what a column holds that the demonstration knows nothing of
_EXAMPLES = {sheet: example(sheet) for sheet in POSITION}


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
    """Sheet -> rows, for the enterprises that had joined by the period at position ``period``.

    A column that the demonstration knows nothing of holds what the contract's example has there, and a sheet that it
    knows nothing of has the example as the row of each enterprise.
    """
    held = books.sessions
    ends_on = bounds(periods[period])[1]
    rows: Statement = {sheet: [] for sheet in POSITION}
    for enterprise in books.enterprises:
        if enterprise.joined > period:
            continue
        progress = (period - enterprise.joined + 1) / (len(periods) - enterprise.joined)
        attended = (entry for entry in enterprise.attendances if entry.period == period)
        known: dict[str, Iterable[dict[str, Any]]] = {
            "enterprises": [_enterprise(enterprise)],
            "training": (_training(entry, held[period][entry.session]) for entry in attended),
            "practices": (_practice(entry, ends_on) for entry in enterprise.practices),
            "jobs": (_job(cell, progress) for cell in enterprise.jobs),
            "standards": (_standard(entry, ends_on) for entry in enterprise.standards),
            "sales": _sales(enterprise.sales, enterprise.country, ends_on),
        }
        for sheet, entries in rows.items():
            entries.extend(_row(sheet, values, enterprise) for values in known.get(sheet, [{}]))
    return rows


def _row(sheet: str, values: dict[str, Any], enterprise: Enterprise) -> Row:
    """A row of the contract's columns in their order. Raises KeyError for a value of a column that there is not."""
    if unknown := values.keys() - POSITION[sheet].keys():
        raise KeyError(f"sheet {sheet} of the contract has no column {', '.join(sorted(unknown))}")
    return Row(list({**_EXAMPLES[sheet], "enterprise_ref": enterprise.ref, **values}.values()), enterprise)


def _enterprise(enterprise: Enterprise) -> dict[str, Any]:
    same = ("tax_id", "country", "territory_code", "territory_name", "isic_class", "value_chain", "size_class")
    others = ("owner_sex", "owner_age_group", "joined_on")
    return {"legal_name": enterprise.name, **{column: getattr(enterprise, column) for column in (*same, *others)}}


def _training(entry: Attendance, session: Session) -> dict[str, Any]:
    return {
        "topic": session.topic,
        "activity": session.activity,
        "start_date": session.start,
        "end_date": session.end,
        "hours": session.hours,
        "women": entry.women,
        "men": entry.men,
        "evidence_grade": entry.grade,
        "evidence_ref": None,
    }


def _practice(entry: Practice, ends_on: date) -> dict[str, Any]:
    begun = entry.since is not None and entry.since <= ends_on
    return {
        "practice": entry.practice,
        "status": "planned" if not begun else "discontinued" if entry.discontinued else "in_use",
        "since_date": entry.since if begun else None,
        "resource": entry.resource if begun else None,
        "unit": entry.unit if begun else None,
        "baseline_value": entry.baseline if begun else None,
        "current_value": entry.current if begun else None,
        "evidence_grade": entry.grade,
        "evidence_ref": None,
    }


def _job(cell: JobCell, progress: float) -> dict[str, Any]:
    current = cell.baseline + round(cell.created * progress)
    people = {"baseline": cell.baseline, "current": current, "maintained": cell.maintained}
    return {
        "job_category": cell.category,
        "sex": cell.sex,
        "age_group": cell.age_group,
        "green_basis": cell.green_basis,
        "decent_work": cell.decent_work,
        **{f"{moment}_headcount": heads for moment, heads in people.items()},
        **{f"{moment}_fte": round(heads * cell.fte_each, 2) for moment, heads in people.items()},
        "evidence_grade": cell.grade,
        "evidence_ref": "planilla" if cell.grade == "A" else None,
    }


def _standard(entry: Standard, ends_on: date) -> dict[str, Any]:
    begins_later = entry.valid_from is not None and entry.valid_from > ends_on
    return {
        "standard": entry.standard,
        "scope": entry.scope,
        "status": "preparing" if begins_later else entry.status,
        "certificate_no": None if begins_later else entry.certificate_no,
        "certifier": None if begins_later else entry.certifier,
        "valid_from": None if begins_later else entry.valid_from,
        "valid_to": None if begins_later else entry.valid_to,
        "group_role": entry.group_role,
        "evidence_grade": entry.grade,
        "evidence_ref": None,
    }


def _sales(sales: Sales | None, country: str, ends_on: date) -> Iterator[dict[str, Any]]:
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
    yield {
        "baseline_start": baseline[0],
        "baseline_end": baseline[1],
        "baseline_amount": base,
        "current_start": current[0],
        "current_end": current[1],
        "current_amount": round(amount, 2),
        "currency": sales.currency,
        "evidence_grade": sales.grade,
        "evidence_ref": None,
    }
