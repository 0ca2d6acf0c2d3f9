"""Schemas, roles and who may do what: the one place that says it, applied at every start.

Every statement can be repeated. Privileges on tables yet to be made are default privileges, so that what dbt rebuilds
keeps its readers.
"""

from __future__ import annotations

import os

import sqlalchemy as sa
from psycopg import sql

from include.platform import database, installation, readers, record_tables, row_security, secrets, statements
from include.platform.settings import Settings

_SQL = statements.beside(__file__)

#: Schema -> the role that owns it and writes it; ``marts`` is written by it and the administrator's (record_tables).
OWNERS = {
    "registry": "loader",
    "ops": "loader",
    "raw": "loader",
    "work": "loader",
    "reference": "transformer",
    "staging": "transformer",
    "intermediate": "transformer",
    "candidate_marts": "transformer",
    "candidate_restricted": "transformer",
    "marts": "transformer",
    "restricted": "transformer",
}

#: Role -> the schemas of others whose tables it reads. The loader judges by the seeds and reconciles totals (X01).
READERS = {
    "transformer": ("registry", "ops", "raw"),
    "loader": ("reference", "candidate_marts"),
    "bi_reader": ("marts",),
    row_security.COUNTRY_OFFICE: ("marts",),
    "me_officer": ("marts", "restricted", "ops", "registry", "reference"),
}

#: Table of another's schema -> the role that writes it all the same, and how: the switch says that the night has
#: published and by which registry, and steps are kept apart by a lock.
WRITERS = {
    ("ops", "night"): ("transformer", "UPDATE (published_at, registry_sha256)"),
    ("ops", "step_lock"): ("transformer", "UPDATE"),
    ("ops", "closing"): ("transformer", "INSERT, UPDATE"),
}

#: What PostgreSQL lets everybody do that leaves something behind: large objects, messages in the log of changes.
WRITING_FUNCTIONS = (
    *("lo_creat", "lo_create", "lo_from_bytea", "lo_open", "lo_put", "lo_truncate", "lo_truncate64", "lo_unlink"),
    *("lowrite", "pg_logical_emit_message"),
)


def prepare_roles(settings: Settings) -> None:
    """Make roles, Airflow's database, schemas and default privileges, as the administrator.

    Raises AnotherInstallation, and changes nothing, where the warehouse is that of other keys.
    """
    engine = database.engine(settings)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not installation.is_adopting():
                installation.check_connection(connection, settings)
            _roles(connection, settings)
            _airflow_database(connection, settings)
        with engine.begin() as connection:
            _schemas(connection)
            _withdraw(connection)
            row_security.prepare(connection)
            record_tables.prepare_releases(connection)
            installation.claim(connection, settings)
            readers.prepare(connection)
            for login in readers.country_logins(connection):
                if secrets.has_password(settings, login):
                    ensure_login(connection, login, secrets.password(settings, login))
            readers.put_back(connection)
    finally:
        engine.dispose()


def grant_on_tables(settings: Settings) -> None:
    """The tables of the record, and privileges on all tables that exist by now; run after the migrations."""
    owner = database.engine(settings, "transformer")
    try:
        with owner.begin() as connection:  # before anybody is let in
            record_tables.prepare_history(connection)
            row_security.protect_marts(connection)
    finally:
        owner.dispose()
    engine = database.engine(settings)
    try:
        with engine.begin() as connection:
            for reader, schemas in READERS.items():
                for schema in schemas:
                    _run(connection, "GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}", schema, reader)
            for table, (writer, rights) in WRITERS.items():
                _run(connection, f"GRANT {rights} ON {{}} TO {{}}", table, writer)
            row_security.protect_marts(connection)
    finally:
        engine.dispose()


def _run(connection: sa.Connection, statement: str, *identifiers: str | tuple[str, ...]) -> None:
    """Execute ``statement`` with identifiers in its places, quoted as they need it."""
    parts = [sql.Identifier(*([name] if isinstance(name, str) else name)) for name in identifiers]
    connection.exec_driver_sql(sql.SQL(statement).format(*parts).as_string().replace("%", "%%"))


def ensure_login(connection: sa.Connection, role: str, password: str) -> None:
    """Make a role that may log in, or give an existing one this password."""
    _run(connection, "ALTER ROLE {} LOGIN" if _exists(connection, role) else "CREATE ROLE {} LOGIN", role)
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
    connection.exec_driver_sql(statement.as_string().replace("%", "%%"))
    if not is_superuser(connection):  # such an administrator hands over schemas only to roles it is a member of
        _run(connection, "GRANT {} TO CURRENT_USER", role)


def _exists(connection: sa.Connection, role: str) -> bool:
    return bool(connection.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}))


def is_superuser(connection: sa.Connection) -> bool:
    return bool(connection.scalar(sa.text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")))


def _roles(connection: sa.Connection, settings: Settings) -> None:
    for role in database.ROLES:
        ensure_login(connection, role, secrets.password(settings, role))
    for role in ("loader", "transformer"):  # what a process that was ended has asked for ends, too, and is rolled back
        _run(connection, "ALTER ROLE {} SET client_connection_check_interval = '2s'", role)
    # A fifth of the usual sample, of candidates, published tables and what the switch works with: taking statistics was
    # a fifth of a build and most of the vacuum after it, and nothing hangs on more.
    _run(connection, "ALTER ROLE {} SET default_statistics_target = 20", "transformer")
    if not _exists(connection, row_security.COUNTRY_OFFICE):
        _run(connection, "CREATE ROLE {} NOLOGIN", row_security.COUNTRY_OFFICE)
    name = str(database.url(settings).database)
    _run(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", name)
    for role in (*database.ROLES, row_security.COUNTRY_OFFICE):
        _run(connection, "GRANT CONNECT ON DATABASE {} TO {}", name, role)
    for role in ("loader", "transformer"):
        _run(connection, "GRANT TEMPORARY ON DATABASE {} TO {}", name, role)
        _reserve_connections(connection, role)
    if not settings.warehouse_url:  # a server of ours alone: nobody has any business in what initdb made
        for name in ("postgres", "template1"):
            _run(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", name)


def _reserve_connections(connection: sa.Connection, role: str) -> None:
    """Let a role of the pipeline use what the server keeps from its readers, where the administrator may say so."""
    reserved = _SQL("may_reserve")
    if connection.scalar(reserved):
        _run(connection, "GRANT pg_use_reserved_connections TO {}", role)


def _airflow_database(connection: sa.Connection, settings: Settings) -> None:
    """Airflow's own database, which none of the warehouse's roles may enter."""
    address = database.airflow_url(settings)
    name = str(address.database)  # of the database and of its owner
    if os.environ.get("AIRFLOW_DATABASE_URL"):
        return  # somebody else made it
    ensure_login(connection, name, str(address.password))
    _reserve_connections(connection, name)
    # Airflow's bookkeeping may lose its last moment in a crash; what the night has done is in the warehouse.
    _run(connection, "ALTER ROLE {} SET synchronous_commit = off", name)
    exists = connection.scalar(sa.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name})
    if not exists:
        _run(
            connection,
            "CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0",
            name,
            name,
        )
    _run(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", name)


def _schemas(connection: sa.Connection) -> None:
    _run(connection, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    for schema, owner in OWNERS.items():
        exists = connection.scalar(sa.text("SELECT 1 FROM pg_namespace WHERE nspname = :name"), {"name": schema})
        if not exists:
            _run(connection, "CREATE SCHEMA {} AUTHORIZATION {}", schema, owner)
    for reader, schemas in READERS.items():
        for schema in schemas:
            _run(connection, "GRANT USAGE ON SCHEMA {} TO {}", schema, reader)
            _run(
                connection,
                "ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA {} GRANT SELECT ON TABLES TO {}",
                OWNERS[schema],
                schema,
                reader,
            )


def _withdraw(connection: sa.Connection) -> None:
    """Take back what no longer stands here: rights of our roles on schemas they neither own nor read."""
    if is_superuser(connection):  # what PostgreSQL gives to everybody is for its superuser to take back
        everybodys = _SQL("everybodys")
        for signature in connection.scalars(everybodys, {"names": list(WRITING_FUNCTIONS)}).all():
            connection.exec_driver_sql(f"REVOKE EXECUTE ON FUNCTION {signature} FROM PUBLIC")
    granted = connection.execute(
        _SQL("granted"),
        {"schemas": list(OWNERS), "roles": list(READERS)},
    ).tuples()
    for schema, role in set(granted.all()):
        if role != OWNERS[schema] and schema not in READERS[role]:
            _run(connection, "REVOKE ALL ON SCHEMA {} FROM {}", schema, role)
            _run(connection, "REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM {}", schema, role)
            _run(
                connection,
                "ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA {} REVOKE ALL ON TABLES FROM {}",
                OWNERS[schema],
                schema,
                role,
            )
    if connection.scalar(sa.text("SELECT has_table_privilege('transformer', to_regclass('ops.finding'), 'INSERT')")):
        _run(connection, "REVOKE INSERT ON {} FROM {}", ("ops", "finding"), "transformer")
