"""What can be seen of a warehouse after a night: its figures, the rows that count, and what these rest on."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from include.contract import load_contract

#: Columns of a headline figure that are compared, and the key before them.
HEADLINE = ("period", "scope_type", "scope_code", "kpi", "unit", "claimed", "valid", "unique_value", "evidenced")

Row = dict[str, Any]
RowKey = tuple[str, str, str, int, str]  #: period, kpi, submission, row number, project
Figure = tuple[str, str, str, str]  #: period, scope type, scope code, kpi


@dataclass
class Seen:
    """The published state after a night."""

    night_id: str
    as_of: dt.date
    code_version: str
    headline: dict[Figure, Row]
    counted: dict[RowKey, Row]
    #: (project, period) -> current delivery
    versions: dict[tuple[str, str], str]
    #: project -> pillar, country
    registry: dict[str, tuple[str, str]]
    #: period that has ended -> its end
    calendar: dict[str, dt.date]
    #: (currency, month) or (country, year) -> figure
    rates: dict[tuple[str, str], Decimal]
    #: (delivery, sheet, row) -> rule, column, whether it is waived; consequences aside
    findings: dict[tuple[str, str, int], set[tuple[str, str, bool]]] = field(default_factory=dict)
    #: (period, project, reference) -> enterprise, and the delivery its report is taken from
    identities: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    #: (period, project, enterprise) -> delivery, row number and country of its report
    reports: dict[tuple[str, str, str], tuple[str, int, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: sa.Connection, night_id: str, as_of: dt.date) -> Seen:
        def rows(query: str) -> list[sa.Row]:
            return list(connection.execute(sa.text(query)))

        code = connection.scalar(sa.text("select code_version from ops.night where night_id = :id"), {"id": night_id})
        seen = cls(
            night_id=night_id,
            as_of=as_of,
            code_version=str(code),
            headline={
                (row.period, row.scope_type, row.scope_code, row.kpi): {name: getattr(row, name) for name in HEADLINE}
                for row in rows("select * from marts.kpi_headline")
            },
            counted={key_of(row): dict(row._mapping) for row in rows("select * from marts.counted_row")},
            versions={
                (row.project_code, row.period): row.submission_id
                for row in rows(
                    "select * from ops.submission where is_current and status in ('accepted', 'accepted_with_findings')"
                )
            },
            registry={row.project_code: (row.pillar, row.country) for row in rows("select * from registry.projects")},
            calendar={
                row.period: row.ends_on
                for row in rows("select * from registry.reporting_calendar")
                if row.ends_on < as_of
            },
            rates={
                **{(row.currency, row.month): row.units_per_eur for row in rows("select * from reference.fx_monthly")},
                **{
                    (row.country, str(row.year)): row.index_2019_100
                    for row in rows("select * from reference.cpi_annual")
                },
            },
        )
        current = set(seen.versions.values())
        found = defaultdict(set)
        for row in rows("select * from ops.finding where row_number is not null and rule <> 'R03'"):
            if row.submission_id in current:
                key = (row.submission_id, row.sheet, row.row_number)
                found[key].add((row.rule, row.column_name or "", row.waived))
        seen.findings = dict(found)
        reports: dict[tuple[str, str, str], str] = {}
        for row in rows("select * from intermediate.int_reports"):
            place = (row.as_of_period, row.project_code, row.enterprise_key)
            seen.reports[place] = (row.submission_id, row.row_number, row.country)
        identities = rows("select * from intermediate.int_enterprise_identities")
        for row in identities:
            if row.is_in_report:
                reports[row.as_of_period, row.project_code, row.enterprise_key] = row.submission_id
        for row in identities:
            report = reports[row.as_of_period, row.project_code, row.enterprise_key]
            seen.identities[row.as_of_period, row.project_code, row.enterprise_ref] = (row.enterprise_key, report)
        return seen


def key_of(row: Any) -> RowKey:
    return row.period, row.kpi, row.submission_id, row.row_number, row.project_code


@dataclass
class Received:
    """What deliveries say for ever: periods, references of rows, windows, countries, declared totals."""

    periods: dict[str, str]
    projects: dict[str, str]
    refs: dict[tuple[str, str, int], str | None]
    #: (delivery, row) -> currency, and first and last day of each window
    sales: dict[tuple[str, int], tuple[str | None, list[tuple[dt.date | None, dt.date | None]]]]
    #: (delivery, reference) -> countries
    countries: dict[tuple[str, str | None], set[str]]
    covers: dict[str, Row]

    @classmethod
    def of(cls, connection: sa.Connection) -> Received:
        def rows(query: str) -> list[sa.Row]:
            return list(connection.execute(sa.text(query)))

        refs, sales, countries = {}, {}, defaultdict(set)
        deliveries = rows("select * from ops.submission")
        for sheet in load_contract().row_sheets:
            for row in rows(f"select * from raw.{sheet.key}"):
                refs[row.submission_id, sheet.key, row.row_number] = row.enterprise_ref
                if sheet.key == "enterprises":
                    countries[row.submission_id, row.enterprise_ref].add(row.country)
                if sheet.key == "sales":
                    spans = [(row.baseline_start, row.baseline_end), (row.current_start, row.current_end)]
                    sales[row.submission_id, row.row_number] = (row.currency, spans)
        return cls(
            periods={row.submission_id: row.period for row in deliveries},
            projects={row.submission_id: row.project_code for row in deliveries},
            refs=refs,
            sales=sales,
            countries=countries,
            covers={row.submission_id: dict(row._mapping) for row in rows("select * from raw.cover")},
        )
