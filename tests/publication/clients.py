"""Plain libpq clients of the warehouse, as BI tools and their users are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from include.platform import database, secrets
from include.platform.settings import Settings


@contextmanager
def connected(settings: Settings, login: str) -> Iterator[psycopg.Connection]:
    """A connection as any login, in autocommit: each statement is a transaction of its own."""
    address = database.url(settings).set(username=login, password=secrets.password(settings, login))
    with psycopg.connect(database.plain(address), autocommit=True) as connection:
        yield connection


def rows(settings: Settings, login: str, *statements: str) -> list[tuple]:
    """Rows of the last statement, the others run before it in the same session."""
    with connected(settings, login) as connection:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []
