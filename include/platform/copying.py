"""COPY into the warehouse: the only way rows travel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql


def driver_connection(connection: sa.Connection) -> psycopg.Connection[Any]:
    """The psycopg connection under ``connection``, in the same transaction."""
    return connection.connection.driver_connection  # type: ignore[return-value]


def copy_statement(table: sa.Table, columns: Sequence[str], options: str = "") -> sql.Composed:
    """``COPY schema.table (columns) FROM STDIN options``."""
    return sql.SQL("copy {} ({}) from stdin {}").format(
        sql.Identifier(table.schema or "public", table.name),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(options),  # a constant of ours, never data
    )


def copy_rows(connection: sa.Connection, table: sa.Table, rows: Iterable[Mapping[str, Any]]) -> int:
    """COPY ``rows`` (mappings with the same keys) into ``table``; returns how many there were.

    For the few rows of a ledger; frames go through ``copy_csv``.
    """
    rows = list(rows)
    if not rows:
        return 0
    columns = list(rows[0])
    with driver_connection(connection).cursor() as cursor, cursor.copy(copy_statement(table, columns)) as copy:
        for row in rows:
            copy.write_row([row[column] for column in columns])
    return len(rows)


def copy_csv(connection: sa.Connection, table: sa.Table, columns: Sequence[str], chunks: Iterable[bytes]) -> None:
    """COPY CSV without a header (empty and unquoted = null) into ``table``."""
    with (
        driver_connection(connection).cursor() as cursor,
        cursor.copy(copy_statement(table, columns, "(format csv)")) as copy,
    ):
        for chunk in chunks:
            copy.write(chunk)
