"""Tables and views as PostgreSQL's catalogue has them, all of a schema at once.

Their columns, keys and order; and indexes and comments, brought from one schema to another where they differ.
"""

from __future__ import annotations

import sqlalchemy as sa

from include.platform.statements import beside

_SQL = beside(__file__)

#: Kinds of relation (pg_class.relkind).
TABLE, VIEW = "r", "v"


def columns_of(connection: sa.Connection, schema: str, kind: str) -> dict[str, dict[str, str]]:
    """Relation -> column -> type, in the order of the columns, of a schema's tables or views."""
    relations: dict[str, dict[str, str]] = {}
    for relation, column, type_ in connection.execute(_SQL("columns"), {"schema": schema, "kind": kind}).tuples():
        relations.setdefault(relation, {})[column] = type_
    return relations


def primary_keys(connection: sa.Connection, schema: str) -> dict[str, tuple[str, ...]]:
    """Table -> columns of its primary key, in their order."""
    keys: dict[str, tuple[str, ...]] = {}
    for relation, column in connection.execute(_SQL("primary_keys"), {"schema": schema}).tuples():
        keys[relation] = (*keys.get(relation, ()), column)
    return keys


def reading_orders(connection: sa.Connection, schema: str) -> dict[str, str]:
    """Table -> columns by which its readers ask for it, as SQL of the alias ``c``, where they begin with the period."""
    return {
        str(table): str(columns) for table, columns in connection.execute(_SQL("reading_orders"), {"schema": schema})
    }


def index(connection: sa.Connection, candidates: str, published: str) -> None:
    """Give published tables the indexes of their candidates that they have not got; others may stand on them, too."""
    schemas = {"candidates": candidates, "published": published}
    for table, kind, definition in connection.execute(_SQL("missing_indexes"), schemas).tuples().all():
        connection.exec_driver_sql(f'create {kind} on {published}."{table}"{definition}'.replace("%", "%%"))


def allow_empty(connection: sa.Connection, candidates: str, published: str) -> None:
    """Let columns of published tables be empty that may be in the candidates: before rows come that are."""
    for table, column in _other_nullability(connection, candidates, published, never_empty=False):
        connection.execute(sa.text(f'alter table {published}."{table}" alter column "{column}" drop not null'))


def forbid_empty(connection: sa.Connection, candidates: str, published: str) -> None:
    """Let columns of published tables never be empty that are not in the candidates: when their rows are the same."""
    for table, column in _other_nullability(connection, candidates, published, never_empty=True):
        connection.execute(sa.text(f'alter table {published}."{table}" alter column "{column}" set not null'))


def _other_nullability(
    connection: sa.Connection, candidates: str, published: str, *, never_empty: bool
) -> list[tuple[str, str]]:
    values = {"candidates": candidates, "published": published, "never_empty": never_empty}
    return [(table, column) for table, column in connection.execute(_SQL("other_nullability"), values).tuples()]


def describe(connection: sa.Connection, candidates: str, published: str) -> None:
    """Copy comments of tables, views and columns that differ from one schema to the other: BI tools show them."""
    schemas = {"candidates": candidates, "published": published}
    differing = connection.execute(_SQL("differing_comments"), schemas).tuples().all()
    for relation, kind, column, description in differing:
        target = f'{published}."{relation}"'
        subject = f'column {target}."{column}"' if column else f"{kind} {target}"
        literal = "'" + description.replace("'", "''") + "'" if description else "null"
        connection.exec_driver_sql(f"comment on {subject} is {literal}".replace("%", "%%"))
