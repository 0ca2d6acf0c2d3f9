"""Floor of the transformation: the compiled SQL of all models, transpiled by sqlglot and run by DuckDB on two threads.

    python duckdb_models.py URL < models

Runs in ``.venv/benchmarks``. Standard input is a JSON object: ``models`` is a list of ``[schema, name, is_view, sql]``
in an order in which they can be made, ``compare`` a list of ``[schema, table, key, columns]``. Tables that models read
are taken over from the warehouse first. Prints, as JSON, the ``seconds`` of making the models, how many there are, and
the names of compared tables that are ``unequal`` to the warehouse's, numbers to four decimals.

What sqlglot leaves as it was though DuckDB says it otherwise is said here. Numbers without a bound are doubles.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from itertools import chain
from pathlib import Path

import duckdb
import psycopg
import sqlglot
from sqlglot import exp

THREADS = 2
#: What numbers may differ by: theirs are exact, ours doubles.
NEARLY = 0.0001
#: PostgreSQL's type -> DuckDB's, where they are not called the same.
_TYPES = {"numeric": "double", "jsonb": "varchar", "regclass": "varchar", "bytea": "blob"}
#: Small models that take words apart by PostgreSQL's regular expressions: taken over like what is read.
_TAKEN_OVER = {"candidate_marts.fct_submission", "candidate_marts.resource_saving"}


def main() -> None:
    """Read standard input, build, compare, print."""
    asked = json.load(sys.stdin)
    connection = duckdb.connect(config={"threads": THREADS})
    connection.execute("create macro trim_scale(x) as x")
    models = [(f"{schema}.{name}", is_view, sql) for schema, name, is_view, sql in asked["models"]]
    statements = [(name, is_view, transpiled(sql)) for name, is_view, sql in models if name not in _TAKEN_OVER]
    with psycopg.connect(sys.argv[1]) as warehouse:
        for schema in {name.split(".")[0] for name, _, _ in statements}:
            connection.execute(f"create schema if not exists {schema}")
        for table in sorted(read_by(statements)):
            take_over(warehouse, connection, *table.split("."))
        began = time.perf_counter()
        for name, is_view, sql in statements:
            connection.execute(f"create {'view' if is_view else 'table'} {name} as {sql}")
        seconds = time.perf_counter() - began
        unequal = [one[1] for one in asked["compare"] if not is_equal(warehouse, connection, *one)]
    print(json.dumps({"seconds": seconds, "models": len(statements), "unequal": unequal}))


def transpiled(sql: str) -> str:
    """A model's query as DuckDB has it."""
    return sqlglot.parse_one(sql, read="postgres").transform(_in_duckdb).sql(dialect="duckdb")


def _in_duckdb(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.Table) and node.catalog:
        return exp.to_table(f"{node.db}.{node.name}", alias=node.alias or None)
    if isinstance(node, exp.Cast) and node.to.is_type("decimal") and not node.to.expressions:
        return exp.cast(node.this, "double")
    if isinstance(node, exp.Anonymous) and node.name.lower() == "num_nonnulls":
        counted = [f"cast({value.sql(dialect='postgres')} is not null as integer)" for value in node.expressions]
        return sqlglot.parse_one("(" + " + ".join(counted) + ")", read="postgres")
    return node


def read_by(statements: list[tuple[str, bool, str]]) -> set[str]:
    """Tables that the models read and none of them makes, as ``schema.table``."""
    made = {name for name, _, _ in statements}
    found = set()
    for _, _, sql in statements:
        for table in sqlglot.parse_one(sql, read="duckdb").find_all(exp.Table):
            if table.db:
                found.add(f"{table.db}.{table.name}")
    return found - made


def take_over(warehouse: psycopg.Connection, connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> None:
    """Copy a table of the warehouse as it is."""
    columns = warehouse.execute(
        "select attname::text, format_type(atttypid, null) from pg_attribute "
        "where attrelid = cast(%s as regclass) and attnum > 0 and not attisdropped order by attnum",
        [f"{schema}.{table}"],
    ).fetchall()
    types = {**_TYPES, "numeric": "decimal(24, 8)"} if schema == "raw" else _TYPES
    typed = ", ".join(f'"{name}" {"varchar" if "[]" in type_ else types.get(type_, type_)}' for name, type_ in columns)
    connection.execute(f"create schema if not exists {schema}")
    connection.execute(f"create table {schema}.{table} ({typed})")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        query = f"copy (select * from {schema}.{table}) to stdout (format csv, null '\\N', force_quote *)"
        with file.open("wb") as rows, warehouse.cursor().copy(query.encode()) as copy:
            for part in copy:
                rows.write(part)
        connection.execute(
            f"copy {schema}.{table} from '{file}' (format csv, header false, auto_detect false, nullstr '\\N', "
            "quote '\"', escape '\"', max_line_size 20000000)"
        )


def is_equal(
    warehouse: psycopg.Connection,
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    key: list[str],
    columns: list[str],
) -> bool:
    """Whether both have the same rows, numbers to four decimals."""
    wanted = f"select {', '.join([*key, *columns])} from {schema}.{table} order by {', '.join(key)}"
    ours, theirs = connection.execute(wanted).fetchall(), warehouse.execute(wanted.encode()).fetchall()
    return len(ours) == len(theirs) and all(map(_is_same, chain(*ours), chain(*theirs)))


def _is_same(ours: object, theirs: object) -> bool:
    if isinstance(ours, bool | str) or ours is None or theirs is None:
        return ours == theirs
    return abs(float(ours) - float(theirs)) < NEARLY  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
