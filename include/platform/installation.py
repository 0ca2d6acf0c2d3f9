"""Whose a warehouse is: a fingerprint of the keys in ``STATE/secrets``, kept in the database and with its roles.

Another STATE on the same database would set other passwords and give every enterprise another key. It is refused before
it changes anything. Roles belong to the whole server, so their comment speaks for the other databases there.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql

from include.platform import database, postgres, secrets
from include.platform.errors import PlatformError
from include.platform.settings import Settings

#: The role whose comment carries the fingerprint for the whole server.
_ROLE = "loader"
_MARK = "installation "

_TABLE = """
    create table if not exists access.installation (
        is_only boolean primary key default true check (is_only),
        fingerprint text not null,
        since timestamptz not null default now()
    )
"""


class AnotherInstallation(PlatformError):
    """The database belongs to an installation with other keys; nothing was changed."""

    exit_status = 2


def fingerprint(settings: Settings) -> str | None:
    """What tells these keys from others and gives nothing of them away; None where there is no key yet."""
    key = secrets.known_pseudonym_key(settings)
    return hmac.digest(key, b"installation", hashlib.sha256).hex() if key else None


def check(settings: Settings) -> None:
    """Raise AnotherInstallation where the warehouse, or its server, is that of other keys. The server has to run."""
    with database.connected(settings) as connection:
        check_connection(connection, settings)


def check_connection(connection: sa.Connection, settings: Settings) -> None:
    """As :func:`check`, as anybody who may read the fingerprint: the administrator, the loader."""
    ours = fingerprint(settings)
    known = _of_database(connection)
    if known and known.fingerprint != ours:
        raise AnotherInstallation(_refusal(settings, ours, f"belongs to another installation since {known.since:%F}"))
    if (server := _of_server(connection)) is not None and server != ours:
        raise AnotherInstallation(
            _refusal(settings, ours, "is on a server whose roles belong to another installation, of another database")
        )
    if not (known or server) and not _is_ours(connection, settings):
        raise AnotherInstallation(_refusal(settings, ours, "has roles with other passwords"))


def claim(connection: sa.Connection, settings: Settings) -> None:
    """Enter our fingerprint where there is none, or where ADOPT=yes says that this STATE takes over. As administrator.

    Schema ``access`` and the roles have to be there. Raises AnotherInstallation where one was quicker.
    """
    secrets.pseudonym_key(settings)  # made now, if this is the beginning
    ours = str(fingerprint(settings))
    connection.execute(sa.text(_TABLE))
    connection.execute(sa.text(f"grant select on access.installation to {_ROLE}"))
    change = "update set fingerprint = excluded.fingerprint, since = now()" if is_adopting() else "nothing"
    connection.execute(
        sa.text(f"insert into access.installation (fingerprint) values (:ours) on conflict (is_only) do {change}"),
        {"ours": ours},
    )
    if _of_server(connection) != ours:
        comment = sql.SQL("comment on role {} is {}").format(sql.Identifier(_ROLE), sql.Literal(_MARK + ours))
        connection.exec_driver_sql(comment.as_string())
    check_connection(connection, settings)


def is_adopting() -> bool:
    """Whether the operator says that this STATE takes a warehouse of lost keys over."""
    return os.environ.get("ADOPT") == "yes"


def _of_database(connection: sa.Connection) -> sa.Row[Any] | None:
    if connection.scalar(sa.text("select to_regclass('access.installation')")) is None:
        return None
    return connection.execute(sa.text("select fingerprint, since from access.installation")).one_or_none()


def _of_server(connection: sa.Connection) -> str | None:
    said = connection.scalar(
        sa.text("select shobj_description(oid, 'pg_authid') from pg_roles where rolname = :role"), {"role": _ROLE}
    )
    return said.removeprefix(_MARK) if said and said.startswith(_MARK) else None


def _is_ours(connection: sa.Connection, settings: Settings) -> bool:
    """Whether a warehouse of before there were fingerprints takes our password, if it has roles at all."""
    if not connection.scalar(sa.text("select exists (select from pg_roles where rolname = :role)"), {"role": _ROLE}):
        return True
    try:
        psycopg.connect(database.plain(database.url(settings, _ROLE)), connect_timeout=10).close()
    except psycopg.OperationalError as error:
        return postgres.REFUSED not in str(error)
    return True


def _refusal(settings: Settings, ours: str | None, what: str) -> str:
    address = _place(settings)
    keys = f"the keys in {settings.secrets} are others" if ours else f"there is no pseudonym_key in {settings.secrets}"
    return (
        f"The warehouse {address} {what}: {keys}. Nothing was changed. Use the STATE it belongs to, or bring that "
        "one's folder secrets over. Where its keys are lost for good, ADOPT=yes takes it over once; enterprises then "
        "get other keys, so let make rebuild REPLACE=yes follow (docs/security.md)."
    )


def _place(settings: Settings) -> str:
    """The warehouse's address without user and password."""
    address = database.url(settings)
    return f"{address.database} on {address.host}:{address.port or 5432}"
