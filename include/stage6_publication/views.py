"""Views among the candidates, which publication makes anew on the published tables instead of copying rows."""

from __future__ import annotations

import sqlalchemy as sa

from include.stage6_publication.relations import VIEW, columns_of

#: Schema dbt builds in -> schema others read -> whether a reader needs his own rights on the tables below. What stands
#: in ``restricted`` shows rows of ``raw``, which its readers have no rights on.
PUBLISHED = {"candidate_marts": ("marts", True), "candidate_restricted": ("restricted", False)}


def publish_views(connection: sa.Connection) -> list[str]:
    """Make every candidate view in its published schema, on the published tables; returns their names.

    Call it when the published tables have taken their shape, in the same transaction. A view that is already what it
    should be is left alone. Raises sqlalchemy.exc.DBAPIError where a view loses a column something outside depends on.
    """
    names = []
    for candidate_schema, (schema, with_readers_rights) in PUBLISHED.items():
        for view, columns in columns_of(connection, candidate_schema, VIEW).items():
            target = f'{schema}."{view}"'
            wanted = _definition(connection, candidate_schema, view)
            for candidate, (published, _) in PUBLISHED.items():
                wanted = wanted.replace(f"{candidate}.", f"{published}.")
            published_columns = columns_of(connection, schema, VIEW).get(view)
            if published_columns is None or _definition(connection, schema, view) != wanted:
                if published_columns is not None and not _begin_with(published_columns, columns):
                    connection.execute(sa.text(f"drop view {target}"))
                options = f"with (security_invoker = {str(with_readers_rights).lower()})"
                connection.exec_driver_sql(f"create or replace view {target} {options} as {wanted}".replace("%", "%%"))
            names.append(f"{schema}.{view}")
    return names


def withdraw_views(connection: sa.Connection) -> None:
    """Take away the published views, so that a table below them can be made anew; publish_views brings them back."""
    for candidate_schema, (schema, _) in PUBLISHED.items():
        for view in columns_of(connection, candidate_schema, VIEW).keys() & columns_of(connection, schema, VIEW).keys():
            connection.execute(sa.text(f'drop view {schema}."{view}"'))


def _definition(connection: sa.Connection, schema: str, view: str) -> str:
    query = sa.text("select pg_get_viewdef(cast(:view as regclass))")
    return str(connection.scalar(query, {"view": f'{schema}."{view}"'}))


def _begin_with(first: dict[str, str], columns: dict[str, str]) -> bool:
    """Whether columns begin with those: a view takes new ones at its end only."""
    return list(columns.items())[: len(first)] == list(first.items())
