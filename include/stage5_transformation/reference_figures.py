"""Exchange rates and price indices: the shipped ones, the office's own over them, and what follows from a change.

Rows of the sales sheet name the months they span; nothing else depends on these two reference tables.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Set
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa

from include.platform import database
from include.platform.copying import copy_rows
from include.platform.settings import Settings
from include.platform.statements import beside
from include.platform.tables import metadata
from include.stage5_transformation import pending

#: Seed -> the columns it is looked up by, and the figure.
COLUMNS = {
    "fx_monthly": ("currency", "month", "units_per_eur"),
    "cpi_annual": ("country", "year", "index_2019_100"),
}

#: What stands as source of an exchange rate for which the office names none.
OFFICE = "programme office"

_SQL = beside(__file__)


@dataclass(frozen=True)
class Figures:
    """Seed -> rows of COLUMNS, as texts in one way of writing."""

    rows: Mapping[str, Set[tuple[str, str, str]]]

    @classmethod
    def of_files(cls, seeds: Path) -> Figures:
        """As the files of folder ``seeds`` say."""
        found = {}
        for name, columns in COLUMNS.items():
            with (seeds / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                found[name] = {_row(*(row[column] for column in columns)) for row in csv.DictReader(file)}
        return cls(found)

    @classmethod
    def in_force(cls, seeds: Path, connection: sa.Connection) -> Figures:
        """As the files of folder ``seeds`` say, and for the keys that the office's registry has, as that says."""
        found = {}
        for name, shipped in cls.of_files(seeds).rows.items():
            own = cls._of_table(connection, f"registry.{name}", name)
            replaced = {row[:2] for row in own}
            found[name] = {row for row in shipped if row[:2] not in replaced} | own
        return cls(found)

    @classmethod
    def _of_table(cls, connection: sa.Connection, table: str, name: str) -> set[tuple[str, str, str]]:
        rows = connection.execute(sa.text(f"select {', '.join(COLUMNS[name])} from {table}")).tuples()
        return {_row(*map(str, row)) for row in rows}

    @classmethod
    def loaded(cls, connection: sa.Connection) -> Figures:
        """As the warehouse knows them."""
        return cls({name: cls._of_table(connection, f"reference.{name}", name) for name in COLUMNS})

    def changed(self, other: Figures, name: str) -> list[tuple[str, str]]:
        """Keys of the rows of a seed that only one of both has, or that differ."""
        return sorted({row[:2] for row in self.rows[name] ^ other.rows[name]})


def _row(place: str, time: str, figure: str) -> tuple[str, str, str]:
    return place, time, format(Decimal(figure).normalize(), "f")


def office_fingerprint(connection: sa.Connection) -> str:
    """Changes whenever a figure of the office's own does."""
    query = " || ".join(
        f"coalesce((select string_agg(f::text, ',' order by f::text) from registry.{name} as f), '')"
        for name in COLUMNS
    )
    return str(connection.scalar(sa.text(f"select md5({query})")))


def put_in_force(connection: sa.Connection, seeds: Path) -> None:
    """Make the two reference tables hold the shipped figures and, for the keys it has, the office's own.

    The dbt tests of the seeds are of the shipped files; the registry's rows were checked when they were loaded.
    """
    for name, (place, time, _) in COLUMNS.items():
        table = sa.Table(name, sa.MetaData(), schema="reference")
        connection.execute(sa.delete(table))
        with (seeds / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            copy_rows(connection, table, csv.DictReader(file))
        own = ", ".join(column.name for column in metadata.tables[f"registry.{name}"].columns)
        connection.execute(_SQL("put_over_shipped", table=name, place=place, time=time, columns=own))
    connection.execute(
        sa.text("update reference.fx_monthly set source = :office where source is null"), {"office": OFFICE}
    )


def mark_depending(settings: Settings, coming: Figures) -> set[str]:
    """Have all that depends on figures that ``coming`` changes judged and built anew; returns the projects.

    Called before they are loaded: where that breaks off, the next call finds the same. Does nothing before the
    figures are loaded for the first time.
    """
    with database.transaction(settings, "loader") as connection:
        if connection.scalar(sa.text("select to_regclass('reference.fx_monthly')")) is None:
            return set()
        here = Figures.loaded(connection)
        rates, indices = (here.changed(coming, name) for name in ("fx_monthly", "cpi_annual"))
        values = {
            "currencies": [currency for currency, _ in rates],
            "months": [month for _, month in rates],
            "countries": [country for country, _ in indices],
            "years": [int(year) for _, year in indices],
        }
        found = connection.execute(_SQL("mark_depending"), values).tuples().all() if rates or indices else ()
        depending = [pending.Delivery(*delivery) for delivery in found]
    with database.transaction(settings, "transformer") as connection:
        if depending and pending.kept(connection, "delivery"):
            pending.add_deliveries(connection, depending)
            pending.keep(connection, "load date", {})  # no night may skip the build
    return {delivery.project_code for delivery in depending}
