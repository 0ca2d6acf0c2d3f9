"""Gather findings: every failing row, at the partner's own row and column, by INSERT … SELECT."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from include.contract import Sheet, load_contract
from include.platform.statements import beside
from include.stage4_validation.broken import BrokenRule
from include.stage4_validation.work_tables import is_total

#: Where findings stand: those in force, and those of rules in shadow.
FINDING_TABLES = ("ops.finding", "ops.shadow_finding")

_SQL = beside(__file__)


class FindingsDiffer(Exception):
    """The rows written for a rule are not those that Great Expectations counted."""


def open_findings(connection: sa.Connection) -> None:
    """Make ``work.finding``, where the findings of a night gather until they are complete."""
    connection.execute(sa.text("drop table if exists work.finding"))
    connection.execute(sa.text("create unlogged table work.finding (like ops.finding including defaults)"))


def publish_findings(connection: sa.Connection) -> None:
    """Put ``work.finding`` in the place of what was found before of the submissions in ``work.submission``.

    Declared totals (X01) stay where they belong: they are compared with figures of later stages, of current versions
    alone. The comparisons with the statement before (X02, X03) are made anew when statuses are known.
    """
    contract = load_contract()
    for table, is_shadow in zip(FINDING_TABLES, (False, True), strict=True):
        kept = [rule for rule in contract.rule_lists["reconciled"] if contract.rules[rule].is_shadow == is_shadow]
        connection.execute(_SQL("replace", finding=table), {"kept": kept})
    insert_findings(connection)


def insert_findings(connection: sa.Connection) -> int:
    """Add ``work.finding`` to ``ops.finding``, findings of rules in shadow to ``ops.shadow_finding``.

    Returns how many went to ``ops.finding``. Whatever acts on findings reads that table, so a rule in shadow is
    without effect by construction.
    """
    shadow = {"shadow": list(load_contract().shadow_rules)}
    connection.execute(
        sa.text("insert into ops.shadow_finding select * from work.finding where rule = any(:shadow)"), shadow
    )
    return connection.execute(
        sa.text("insert into ops.finding select * from work.finding where rule <> all(:shadow)"), shadow
    ).rowcount


def write_file_findings(connection: sa.Connection) -> None:
    """What reading found of files, sheets, columns and covers; nothing later hides it."""
    of_file = "(f.rule like 'F%' and f.row_number is null) or (f.sheet = 'cover')"
    _write_reading_findings(
        connection,
        of_file,
        judged="work.submission as w",
        is_of_it="w.submission_id = f.submission_id",
        reference="null::text",
    )
    _write_loose_columns(connection)


def _write_loose_columns(connection: sa.Connection) -> None:
    """Columns without a label that hold values (F12, F09): reading names each row, and a total is no data row."""
    for sheet in (load_contract().sheets[key] for key in connection.scalars(_SQL("loose_columns")).all()):
        statement = _SQL("from_loose_columns", sheet=sheet.key, is_total=is_total(sheet))
        connection.execute(statement, _severities())


def write_cell_findings(connection: sa.Connection, sheet: Sheet) -> None:
    """What reading found in cells of the sheet's data rows; totals and repeats have their own finding alone.

    Beside it stands that a row has more fields than its header (C11): nothing in it may be what it seems.
    """
    _write_reading_findings(
        connection,
        f"f.sheet = '{sheet.key}' and f.rule not like 'F%' "
        " and (f.rule = 'C11' or (not w.is_total and not w.is_repeat))",
        judged=f"work.{sheet.key} as w",
        is_of_it="w.submission_id = f.submission_id and w.row_number = f.row_number",
        reference="w.enterprise_ref",
    )


def write_broken_rules(connection: sa.Connection, broken: Iterable[BrokenRule]) -> None:
    """Every row of ``work.<table>`` that breaks one of ``broken``, in one pass a table.

    Raises FindingsDiffer where that is not the number of rows that was counted.
    """
    by_table: dict[str, list[BrokenRule]] = {}
    for rule in broken:
        by_table.setdefault(rule.table, []).append(rule)
    for table, rules in by_table.items():
        written = connection.execute(_from_rows(table, rules), _rules_broken(table, rules)).rowcount
        counted = sum(rule.failing_rows for rule in rules)
        if written != counted:
            raise FindingsDiffer(f"work.{table}: {counted} failing rows were counted, {written} findings written")


def _from_rows(table: str, rules: list[BrokenRule]) -> sa.TextClause:
    # Most rows break no rule: they are not multiplied by all rules to find that out.
    broken = ", ".join(f"case when {rule.violated_when} then {order} end" for order, rule in enumerate(rules, 1))
    is_cover = table not in load_contract().sheets or table == "cover"
    return _SQL(
        "from_rows",
        judged=table,
        broken=broken,
        letter="'value'" if is_cover else "v.column_name",  # the cover's values stand in one column
        place="(w.row_numbers ->> v.column_name)::int" if is_cover else "w.row_number",
        received_as=_values(rules),
    )


def _rules_broken(table: str, rules: list[BrokenRule]) -> dict[str, list[str | None]]:
    """Parameters: the rules in their order, with severity, sheet and column."""
    contract = load_contract()
    records = [contract.rules[rule.rule] for rule in rules]
    sheets = {sheet.key for sheet in contract.row_sheets}
    return {
        "rules": [record.key for record in records],
        "severities": [record.severity for record in records],
        "sheets": [table if table in sheets else record.sheet for record in records],
        "columns": [rule.column for rule in rules],
    }


def _values(rules: list[BrokenRule]) -> str:
    """SQL: the text of the value at which a rule is reported, as JSON writes it."""
    columns = sorted({rule.column for rule in rules if rule.column})
    # Not to_jsonb(w) ->> column_name, which would make JSON of forty columns to read one.
    cases = " ".join(f"when '{column}' then to_jsonb(w.{column}) #>> '{{}}'" for column in columns)
    return f"case v.column_name {cases} end" if cases else "null"


def _write_reading_findings(connection: sa.Connection, condition: str, **pieces: str) -> None:
    descriptive = [
        column for sheet in load_contract().sheets.values() for column in sheet.columns if column.is_descriptive
    ]
    columns = {"sheets": [column.sheet for column in descriptive], "columns": [column.key for column in descriptive]}
    connection.execute(_SQL("from_reading", condition=condition, **pieces), {**_severities(), **columns})


def _severities() -> dict[str, list[str]]:
    """Parameters: the rules that reading finds, and their severities."""
    rules = [rule for rule in load_contract().rules.values() if rule.found_by == "reading"]
    return {"rules": [rule.key for rule in rules], "severities": [rule.severity for rule in rules]}
