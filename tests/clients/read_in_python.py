"""Read tables of the marts whole, as a Python tool does, and say what it made of them: one client a run.

    python read_in_python.py CLIENT URL < names

Runs in an environment of the tools alone (``.venv/clients``) and knows nothing of the project. It takes and gives JSON,
``{table: [column, ...]}`` and ``{table: {"rows": n, "columns": {column: [filled, said]}}}``: ``said`` is the sum of
numbers, the first of days as ``YYYY-MM-DD``, and otherwise null.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date, datetime
from importlib import util
from pathlib import Path
from typing import Any

Said = list[Any]
Table = dict[str, Any]


def with_pandas(driver: str) -> Callable[[str, dict[str, list[str]]], dict[str, Table]]:
    def read(url: str, tables: dict[str, list[str]]) -> dict[str, Table]:
        import pandas as pd
        import sqlalchemy as sa

        engine = sa.create_engine(url.replace("postgresql://", f"postgresql+{driver}://", 1))
        found = {}
        for name in tables:
            frame = pd.read_sql(f'select * from marts."{name}"', engine)
            columns = {column: _of_pandas(frame[column]) for column in frame.columns}
            found[name] = {"rows": len(frame), "columns": columns}
        return found

    return read


def _of_pandas(column: Any) -> Said:
    import pandas as pd

    filled = int(column.notna().sum())
    if filled and pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return [filled, float(column.sum())]
    return [filled, _day(column.dropna().min()) if filled and isinstance(column.dropna().iloc[0], date) else None]


def with_polars(engine: str) -> Callable[[str, dict[str, list[str]]], dict[str, Table]]:
    def read(url: str, tables: dict[str, list[str]]) -> dict[str, Table]:
        import polars as pl

        found = {}
        for name, columns in tables.items():
            frame = pl.read_database_uri(f'select {", ".join(columns)} from marts."{name}"', url, engine=engine)
            found[name] = {"rows": frame.height, "columns": {one.name: _of_polars(one) for one in frame}}
        return found

    return read


def _of_polars(column: Any) -> Said:
    import polars as pl

    filled = len(column) - column.null_count()
    if filled and column.dtype.is_numeric():
        total = column.cast(pl.Float64).sum() if column.dtype.is_decimal() else column.sum()
        return [filled, float(total)]
    return [filled, _day(column.min()) if filled and column.dtype == pl.Date else None]


def with_duckdb(url: str, tables: dict[str, list[str]]) -> dict[str, Table]:
    import duckdb

    connection = duckdb.connect()
    package = util.find_spec("duckdb_extension_postgres_scanner")
    if package and package.origin:  # elsewhere "install postgres; load postgres" fetches it
        (scanner,) = Path(package.origin).parent.rglob("*.duckdb_extension")
        connection.execute(f"load '{scanner}'")
    connection.execute(f"attach '{url}' as w (type postgres, read_only)")
    found = {}
    for name in tables:
        place = f'w.marts."{name}"'
        kinds = [(column, kind) for column, kind, *_ in connection.execute(f"describe {place}").fetchall()]
        asked = ", ".join(f'count("{column}"), {_in_duckdb(column, kind)}' for column, kind in kinds)
        rows, *said = connection.execute(f"select count(*), {asked} from {place}").fetchone() or ()
        pairs = zip(kinds, said[::2], said[1::2], strict=True)
        columns = {column: [filled, _plain(value)] for (column, _), filled, value in pairs}
        found[name] = {"rows": rows, "columns": columns}
    return found


def _in_duckdb(column: str, kind: str) -> str:
    if kind.startswith("DECIMAL") or kind in ("BIGINT", "INTEGER", "DOUBLE"):
        return f'sum("{column}")'
    return f'min("{column}")' if kind == "DATE" else "null"


def with_sqlalchemy(url: str, tables: dict[str, list[str]]) -> dict[str, Table]:
    """By reflection, and a join that follows a foreign key which it has found."""
    import sqlalchemy as sa

    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    metadata = sa.MetaData(schema="marts")
    metadata.reflect(engine, views=True)
    found: dict[str, Table] = {}
    with engine.connect() as connection:
        for name in tables:
            table = metadata.tables[f"marts.{name}"]
            unknown = [column.name for column in table.columns if isinstance(column.type, sa.types.NullType)]
            assert not unknown, f"{name} has columns of no type: {unknown}"
            asked = [sa.func.count(), *(one for column in table.columns for one in _in_sqlalchemy(column))]
            rows, *said = connection.execute(sa.select(*asked).select_from(table)).one()
            pairs = zip(table.columns, said[::2], said[1::2], strict=True)
            columns = {column.name: [filled, _plain(value)] for column, filled, value in pairs}
            keys = [len(table.primary_key.columns), len(table.foreign_keys)]
            found[name] = {"rows": rows, "columns": columns, "keys": keys}
        headline, scopes = metadata.tables["marts.kpi_headline"], metadata.tables["marts.dim_scope"]
        if headline.foreign_keys:  # PostgreSQL 16 and 17 say none
            joined = sa.select(sa.func.count()).select_from(headline.join(scopes))
            assert connection.scalar(joined) == found["kpi_headline"]["rows"], "the join loses rows"
    return found


def _in_sqlalchemy(column: Any) -> tuple[Any, Any]:
    import sqlalchemy as sa

    if isinstance(column.type, sa.types.Numeric | sa.types.Integer):
        return sa.func.count(column), sa.func.sum(column)
    return sa.func.count(column), sa.func.min(column) if isinstance(column.type, sa.types.Date) else sa.null()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, date):
        return _day(value)
    return float(value)


def _day(value: Any) -> str | None:
    return value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else None


CLIENTS = {
    "sqlalchemy": with_sqlalchemy,
    "pandas-psycopg": with_pandas("psycopg"),
    "pandas-psycopg2": with_pandas("psycopg2"),
    "polars-connectorx": with_polars("connectorx"),
    "polars-adbc": with_polars("adbc"),
    "duckdb": with_duckdb,
}


if __name__ == "__main__":
    print(json.dumps(CLIENTS[sys.argv[1]](sys.argv[2], json.load(sys.stdin))))
