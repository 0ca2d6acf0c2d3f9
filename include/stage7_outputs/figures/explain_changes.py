"""The past of a figure: as it stood on a day, and why it is another one since."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import date
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
from include.platform.statements import beside
from include.stage7_outputs.figures.asked import ROWS, cells_of, deciding_columns, scope_of, unknown_part

_SQL = beside(__file__)
#: Whether a counted row counts in the scope that was asked for.
_IN_SCOPE = """
    case :scope_type
        when 'programme' then counted.counts_in_programme
        when 'country' then counted.counts_in_country and counted.country = :scope_code
        when 'pillar' then counted.counts_in_pillar and counted.pillar = :scope_code
        when 'value_chain' then counted.counts_in_value_chain and counted.value_chain = :scope_code
        when 'project' then counted.project_code = :scope_code
    end
"""

#: Columns of a headline figure, as they are told.
_MEASURES = {
    "claimed": "declared on covers",
    "valid": "valid",
    "unique_value": "each enterprise once",
    "evidenced": "evidenced",
}


def explain_day(
    settings: Settings,
    kpi: str,
    scope: str,
    period: str | None,
    day: date,
    *,
    rows: int = ROWS,
    console: Console | None = None,
) -> None:
    """Print a figure of ``kpi_headline`` as readers saw it at the end of ``day``, and the rows and cells behind it.

    ``scope`` and ``rows`` as in ``explain``; ``period`` is by default the last one that had figures then. Raises
    UsageError where there was no such figure, PlatformError where there are no figures at all.
    """
    with _Past(settings, kpi, scope, period, day, console) as past:
        figure = past.figure(day)
        past.console.print(
            f"[bold]{kpi}[/bold] of {scope} at the end of {figure.period}, in {figure.unit}, as it stood on {day} "
            f"(from {figure.from_as_of} until {figure.until_as_of or 'today'})"
        )
        table = Table()
        for heading in _MEASURES.values():
            table.add_column(heading, justify="right")
        table.add_row(*(figure_text(getattr(figure, name)) for name in _MEASURES))
        past.console.print(table)
        past.show_files()
        past.show_rows(past.received("rows_of_day", rows), "The rows behind it, as received")


def explain_since(
    settings: Settings,
    kpi: str,
    scope: str,
    period: str | None,
    day: date,
    *,
    rows: int = ROWS,
    console: Console | None = None,
) -> None:
    """Print a figure as it stood on ``day`` and as it is, and why: causes, deliveries, people, rows and cells.

    As ``explain_day`` otherwise; the parts of all causes add up to the difference.
    """
    with _Past(settings, kpi, scope, period, day, console) as past:
        then, now = past.figure_or_none(day), past.figure_or_none(date.max)
        if then is None and now is None and not past.rows("ever"):
            past.figure(day)  # says what there was
        told = then or now
        past.console.print(
            f"[bold]{kpi}[/bold] of {scope} at the end of {past.asked['period']}, in {told.unit if told else '–'}"
        )
        table = Table(title=f"What it was on {day}, and what it is")
        for heading in ("", str(day), "today", "difference"):
            table.add_column(heading, justify="right" if heading else "left")
        for name, said in _MEASURES.items():
            old, new = (getattr(figure, name) if figure else None for figure in (then, now))
            difference = (new or Decimal(0)) - (old or Decimal(0))
            table.add_row(said, figure_text(old), figure_text(new), _signed(difference))
        past.console.print(table)
        if past.show_causes():
            past.show_rows(past.received("rows_since", rows), "The rows that came, went and changed, as received")


def _signed(value: Decimal) -> str:
    return f"{'+' if value >= 0 else ''}{figure_text(value)}"


class _Past:
    """What was asked for, read as the monitoring officer."""

    def __init__(
        self, settings: Settings, kpi: str, scope: str, period: str | None, day: date, console: Console | None
    ):
        self.console = console or Console(width=None if sys.stdout.isatty() else 200)  # in a file nothing is cut off
        scope_type, scope_code = scope_of(scope)
        self.asked = {"kpi": kpi, "scope_type": scope_type, "scope_code": scope_code, "period": period, "day": day}
        self.settings, self.day = settings, day

    def __enter__(self) -> _Past:
        with ExitStack() as stack:
            self.connection = stack.enter_context(database.connected(self.settings, "me_officer"))
            self._check_day()
            self._open = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def rows(self, query: str, **pieces: str) -> list[sa.Row[Any]]:
        return list(self.connection.execute(_SQL(query, **pieces), self.asked))

    def received(self, query: str, shown: int) -> list[sa.Row[Any]]:
        """Rows that count, ``shown`` at most, with what was received in them."""
        asked = _SQL("received", shown=_SQL.text(query, in_scope=_IN_SCOPE))
        return list(self.connection.execute(asked, {**self.asked, "shown": shown}))

    def _check_day(self) -> None:
        first = self.connection.scalar(sa.text("select min(from_as_of) from marts.kpi_headline_history"))
        if first is None:
            raise PlatformError(f"No past is kept yet: {self.settings.command('nightly')} begins it.")
        if self.day < first:
            raise UsageError(
                f"Figures are kept since {first}, the day of the first night: there are none of {self.day}."
            )
        last = self.connection.scalar(sa.text("select max(period) from marts.kpi_headline_on(:day)"), {"day": self.day})
        self.asked["period"] = self.asked["period"] or last

    def figure_or_none(self, day: date) -> sa.Row[Any] | None:
        """The figure on a day, if there was one."""
        return self.connection.execute(_SQL("figure"), {**self.asked, "day": day}).one_or_none()

    def figure(self, day: date) -> sa.Row[Any]:
        """The figure on a day. Raises UsageError, saying what there was, where there was none."""
        found = self.figure_or_none(day)
        if found:
            return found
        figures = "marts.kpi_headline_on(:day)"
        if part := unknown_part(self.connection, {**self.asked, "day": self.day}, figures):
            raise UsageError(
                f"There was no {part.what} {part.asked!r} on {self.day}. There were: {', '.join(part.known)}."
            )
        raise UsageError(f"There was no such figure on {self.day}: the scope had no report up to that period.")

    def show_files(self) -> None:
        table = Table(title="The files behind it")
        for heading in ("delivery", "file", "reports on", "sheet"):
            table.add_column(heading, overflow="fold")
        for heading in ("rows", "contribution"):
            table.add_column(heading, justify="right")
        for file in self.rows("files_of_day", in_scope=_IN_SCOPE):
            table.add_row(
                file.submission_id,
                escape(file.file_name),
                file.period,
                file.sheet,
                str(file.row_count),
                figure_text(file.contribution),
            )
        self.console.print(table)

    def show_causes(self) -> bool:
        """Every cause with its delivery and people; returns whether there is any."""
        causes = self.rows("causes")
        if not causes:
            self.console.print("Nothing of it has changed since.")
            return False
        table = Table(title="Why: what each cause adds")
        for heading in ("night of", "cause", "delivery", "file", "who"):
            table.add_column(heading, overflow="fold")
        for heading in ("rows", *_MEASURES.values()):
            table.add_column(heading, justify="right")
        for cause in causes:
            table.add_row(
                str(cause.as_of),
                cause.label,
                cause.submission_id or "",
                escape(cause.file_name or ""),
                escape(cause.who or ""),
                str(cause.row_count),
                *(_signed(value) for value in (cause.claimed, cause.valid, cause.unique_value, cause.evidenced)),
            )
        sums = [sum((getattr(cause, name) for cause in causes), Decimal(0)) for name in _MEASURES]
        table.add_row("", "together", "", "", "", "", *(_signed(value) for value in sums), style="bold")
        self.console.print(table)
        return True

    def show_rows(self, rows: list[sa.Row[Any]], title: str) -> None:
        if not rows:
            return
        is_change = hasattr(rows[0], "became")
        table = Table(title=title)
        for heading in ("delivery", "sheet", "row", "enterprise"):
            table.add_column(heading)
        for heading in ("", "it was", "it is") if is_change else ("contribution",):
            table.add_column(heading, justify="right")
        table.add_column("cells", overflow="fold")
        columns = {sheet: deciding_columns(sheet, str(self.asked["kpi"])) for sheet in {row.sheet for row in rows}}
        for row in rows:
            values = (
                (row.became, figure_text(row.old), figure_text(row.new))
                if is_change
                else (figure_text(row.contribution),)
            )
            table.add_row(
                row.submission_id,
                escape(row.file_sheet or row.sheet),
                str(row.row_number),
                escape(row.enterprise_ref or ""),
                *values,
                escape(cells_of(row, columns[row.sheet])),
            )
        self.console.print(table)
        if rows[0].total > len(rows):
            self.console.print(f"{len(rows)} of {rows[0].total} rows are shown; all are in marts.counted_row_history.")
