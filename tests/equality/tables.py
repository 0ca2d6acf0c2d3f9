"""What every table of the models holds, as one hash a table, so that two builds can be compared."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from include.stage6_publication.history import RECORDED, SINCE

SCHEMAS = ("intermediate", "candidate_marts", "candidate_restricted")
#: Not made by dbt: what was built from what, what the last publication rested on, and what publication fills in.
WITHOUT = (
    *(f"intermediate.{table}" for table in ("built_from", "pending", "published_fact")),
    *(f"{schema}.{mart}.{column}" for schema in ("candidate_marts", "marts") for mart in RECORDED for column in SINCE),
)


def named_columns(connection: sa.Connection, schemas: Collection[str], without: Collection[str]) -> dict[str, str]:
    """Tables of the schemas, as ``schema.table`` -> their columns, for SQL; ``without`` names tables and columns."""
    tables = connection.execute(
        sa.text("""
        select t.name, string_agg(format('%I', a.attname), ', ' order by a.attnum)
        from (select schemaname || '.' || tablename as name, schemaname from pg_tables) as t
        inner join pg_attribute as a on a.attrelid = cast(t.name as regclass)
        where
            t.schemaname = any(:schemas) and t.name <> all(:without) and a.attnum > 0 and not a.attisdropped
            and t.name || '.' || a.attname <> all(:without)
        group by t.name order by t.name
        """),
        {"schemas": list(schemas), "without": list(without)},
    ).tuples()
    return {str(table): str(columns) for table, columns in tables}


def contents(connection: sa.Connection, schemas: tuple[str, ...] = SCHEMAS) -> dict[str, tuple[int, str]]:
    """Table -> number of rows and a hash of all of them, whatever their order; without what publication fills in."""
    found = {}
    for table, columns in named_columns(connection, schemas, WITHOUT).items():
        rows = f"select md5(cast(t as text)) as row_hash from (select {columns} from {table}) as t"
        query = f"select count(*), md5(string_agg(row_hash, '' order by row_hash)) from ({rows}) as rows"
        count, digest = connection.execute(sa.text(query)).one()
        found[table] = (int(count), str(digest))
    return found


def unequal(left: dict[str, tuple[int, str]], right: dict[str, tuple[int, str]]) -> list[str]:
    """The tables whose rows differ, with both numbers of rows."""
    return [
        f"{table}: {left.get(table, (None,))[0]} rows, {right.get(table, (None,))[0]} in a full build"
        for table in sorted(left.keys() | right.keys())
        if left.get(table) != right.get(table)
    ]
