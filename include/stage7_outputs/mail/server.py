"""The server that messages go to: that of Airflow's connection ``smtp_default``, or else of the settings."""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import sqlalchemy as sa
from cryptography.fernet import Fernet

from include.platform import database, secrets
from include.platform.settings import Settings
from include.stage7_outputs.mail.outbox import MailServer

#: Where Airflow looks for the connection first.
VARIABLE = "AIRFLOW_CONN_SMTP_DEFAULT"


def mail_server(settings: Settings, has_database: bool) -> MailServer | None:
    """The server, without starting Airflow (four seconds) and without writing anything, not even a password.

    Airflow's connection may stand in the environment or in its database, which is asked only if it is there.
    Raises sqlalchemy.exc.OperationalError where that database cannot be asked.
    """
    connection = _connection(settings, has_database)
    return MailServer.from_connection(**connection) if connection else None


def _connection(settings: Settings, has_database: bool) -> dict[str, Any] | None:
    """Host, port, login, password and extra: Airflow's connection, of the environment or its UI, else the settings."""
    if text := os.environ.get(VARIABLE, "").strip():
        return _from_json(json.loads(text)) if text.startswith("{") else _from_url(text)
    entered = _from_airflow(settings) if has_database else None
    return entered or (settings.mail.as_connection() if settings.mail else None)


def _from_json(fields: dict[str, Any]) -> dict[str, Any]:
    extra = fields.get("extra") or {}
    return {
        "host": fields.get("host") or "",
        "port": int(fields["port"]) if fields.get("port") else None,
        "login": fields.get("login"),
        "password": fields.get("password"),
        "extra": json.loads(extra) if isinstance(extra, str) else extra,
    }


def _from_url(text: str) -> dict[str, Any]:
    parts = urlsplit(text)
    extra: dict[str, Any] = dict(parse_qsl(parts.query))
    if "__extra__" in extra:
        extra = json.loads(extra["__extra__"])
    return {
        "host": unquote(parts.hostname or ""),
        "port": parts.port,
        "login": unquote(parts.username or "") or None,
        "password": unquote(parts.password or "") or None,
        "extra": extra,
    }


def _from_airflow(settings: Settings) -> dict[str, Any] | None:
    is_known = os.environ.get("AIRFLOW_DATABASE_URL") or os.environ.get("AIRFLOW_PASSWORD")
    if not is_known and not (settings.secrets / "airflow_password").is_file():
        return None  # asked for, the password would be made
    engine = sa.create_engine(database.airflow_url(settings), hide_parameters=True)
    try:
        with engine.connect() as connection:
            if not connection.scalar(sa.text("select to_regclass('public.connection') is not null")):
                return None
            row = connection.execute(
                sa.text("""
                select host, port, login, password, extra, is_encrypted, is_extra_encrypted
                from connection where conn_id = 'smtp_default'
                """)
            ).one_or_none()
    finally:
        engine.dispose()
    if row is None:
        return None
    fernet = Fernet(secrets.airflow_fernet_key(settings).encode())

    def plain(text: str | None, is_encrypted: bool) -> str | None:
        return fernet.decrypt(text.encode()).decode() if text and is_encrypted else text

    fields = {"host": row.host, "port": row.port, "login": row.login}
    fields["password"] = plain(row.password, row.is_encrypted)
    return _from_json({**fields, "extra": plain(row.extra, row.is_extra_encrypted)})
