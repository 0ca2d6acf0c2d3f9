"""How to reach the warehouse, whichever server it is on: URLs and engines."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
import sqlalchemy as sa

from include.platform import postgres, processes, secrets
from include.platform.errors import PlatformError, UsageError
from include.platform.settings import Settings

ADMINISTRATOR = postgres.ADMINISTRATOR
#: The roles other programs use, from the start (warehouse.md).
ROLES = ("loader", "transformer", "bi_reader", "me_officer")


def url(settings: Settings, role: str = ADMINISTRATOR) -> sa.URL:
    """SQLAlchemy URL (psycopg 3) of the warehouse as ``role``, password included.

    Raises PlatformError for an unknown role, an unusable ``WAREHOUSE_URL``, or an embedded server never started.
    """
    check_role(role)
    administrator = _administrator_url(settings)
    if role == ADMINISTRATOR:
        return administrator
    return administrator.set(username=role, password=secrets.password(settings, role))


def check_role(role: str) -> None:
    """Raise UsageError where there is no such role."""
    if role not in (ADMINISTRATOR, *ROLES):
        raise UsageError(f"There is no role {role!r}: choose one of {', '.join((ADMINISTRATOR, *ROLES))}.")


def airflow_url(settings: Settings) -> sa.URL:
    """URL of the database Airflow keeps its own metadata in, as the role that owns it.

    Beside the warehouse on the same server; role and database are called ``airflow``, on a server of somebody else's
    ``<warehouse>_airflow``. ``AIRFLOW_DATABASE_URL`` names another place altogether, which has to exist.
    """
    elsewhere = os.environ.get("AIRFLOW_DATABASE_URL")
    if elsewhere:
        return sa.make_url(elsewhere).set(drivername="postgresql+psycopg")
    administrator = _administrator_url(settings)
    name = f"{administrator.database}_airflow" if settings.warehouse_url else "airflow"
    return administrator.set(username=name, password=secrets.password(settings, "airflow"), database=name)


def plain(address: sa.URL) -> str:
    """The URL as every Postgres client reads it, password included."""
    return address.set(drivername="postgresql").render_as_string(hide_password=False)


def engine(settings: Settings, role: str = ADMINISTRATOR) -> sa.Engine:
    """A new engine on the warehouse as ``role``; the caller disposes of it, or uses ``opened``.

    The administrator's is for roles, schemas and what it owns itself. What the other roles own can run code of theirs
    (triggers, views, constraints, casts) as whoever uses it, and SET ROLE is no fence, because such code can set it
    back: their tables are used as the role that owns them, by a connection of its own.
    """
    made = sa.create_engine(
        url(settings, role),
        connect_args={"application_name": f"warehouse {role}"},
        hide_parameters=True,  # an error's text must not show values: they may be names
    )
    if role == ADMINISTRATOR:
        sa.event.listen(made, "connect", _fix_search_path)
    return made


@contextmanager
def opened(settings: Settings, role: str = ADMINISTRATOR) -> Iterator[sa.Engine]:
    """An engine that is disposed of at the end."""
    made = engine(settings, role)
    try:
        yield made
    finally:
        made.dispose()


@contextmanager
def connected(settings: Settings, role: str = ADMINISTRATOR) -> Iterator[sa.Connection]:
    """A connection of its own; what is not committed by its end is rolled back."""
    with opened(settings, role) as made, made.connect() as connection:
        yield connection


@contextmanager
def transaction(settings: Settings, role: str = ADMINISTRATOR) -> Iterator[sa.Connection]:
    """A connection of its own with a transaction, committed at the end unless something is raised."""
    with opened(settings, role) as made, made.begin() as connection:
        yield connection


def _fix_search_path(connection: psycopg.Connection, _record: object) -> None:
    """No name that the administrator writes means anything somebody else made."""
    connection.execute("set search_path = pg_catalog, pg_temp")
    connection.commit()


def ensure_server(settings: Settings) -> None:
    """Start the embedded server where it is the one in use; otherwise check that the external one answers."""
    if not settings.warehouse_url:
        postgres.ensure_running(settings)
        return
    with closing(_connect(plain(_administrator_url(settings)))) as connection:
        if connection.info.encoding != "utf-8":
            raise PlatformError("The database behind WAREHOUSE_URL has to have the encoding UTF8.")


def _connect(address: str) -> psycopg.Connection:
    try:
        return psycopg.connect(address, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise PlatformError(f"The database behind WAREHOUSE_URL cannot be reached: {error}".strip()) from None


def _administrator_url(settings: Settings) -> sa.URL:
    if settings.warehouse_url:
        try:
            address = sa.make_url(settings.warehouse_url.replace("postgres://", "postgresql://", 1))
        except sa.exc.ArgumentError:
            raise UsageError("WAREHOUSE_URL is not a URL such as postgresql://user:password@host/database.") from None
        if address.get_backend_name() != "postgresql" or not address.host or not address.database:
            raise UsageError("WAREHOUSE_URL has to be postgresql://user:password@host:port/database.")
        return address.set(drivername="postgresql+psycopg")
    port = processes.remembered_port(postgres.Server(settings).port_file)
    if port is None:
        raise PlatformError(f"The embedded database has never been started here: {settings.command('url')} starts it.")
    return sa.URL.create(
        "postgresql+psycopg",
        ADMINISTRATOR,
        secrets.password(settings, ADMINISTRATOR),
        processes.HOST,
        port,
        postgres.DATABASE,
    )
