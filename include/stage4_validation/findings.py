"""Gather findings: every failing row, at the partner's own row and column, by INSERT … SELECT."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from include.contract import Sheet, load_contract
from include.stage4_validation.broken import BrokenRule
from include.stage4_validation.work_tables import is_total

#: Where findings stand: those in force, and those of rules in shadow.
FINDING_TABLES = ("ops.finding", "ops.shadow_finding")

_COLUMNS = "submission_id, rule, severity, sheet, row_number, column_name, cell, value, enterprise_ref"


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
    home = FINDING_TABLES["X01" in load_contract().shadow_rules]
    for table in FINDING_TABLES:
        kept = "X01" if table == home else ""
        connection.execute(
            sa.text(f"""
            delete from {table} as f
            using work.submission as s
            where s.submission_id = f.submission_id and f.rule <> :kept
            """),
            {"kept": kept},
        )
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
    _write_reading_findings(
        connection,
        "inner join work.submission as s on s.submission_id = f.submission_id",
        "(f.rule like 'F%' and f.row_number is null) or (f.sheet = 'cover')",
        "null::text",
    )
    _write_loose_columns(connection)


def _write_loose_columns(connection: sa.Connection) -> None:
    """Columns without a label that hold values (F12, F09): reading names each row, and a total is no data row."""
    concerned: sa.ScalarResult[str] = connection.execute(
        sa.text("""
        select distinct f.sheet
        from raw.reading_finding as f
        inner join work.submission as s on s.submission_id = f.submission_id
        where f.rule like 'F%' and f.row_number is not null and f.sheet <> 'cover'
        """)
    ).scalars()
    for sheet in (load_contract().sheets[key] for key in concerned.all()):
        connection.execute(
            sa.text(f"""
            insert into work.finding ({_COLUMNS})
            select distinct f.submission_id, f.rule, r.severity, f.sheet, null::int, null, f.cell, f.value, null
            from raw.reading_finding as f
            inner join (values {_severities()}) as r (rule, severity) on r.rule = f.rule
            inner join work.submission as s on s.submission_id = f.submission_id
            inner join raw.{sheet.key} as w on w.submission_id = f.submission_id and w.row_number = f.row_number
            where
                f.sheet = '{sheet.key}' and f.rule like 'F%' and not {is_total(sheet)}
                and not exists (
                    select from work.finding as known
                    where
                        known.submission_id = f.submission_id and known.rule = f.rule
                        and known.sheet = f.sheet and known.cell = f.cell
                )
            """)
        )


def write_cell_findings(connection: sa.Connection, sheet: Sheet) -> None:
    """What reading found in cells of the sheet's data rows; totals and repeats have their own finding alone.

    Beside it stands that a row has more fields than its header (C11): nothing in it may be what it seems.
    """
    _write_reading_findings(
        connection,
        f"inner join work.{sheet.key} as w on w.submission_id = f.submission_id and w.row_number = f.row_number",
        f"f.sheet = '{sheet.key}' and f.rule not like 'F%' "
        " and (f.rule = 'C11' or (not w.is_total and not w.is_repeat))",
        "w.enterprise_ref",
    )


def write_broken_rules(connection: sa.Connection, broken: Iterable[BrokenRule]) -> None:
    """Every row of ``work.<table>`` that breaks one of ``broken``, in one pass a table.

    Raises FindingsDiffer where that is not the number of rows that was counted.
    """
    by_table: dict[str, list[BrokenRule]] = {}
    for rule in broken:
        by_table.setdefault(rule.table, []).append(rule)
    for table, rules in by_table.items():
        written = connection.execute(sa.text(_insert_failing_rows(table, rules))).rowcount
        counted = sum(rule.failing_rows for rule in rules)
        if written != counted:
            raise FindingsDiffer(f"work.{table}: {counted} failing rows were counted, {written} findings written")


def _insert_failing_rows(table: str, rules: list[BrokenRule]) -> str:
    catalogue = load_contract().rules
    is_cover = table not in {sheet.key for sheet in load_contract().row_sheets}
    values = ",\n".join(
        f"({index}, '{rule.rule}', '{catalogue[rule.rule].severity}', "
        f"'{_sheet_of(rule, table, is_cover)}', {_literal(rule.column)})"
        for index, rule in enumerate(rules)
    )
    # Most rows break no rule: they are not multiplied by all rules to find that out.
    broken = ", ".join(f"case when {rule.violated_when} then {index} end" for index, rule in enumerate(rules))
    letter = "'value'" if is_cover else "v.column_name"  # the cover's values stand in one column
    row_number = "(w.row_numbers ->> v.column_name)::int" if is_cover else "w.row_number"
    return f"""
    insert into work.finding ({_COLUMNS})
    select
        w.submission_id, v.rule, v.severity, v.sheet, place.row_number, v.column_name,
        letters.column_letters ->> {letter} || place.row_number,
        -- nothing was received where a merged range lent its value
        coalesce(nullif(w.received ->> v.column_name, ''), {_values(rules)}),
        w.enterprise_ref
    from (
        select t.*, unnest(array_remove(array[{broken}], null)) as rule_order from work.{table} as t
    ) as w
    inner join (values {values}) as v (rule_order, rule, severity, sheet, column_name)
        on v.rule_order = w.rule_order
    cross join lateral (select {row_number} as row_number) as place
    left join ops.sheet_reading as letters
        on letters.submission_id = w.submission_id and letters.sheet = v.sheet
    """


def _values(rules: list[BrokenRule]) -> str:
    """SQL: the text of the value at which a rule is reported, as JSON writes it."""
    columns = sorted({rule.column for rule in rules if rule.column})
    # Not to_jsonb(w) ->> column_name, which would make JSON of forty columns to read one.
    cases = " ".join(f"when '{column}' then to_jsonb(w.{column}) #>> '{{}}'" for column in columns)
    return f"case v.column_name {cases} end" if cases else "null"


def _sheet_of(rule: BrokenRule, table: str, is_cover: bool) -> str:
    return load_contract().rules[rule.rule].sheet if is_cover else table


def _write_reading_findings(connection: sa.Connection, join: str, condition: str, enterprise_ref: str) -> None:
    descriptive = ", ".join(
        f"('{column.sheet}', '{column.key}')"
        for sheet in load_contract().sheets.values()
        for column in sheet.columns
        if column.is_descriptive
    )
    connection.execute(
        sa.text(f"""
        insert into work.finding ({_COLUMNS})
        select
            f.submission_id,
            f.rule,
            -- a descriptive cell that cannot be read counts as empty and costs no row
            case when r.severity = 'error' and d.column_name is not null then 'warning' else r.severity end,
            f.sheet, f.row_number, f.column_name, f.cell, f.value,
            {enterprise_ref}
        from raw.reading_finding as f
        inner join (values {_severities()}) as r (rule, severity) on r.rule = f.rule
        left join (values {descriptive}) as d (sheet, column_name)
            on d.sheet = f.sheet and d.column_name = f.column_name
        {join}
        where {condition}
        """)
    )


def _severities() -> str:
    """SQL: the severity of each rule that reading finds."""
    return ", ".join(
        f"('{rule.key}', '{rule.severity}')" for rule in load_contract().rules.values() if rule.found_by == "reading"
    )


def _literal(text: str | None) -> str:
    return "null::text" if text is None else f"'{text}'"
