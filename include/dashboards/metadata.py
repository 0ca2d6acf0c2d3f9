"""Superset's own database, which none of the warehouse's roles may enter, and which enters no other."""

from __future__ import annotations

import os

import sqlalchemy as sa
from psycopg import sql

from include.dashboards import place
from include.platform import database, roles
from include.platform.settings import Settings


def prepare(settings: Settings) -> None:
    """Make role and database where they are not there; the role's password becomes the one that is kept."""
    if os.environ.get("SUPERSET_DATABASE_URL"):
        return  # somebody else made it
    address = place.metadata_url(settings)
    name = str(address.database)  # of the database and of its owner
    known = sa.text("SELECT 1 FROM pg_database WHERE datname = :name")
    with (
        database.opened(settings) as engine,
        engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
    ):
        roles.ensure_login(connection, name, str(address.password))
        statements = ["REVOKE ALL ON DATABASE {} FROM PUBLIC"]
        if not connection.scalar(known, {"name": name}):
            statements.insert(0, "CREATE DATABASE {0} OWNER {0} ENCODING 'UTF8' TEMPLATE template0")
        for statement in statements:
            connection.exec_driver_sql(sql.SQL(statement).format(sql.Identifier(name)).as_string())
