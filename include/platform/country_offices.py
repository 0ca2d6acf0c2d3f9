"""Logins of country offices: who reads the marts of one country's projects."""

from __future__ import annotations

import re

import sqlalchemy as sa
from psycopg import sql

from include.platform import database, readers, roles, row_security, secrets
from include.platform.errors import UsageError
from include.platform.settings import Settings

_LOGIN = re.compile(r"[a-z][a-z0-9_]{0,62}")


def grant_country(settings: Settings, country: str, login: str | None = None) -> sa.URL:
    """Make ``login``, by default ``bi_pe`` for ``PE``, a reader of the country's rows; returns its URL.

    A login that reads another country changes over with its next query. Raises UsageError where no project is of
    the country, and where the login is somebody else's.
    """
    login = login or f"bi_{country.lower()}"
    _check_login(login)
    countries = _countries(settings)
    if country not in countries:
        raise UsageError(f"No project is of country {country!r}. There are: {', '.join(countries) or 'none yet'}.")
    with database.transaction(settings) as connection:
        _check_is_ours(connection, login)
        roles.ensure_login(connection, login, secrets.password(settings, login))
        _run(connection, "grant {} to {}", row_security.COUNTRY_OFFICE, login)
        connection.execute(
            sa.text("""
            insert into access.country_office (login, country) values (:login, :country)
            on conflict (login) do update set country = excluded.country, granted_at = now()
            """),
            {"login": login, "country": country},
        )
        readers.put_back(connection)
    return database.url(settings).set(username=login, password=secrets.password(settings, login))


def revoke_country(settings: Settings, login: str) -> None:
    """Take a country office's login away, with the sessions it has open and its password."""
    _check_login(login)
    with database.transaction(settings) as connection:
        granted = sa.text("delete from access.country_office where login = :login")
        if connection.execute(granted, {"login": login}).rowcount == 0:
            raise UsageError(f"{login!r} is no country office's login.")
        connection.execute(
            sa.text("select pg_terminate_backend(pid) from pg_stat_activity where usename = :login"),
            {"login": login},
        )
        _run(connection, "drop role {}", login)
    secrets.forget_password(settings, login)


def _countries(settings: Settings) -> list[str]:
    """The countries of the registry's projects, as the registry's owner sees them."""
    with database.connected(settings, "loader") as connection:
        return list(connection.scalars(sa.text("select distinct country from registry.projects order by 1")))


def _check_login(login: str) -> None:
    if not _LOGIN.fullmatch(login) or login.startswith("pg_"):
        raise UsageError(f"LOGIN has to be of small letters, digits and _, beginning with a letter, not {login!r}.")


def _check_is_ours(connection: sa.Connection, login: str) -> None:
    """Raise UsageError where the role exists and is not a country office's already."""
    is_others = connection.scalar(
        sa.text("""
        select not pg_has_role(oid, :office, 'member') or rolsuper from pg_roles where rolname = :login
        """),
        {"login": login, "office": row_security.COUNTRY_OFFICE},
    )
    if is_others or login == row_security.COUNTRY_OFFICE:
        raise UsageError(f"There is a role {login!r} already, for something else: name another LOGIN.")


def _run(connection: sa.Connection, statement: str, *identifiers: str) -> None:
    parts = [sql.Identifier(name) for name in identifiers]
    connection.exec_driver_sql(sql.SQL(statement).format(*parts).as_string())
