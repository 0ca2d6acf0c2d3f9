"""What the warehouse says beside what the programme has published, for the terminal."""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from include.contract.locales import figure_text
from include.platform import database
from include.platform.settings import Settings
from include.platform.statements import beside

_SQL = beside(__file__)
_RELATIONS = {"exactly": "", "about": "about ", "more_than": "more than "}
_VERDICTS = {
    "confirmed": "[green]confirmed[/green]",
    "overstated": "[red]published too high[/red]",
    "understated": "[yellow]published too low[/yellow]",
}


def show(settings: Settings, console: Console | None = None) -> None:
    """Print the last period's headline indicators, and each published claim with the warehouse's verdict."""
    console = console or Console()
    with database.connected(settings, "bi_reader") as connection:
        _show_headline(connection, console)
        _show_claims(connection, console)
    console.print("Where to look next:")
    for command, what in (
        (f"{settings.command('url')} ROLE=bi_reader", "the URL a BI tool or psql reads schema marts by"),
        (settings.command("up"), "Airflow's UI, with the nightly schedule on"),
        (settings.command("down"), "stops everything, the database too"),
        (str(settings.reports), "Great Expectations' pages of each night"),
    ):
        console.print(f"  {escape(command)}  [dim]{what}[/dim]", soft_wrap=True)


def _show_headline(connection: sa.Connection, console: Console) -> None:
    rows = connection.execute(_SQL("headline")).all()
    if not rows:
        console.print("No indicators yet: no submission was accepted for a period that has ended.")
        return
    table = Table(
        title=f"The programme at the end of {rows[0].period}",
        caption="declared: by partners; valid: each project on its own; unique: each enterprise once",
        box=box.SIMPLE,
        padding=(0, 1, 0, 0),
    )
    table.add_column("indicator", no_wrap=True)
    for heading in ("declared", "valid", "unique", "evidenced"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(row.kpi, *map(_figure, (row.claimed, row.valid, row.unique_value, row.evidenced)))
    console.print(table)


def _show_claims(connection: sa.Connection, console: Console) -> None:
    rows = connection.execute(_SQL("claims")).all()
    if not rows:
        return
    table = Table(title="What was published, beside the warehouse", box=box.SIMPLE, padding=(0, 1, 0, 0))
    for heading in ("scope", "indicator"):
        table.add_column(heading, no_wrap=True)
    for heading in ("published", "warehouse"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for row in rows:
        table.add_row(
            row.scope_type if row.scope_code == "all" else f"{row.scope_type} {row.scope_code}",
            row.kpi,
            _RELATIONS[row.relation] + _figure(row.claimed_value),
            _figure(row.warehouse_value),
            _VERDICTS.get(row.verdict, "no figure"),
        )
    console.print(table)


def _figure(value: Decimal | None) -> str:
    """The table is narrow: large figures have no digits after the mark."""
    return figure_text(value, digits=0 if value and abs(value) >= 10_000 else 2)
