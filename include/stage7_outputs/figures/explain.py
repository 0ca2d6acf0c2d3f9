"""The trail of a figure: from ``kpi_headline`` to the cells of the workbooks behind it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from include.contract.locales import figure_text
from include.platform import database
from include.platform.errors import PlatformError, UsageError
from include.platform.settings import Settings

#: Rows shown with their cells; the files are always listed in full.
ROWS = 60

#: Sheet -> columns that decide whether and how much a row counts; of jobs those of the indicator's unit are left.
_DECIDING = {
    "training": ("topic", "start_date"),
    "practices": ("practice", "status", "since_date", "resource", "unit", "baseline_value", "current_value"),
    "jobs": (
        *("job_category", "sex", "age_group", "baseline_headcount", "current_headcount", "maintained_headcount"),
        *("baseline_fte", "current_fte", "maintained_fte"),
    ),
    "standards": ("standard", "status", "certificate_no", "valid_from", "valid_to", "group_role"),
    "sales": (
        *("currency", "baseline_start", "baseline_end", "baseline_amount"),
        *("current_start", "current_end", "current_amount"),
    ),
}
_WATERFALL = {
    "claimed": "declared on covers",
    "not_in_rows": "  declared and in no row, or the other way round",
    "reported": "said by rows",
    "stated_not_counted": "  stated by rows and not counted",
    "valid": "valid",
    "counted_once": "  reported by several projects",
    "unique": "each enterprise once",
    "without_evidence": "  without evidence",
    "evidenced": "evidenced",
    "carried_forward": "  of the unique figure, from an earlier period",
    "no_figure_in_euros": "  enterprises without a figure in euros",
}


def explain(
    settings: Settings,
    kpi: str,
    scope: str = "programme",
    period: str | None = None,
    *,
    rows: int = ROWS,
    console: Console | None = None,
) -> None:
    """Print how a figure of ``kpi_headline`` came about and which rows and cells it is made of.

    ``scope`` is ``programme`` or a type and a code such as ``country:PE``; ``period`` is the last one with figures
    unless named; ``rows`` limits the rows shown with their cells. Reads as the monitoring officer, who may see what
    partners wrote. Raises PlatformError, saying what there is, where there is no such figure.
    """
    console = console or Console(width=None if sys.stdout.isatty() else 200)  # in a file nothing is cut off
    scope_type, scope_code = scope_of(scope)
    figure = {"kpi": kpi, "scope_type": scope_type, "scope_code": scope_code}
    engine = database.engine(settings, "me_officer")
    try:
        with engine.connect() as connection:
            last_period = _last_period(connection, settings)
            figure["period"] = period or last_period
            headline = _headline(connection, figure)
            console.print(f"[bold]{kpi}[/bold] of {scope} at the end of {headline.period}, in {headline.unit}")
            _show_waterfall(connection, figure, console)
            _show_files(connection, figure, headline, console)
            _show_rows(connection, figure, rows, console)
    finally:
        engine.dispose()


def scope_of(scope: str) -> tuple[str, str]:
    """Type and code of a scope as one writes it. Raises UsageError for anything else."""
    scope_type, _, scope_code = scope.partition(":")
    if (scope_type == "programme") != (scope_code in ("", "all")):
        raise UsageError(f"SCOPE has to be programme, or a type and a code such as country:PE, not {scope!r}.")
    return scope_type, scope_code or "all"


_FIGURE = "kpi = :kpi and period = :period and scope_type = :scope_type and scope_code = :scope_code"


def _last_period(connection: sa.Connection, settings: Settings) -> str:
    try:
        period = connection.scalar(sa.text("select max(period) from marts.kpi_headline"))
    except sa.exc.ProgrammingError:  # no such table before the first publication
        period = None
    if period is None:
        raise PlatformError(f"There are no figures yet: {settings.command('nightly')} makes them.")
    return str(period)


def _headline(connection: sa.Connection, figure: dict[str, str]) -> sa.Row[Any]:
    row = connection.execute(sa.text(f"select * from marts.kpi_headline where {_FIGURE}"), figure).one_or_none()
    if row is not None:
        return row
    if part := unknown_part(connection, figure, "marts.kpi_headline"):
        raise UsageError(f"There is no {part.what} {part.asked!r}. There are: {', '.join(part.known) or 'none'}.")
    raise UsageError("There is no such figure: the scope has no report up to that period.")


@dataclass(frozen=True)
class UnknownPart:
    """Of a figure that is not there: its indicator, period or scope, and those that there are."""

    what: str
    asked: str
    known: Sequence[str]


def unknown_part(connection: sa.Connection, figure: Mapping[str, Any], figures: str) -> UnknownPart | None:
    """The first part of ``figure`` that ``figures``, a table or a function of values of ``figure``, do not have."""
    scope = f"{figure['scope_type']}:{figure['scope_code']}"
    parts = {
        "indicator": ("kpi", figure["kpi"]),
        "period": ("period", figure["period"]),
        "scope": ("scope_type || ':' || scope_code", scope),
    }
    for what, (column, asked) in parts.items():
        query = sa.text(f"select distinct {column} from {figures} order by 1")
        known: Sequence[str] = connection.scalars(query, figure).all()
        if asked not in known:
            return UnknownPart(what, asked, known)
    return None


def _show_waterfall(connection: sa.Connection, figure: dict[str, str], console: Console) -> None:
    steps = connection.execute(
        sa.text(f"""
        select w.step, w.reason, w.is_level, w.amount, r.what_it_says
        from marts.kpi_waterfall as w left join marts.dim_rule as r on r.rule = w.reason
        where {_FIGURE} order by w.step_number, w.reason
        """),
        figure,
    ).all()
    table = Table(title="From what was declared to what is evidenced")
    table.add_column("step")
    table.add_column("amount", justify="right")
    table.add_column("why")
    for step in steps:
        why = "" if step.is_level else f"{step.reason}: {step.what_it_says}" if step.what_it_says else step.reason
        table.add_row(
            _WATERFALL[step.step], figure_text(step.amount), escape(why), style="bold" if step.is_level else None
        )
    console.print(table)


def _show_files(connection: sa.Connection, figure: dict[str, str], headline: sa.Row[Any], console: Console) -> None:
    files = connection.execute(
        sa.text(f"""
        select
            e.submission_id, o.file_name, s.period, s.version, s.sha256, e.sheet, count(*) as row_count,
            sum(e.contribution) as contribution
        from marts.kpi_evidence as e inner join marts.fct_submission as s using (submission_id)
        inner join ops.submission as o using (submission_id)  -- marts mask the file's name
        where {_FIGURE.replace("period =", "e.period =")}
        group by e.submission_id, o.file_name, s.period, s.version, s.sha256, e.sheet
        order by e.submission_id
        """),
        figure,
    ).all()
    table = Table(title="The files behind it")
    for heading in ("delivery", "file", "reports on", "version", "sha256", "sheet"):
        table.add_column(heading, overflow="fold")
    for heading in ("rows", "contribution"):
        table.add_column(heading, justify="right")
    for file in files:
        table.add_row(
            file.submission_id,
            escape(file.file_name),
            file.period,
            str(file.version),
            file.sha256[:12],
            file.sheet,
            str(file.row_count),
            figure_text(file.contribution),
        )
    console.print(table)
    total = sum((file.contribution for file in files), Decimal(0))
    figure_once = headline.unique_value
    console.print(
        f"{sum(file.row_count for file in files)} rows add up to {figure_text(total)}; "
        f"the figure is {figure_text(figure_once) if figure_once is not None else 'empty'}."
    )


def _show_rows(connection: sa.Connection, figure: dict[str, str], limit: int, console: Console) -> None:
    rows = connection.execute(
        sa.text(f"""
        with shown as (
            select * from marts.kpi_evidence
            where {_FIGURE} order by submission_id, row_number limit :limit
        )
        select e.*, r.enterprise_ref, r.cell_values, s.column_letters, s.file_sheet
        from shown as e
        left join ops.sheet_reading as s on s.submission_id = e.submission_id and s.sheet = e.sheet
        cross join lateral (
            select * from restricted.row_as_received as r
            where r.submission_id = e.submission_id and r.sheet = e.sheet and r.row_number = e.row_number
        ) as r
        order by e.submission_id, e.row_number
        """),
        {**figure, "limit": limit},
    ).all()
    if not rows:
        return
    table = Table(title="The rows behind it, as received")
    for heading in ("delivery", "sheet", "row", "enterprise", "grade"):
        table.add_column(heading)
    table.add_column("contribution", justify="right")
    table.add_column("cells", overflow="fold")
    for row in rows:
        table.add_row(
            row.submission_id,
            escape(row.file_sheet or row.sheet),
            str(row.row_number),
            escape(row.enterprise_ref or ""),
            row.evidence_grade,
            figure_text(row.contribution),
            escape(cells_of(row, deciding_columns(row.sheet, figure["kpi"]))),
        )
    console.print(table)
    if len(rows) == limit:
        console.print(f"At most {limit} rows are shown; all of them are in marts.kpi_evidence.")


def deciding_columns(sheet: str, kpi: str) -> Sequence[str]:
    if sheet != "jobs":
        return _DECIDING[sheet]
    other_unit = "_headcount" if kpi.endswith("_fte") else "_fte"
    return [column for column in _DECIDING[sheet] if not column.endswith(other_unit)]


def cells_of(row: sa.Row[Any], columns: Sequence[str]) -> str:
    """Address, column and value of each cell, such as ``I12 maintained_headcount = 7``."""
    letters = row.column_letters or {}
    return "; ".join(
        f"{letters[column]}{row.row_number} {column} = {row.cell_values[column]}"
        for column in columns
        if column in letters and row.cell_values.get(column) is not None
    )
