"""Schemas, roles and who may do what: the one place that says it, applied at every start.

Every statement can be repeated. Privileges on tables yet to be made are default privileges, so that what dbt rebuilds
keeps its readers.
"""

from __future__ import annotations

import os

import sqlalchemy as sa
from psycopg import sql

from include.platform import database, secrets
from include.platform.settings import Settings

#: Schema -> the role that owns it and writes it.
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
    "loader": ("reference", "intermediate", "candidate_marts"),
    "bi_reader": ("marts",),
    "me_officer": ("marts", "restricted", "ops"),
}

#: Settings of the sessions of those who only read.
READING_SESSIONS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "10min",
    "idle_in_transaction_session_timeout": "10min",
}


def prepare_roles(settings: Settings) -> None:
    """Make roles, Airflow's database, schemas and default privileges, as the administrator."""
    engine = database.engine(settings)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            _roles(connection, settings)
            _airflow_database(connection, settings)
        with engine.begin() as connection:
            _schemas(connection)
    finally:
        engine.dispose()


def grant_on_tables(settings: Settings) -> None:
    """Privileges on the tables that exist by now; run after the migrations."""
    engine = database.engine(settings)
    try:
        with engine.begin() as connection:
            for reader, schemas in READERS.items():
                for schema in schemas:
                    _run(connection, "GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}", schema, reader)
            # Reconciliation (X01) is found while the marts are built.
            _run(connection, "GRANT INSERT ON {} TO {}", ("ops", "finding"), "transformer")
    finally:
        engine.dispose()


def _run(connection: sa.Connection, statement: str, *identifiers: str | tuple[str, ...]) -> None:
    """Execute ``statement`` with identifiers in its places, quoted as they need it."""
    parts = [sql.Identifier(*([name] if isinstance(name, str) else name)) for name in identifiers]
    connection.exec_driver_sql(sql.SQL(statement).format(*parts).as_string().replace("%", "%%"))


def _ensure_role(connection: sa.Connection, role: str, password: str) -> None:
    exists = connection.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role})
    _run(connection, "ALTER ROLE {} LOGIN" if exists else "CREATE ROLE {} LOGIN", role)
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
    connection.exec_driver_sql(statement.as_string().replace("%", "%%"))
    is_superuser = connection.scalar(sa.text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
    if not is_superuser:  # an administrator that is not may hand over schemas only to roles it is a member of
        _run(connection, "GRANT {} TO CURRENT_USER", role)


def _roles(connection: sa.Connection, settings: Settings) -> None:
    for role in database.ROLES:
        _ensure_role(connection, role, secrets.password(settings, role))
    for role in ("bi_reader", "me_officer"):
        for name, value in READING_SESSIONS.items():
            statement = sql.SQL("ALTER ROLE {} SET {} = {}").format(
                sql.Identifier(role), sql.Identifier(name), sql.Literal(value)
            )
            connection.exec_driver_sql(statement.as_string())
    name = str(database.url(settings).database)
    _run(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", name)
    for role in database.ROLES:
        _run(connection, "GRANT CONNECT ON DATABASE {} TO {}", name, role)
    for role in ("loader", "transformer"):
        _run(connection, "GRANT TEMPORARY ON DATABASE {} TO {}", name, role)


def _airflow_database(connection: sa.Connection, settings: Settings) -> None:
    """Airflow's own database, which none of the warehouse's roles may enter."""
    address = database.airflow_url(settings)
    name = str(address.database)  # of the database and of its owner
    if os.environ.get("AIRFLOW_DATABASE_URL"):
        return  # somebody else made it
    _ensure_role(connection, name, str(address.password))
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
