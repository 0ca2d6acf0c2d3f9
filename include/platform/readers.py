"""What keeps logins that only read from harm to others: settings and limits put back, no lock that lasts."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from psycopg.sql import Literal

from include.platform import statements

#: Logins that read the whole programme; those of country offices are in ``access.country_office``.
LOGINS = ("bi_reader", "me_officer")

#: Settings of the sessions of those who only read. A reader can lift them for himself: they keep from accidents, and
#: from a transaction that sees the figures of two nights. That he writes nothing is because he has no right to.
READING_SESSIONS = {
    "default_transaction_read_only": "on",
    "default_transaction_isolation": "repeatable read",
    "statement_timeout": "10min",
    "idle_in_transaction_session_timeout": "10min",
}

#: Sessions one reading login may have at once, so that a runaway dashboard leaves the others theirs; fewer where all
#: readers together could take more than the server has beside PIPELINE_CONNECTIONS.
READING_CONNECTIONS = 40

#: Sessions that Airflow and a night may need at once. The embedded server reserves them.
PIPELINE_CONNECTIONS = 50

#: Between two looks at whether a reader's lock is in the way.
LOOK_SECONDS = 10
#: How long a step waits for a reader's lock before the reader's session is ended; a PostgreSQL interval.
PATIENCE = "30 seconds"

#: What a reader may spill to disk at once; only a superuser can set it, and only a superuser lifts it.
READING_DISK = "4GB"

log = logging.getLogger(__name__)

_SQL = statements.beside(__file__)


def prepare(connection: sa.Connection) -> None:
    """Make what puts the readers' settings back, for the administrator and every night. As the administrator."""
    is_superuser = connection.scalar(sa.text("select rolsuper from pg_roles where rolname = current_user"))
    settings = READING_SESSIONS | ({"temp_file_limit": READING_DISK} if is_superuser else {})
    statement = _SQL.text(
        settings=_literal(sorted(f"{name}={value}" for name, value in settings.items())),
        logins=_literal(list(LOGINS)),
        pipeline=str(PIPELINE_CONNECTIONS),
        most=str(READING_CONNECTIONS),
    )
    connection.exec_driver_sql(statement.replace("%", "%%"))
    for grant in (
        "revoke all on function access.put_readers_back, access.end_readers_in_the_way from public",
        "grant execute on function access.put_readers_back to loader",
        "grant execute on function access.end_readers_in_the_way to loader, transformer",
        "grant usage on schema access to loader",
    ):
        connection.execute(sa.text(grant))


def put_back(connection: sa.Connection) -> list[str]:
    """Put the readers' settings and limits back; returns the logins that had changed their settings, or were new."""
    return list(connection.scalars(sa.text("select access.put_readers_back()")).all())


@contextmanager
def out_of_the_way(engine: sa.Engine) -> Iterator[None]:
    """Meanwhile no reader's lock keeps loader or transformer waiting for more than some 40 seconds."""
    enough = threading.Event()
    thread = threading.Thread(target=_clear_the_way, args=(engine, enough), daemon=True)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


def _clear_the_way(engine: sa.Engine, enough: threading.Event) -> None:
    query = sa.text("select access.end_readers_in_the_way(cast(:patience as interval))")
    while not enough.wait(LOOK_SECONDS):
        try:
            with engine.begin() as connection:
                for login in connection.scalars(query, {"patience": PATIENCE}):
                    log.warning("a session of %s was ended: its lock had kept the night waiting", login)
        except sa.exc.SQLAlchemyError as error:  # the step itself will tell of a lost connection
            log.warning("no look at readers' locks: %s", type(error).__name__)


def country_logins(connection: sa.Connection) -> list[str]:
    """The country offices' logins."""
    return list(connection.scalars(sa.text("select login from access.country_office order by 1")).all())


def _literal(values: list[str]) -> str:
    return Literal(values).as_string()
