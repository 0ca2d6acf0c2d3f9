"""Reads of the warehouse what the sentences of a delivery's findings need, and nothing else."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import sqlalchemy as sa

from include.contract import Sheet, load_contract
from include.contract.model import seed
from include.platform.statements import beside
from include.platform.tables import raw
from include.stage4_validation.statements import Comparison
from include.stage7_outputs.findings.deliveries import Delivery, Finding
from include.stage7_outputs.findings.facts import Facts, Row
from include.stage7_outputs.findings.named import needs

_SQL = beside(__file__)


def load_facts(connection: sa.Connection, delivery: Delivery, compared: Comparison | None = None) -> Facts:
    """Everything the sentences of a delivery's findings need; reads only rows that have such a finding.

    ``compared`` is what comes of comparing it with the statement before it.
    """
    wanted: dict[str, set[int]] = defaultdict(set)
    repeated: dict[tuple[str, str], set[int]] = defaultdict(set)
    for finding in delivery.findings:
        if finding.row is None:
            continue
        if "row" in needs(finding.rule) or _is_by_country(finding):
            wanted[finding.sheet].add(finding.row)
        if "first" in needs(finding.rule):
            repeated[finding.rule, finding.sheet].add(finding.row)
    rows: dict[tuple[str, int], Row] = {}
    if "cover" in wanted:  # its fields are one row of raw.cover
        (cover,) = _read_rows(connection, delivery, "cover", None)
        rows = {("cover", number): cover for number in wanted.pop("cover")}
    for sheet, numbers in wanted.items():
        rows |= {(sheet, row["row_number"]): row for row in _read_rows(connection, delivery, sheet, numbers)}
    first: dict[tuple[str, str, int], int] = {}
    for (rule, sheet), numbers in repeated.items():
        for row_number, earlier in _read_first_rows(connection, delivery, rule, sheet, numbers):
            first[rule, sheet, row_number] = earlier
    needed = frozenset[str]().union(*(needs(finding.rule) for finding in delivery.findings))
    return Facts(
        delivery,
        rows,
        first,
        _read_countries(connection, delivery) if wanted else {},
        _read_counted(connection, delivery) if "counted" in needed else {},
        compared or Comparison(),
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
    record = load_contract().rules[rule]
    if record.row_is == "second":
        return sheet.key_columns
    if record.row_is == "repeat":
        return (*(column.key for column in sheet.columns), "unread")
    return ("country", "tax_id") if record.column == "tax_id" else (record.column,)


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


def _is_by_country(finding: Finding) -> bool:
    """Whether what may have been meant is looked up in the country of the row."""
    sheet = load_contract().sheets.get(finding.sheet)
    column = sheet.by_key.get(finding.column or "") if sheet else None
    return column is not None and column.codelist == "territory"
