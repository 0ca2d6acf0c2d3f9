"""Views among the candidates, which publication makes anew on the published tables instead of copying rows."""

from __future__ import annotations

import sqlalchemy as sa

#: Schema dbt builds in -> schema others read -> whether a reader needs his own rights on the tables below. What stands
#: in ``restricted`` shows rows of ``raw``, which its readers have no rights on.
PUBLISHED = {"candidate_marts": ("marts", True), "candidate_restricted": ("restricted", False)}


def publish_views(connection: sa.Connection) -> list[str]:
    """Make every candidate view in its published schema, on the published tables, with comments; returns their names.

    Call it when the published tables have taken their shape, in the same transaction. A view that is already what it
    should be is left alone. Raises sqlalchemy.exc.DBAPIError where a view loses a column something outside depends on.
    """
    names = []
    for candidate_schema, (schema, with_readers_rights) in PUBLISHED.items():
        for view, columns in _views(connection, candidate_schema).items():
            target = f'{schema}."{view}"'
            wanted = _definition(connection, candidate_schema, view)
            for candidate, (published, _) in PUBLISHED.items():
                wanted = wanted.replace(f"{candidate}.", f"{published}.")
            published_columns = _views(connection, schema).get(view)
            if published_columns is None or _definition(connection, schema, view) != wanted:
                if published_columns is not None and columns[: len(published_columns)] != published_columns:
                    connection.execute(sa.text(f"drop view {target}"))
                options = f"with (security_invoker = {str(with_readers_rights).lower()})"
                connection.exec_driver_sql(f"create or replace view {target} {options} as {wanted}".replace("%", "%%"))
            _describe(connection, f'{candidate_schema}."{view}"', target, columns)
            names.append(f"{schema}.{view}")
    return names


def withdraw_views(connection: sa.Connection) -> None:
    """Take away the published views, so that a table below them can be made anew; publish_views brings them back."""
    for candidate_schema, (schema, _) in PUBLISHED.items():
        for view in _views(connection, candidate_schema).keys() & _views(connection, schema).keys():
            connection.execute(sa.text(f'drop view {schema}."{view}"'))


def _views(connection: sa.Connection, schema: str) -> dict[str, list[tuple[str, str]]]:
    """View -> its columns with their types, of the schema's views."""
    rows = connection.execute(
        sa.text("""
        select c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
        from pg_class as c
        inner join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relnamespace = cast(:schema as regnamespace) and c.relkind = 'v'
        order by c.relname, a.attnum
        """),
        {"schema": schema},
    )
    views: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        views.setdefault(row.relname, []).append((row.attname, row.format_type))
    return views


def _definition(connection: sa.Connection, schema: str, view: str) -> str:
    query = sa.text("select pg_get_viewdef(cast(:view as regclass))")
    return str(connection.scalar(query, {"view": f'{schema}."{view}"'}))


def _describe(connection: sa.Connection, candidate: str, target: str, columns: list[tuple[str, str]]) -> None:
    """Copy comments that differ: BI tools show them."""
    query = sa.text(
        "select obj_description(cast(:view as regclass)), col_description(cast(:view as regclass), :number)"
    )
    for number, subject in enumerate([f"view {target}", *(f'column {target}."{column}"' for column, _ in columns)]):
        wanted, present = (
            connection.execute(query, {"view": view, "number": number}).one()[min(number, 1)]
            for view in (candidate, target)
        )
        if wanted != present:
            literal = "'" + wanted.replace("'", "''") + "'" if wanted else "null"
            connection.exec_driver_sql(f"comment on {subject} is {literal}".replace("%", "%%"))
