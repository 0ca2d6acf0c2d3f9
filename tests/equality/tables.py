"""What every table of the models holds, as one hash a table, so that two builds can be compared."""

from __future__ import annotations

import sqlalchemy as sa

from include.stage6_publication.history import RECORDED, SINCE

SCHEMAS = ("intermediate", "candidate_marts", "candidate_restricted")
#: Not made by dbt: what was built from what, and what the last publication rested on.
BOOKKEEPING = {"built_from", "pending", "published_fact"}


def contents(connection: sa.Connection, schemas: tuple[str, ...] = SCHEMAS) -> dict[str, tuple[int, str]]:
    """Table -> number of rows and a hash of all of them, whatever their order; without what publication fills in."""
    tables = connection.execute(
        sa.text("""
        select t.schemaname, t.tablename, string_agg(format('%I', a.attname), ', ' order by a.attnum)
        from pg_tables as t
        inner join pg_attribute as a on a.attrelid = cast(format('%I.%I', t.schemaname, t.tablename) as regclass)
        where
            t.schemaname = any(:schemas) and t.tablename <> all(:others) and a.attnum > 0 and not a.attisdropped
            and not (t.tablename = any(:kept) and a.attname = any(:since))
        group by t.schemaname, t.tablename
        """),
        {"schemas": list(schemas), "others": list(BOOKKEEPING), "kept": list(RECORDED), "since": list(SINCE)},
    ).tuples()
    found = {}
    for schema, table, columns in sorted(tables):
        rows = f"select md5(cast(t as text)) as row_hash from (select {columns} from {schema}.{table}) as t"
        query = f"select count(*), md5(string_agg(row_hash, '' order by row_hash)) from ({rows}) as rows"
        count, digest = connection.execute(sa.text(query)).one()
        found[f"{schema}.{table}"] = (int(count), str(digest))
    return found


def unequal(left: dict[str, tuple[int, str]], right: dict[str, tuple[int, str]]) -> list[str]:
    """The tables whose rows differ, with both numbers of rows."""
    return [
        f"{table}: {left.get(table, (None,))[0]} rows, {right.get(table, (None,))[0]} in a full build"
        for table in sorted(left.keys() | right.keys())
        if left.get(table) != right.get(table)
    ]
