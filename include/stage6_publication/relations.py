"""Tables and views as PostgreSQL's catalogue has them: their columns, and comments copied from one to another."""

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


def describe(connection: sa.Connection, candidate: str, target: str, kind: str) -> None:
    """Copy comments that differ: BI tools show them. ``kind`` is ``table`` or ``view``."""
    differing = connection.execute(_SQL("differing_comments"), {"candidate": candidate, "target": target}).tuples()
    for column, description in differing.all():
        subject = f'column {target}."{column}"' if column else f"{kind} {target}"
        literal = "'" + description.replace("'", "''") + "'" if description else "null"
        connection.exec_driver_sql(f"comment on {subject} is {literal}".replace("%", "%%"))
