"""Whether the mail server takes us: connect, greet, encrypt, log in. Nothing is sent."""

from __future__ import annotations

import json
import os
import smtplib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import sqlalchemy as sa
from cryptography.fernet import Fernet

from include.operations.doctor.check import Check
from include.platform import causes, database, secrets
from include.platform.settings import Settings
from include.stage7_outputs.mail.addresses import addresses
from include.stage7_outputs.mail.outbox import MailServer

NAME = "mail"

#: Where Airflow looks for the connection first.
VARIABLE = "AIRFLOW_CONN_SMTP_DEFAULT"
#: Seconds a server may take for each answer.
PATIENCE = 10


def look_at_mail(settings: Settings, has_database: bool) -> Iterator[Check]:
    """The server that messages would go to, if there is one, and where the operator's mail goes."""
    waiting = sum(1 for _ in settings.outbox.glob("*.eml")) if settings.outbox.is_dir() else 0
    try:
        connection = _connection(settings, has_database)
    except sa.exc.OperationalError as error:
        said = f"Airflow cannot be asked for the connection smtp_default: {causes.harmless(error)}"
        yield Check(NAME, "warning", said, "It is set up again by make up or nightly; look again then.")
        return
    if connection is None:
        said = f"no server is set up; {waiting:,} messages wait in {settings.outbox}"
        step = "Set MAIL_SERVER (docs/mail.md) to have them sent."
        yield Check(NAME, "warning" if waiting else "ok", said, step)
    else:
        yield _server(MailServer.from_connection(**connection), waiting)
    operator = settings.operator_email
    if operator and not addresses(operator):
        yield Check(NAME, "fault", f"OPERATOR_EMAIL={operator} is no address", "Set it to name@organisation.org.")


def _server(server: MailServer, waiting: int) -> Check:
    place = f"{server.host}:{server.port or 'its usual port'}"
    try:
        with replace(server, timeout=min(server.timeout, PATIENCE)).connect() as client:
            client.ehlo_or_helo_if_needed()
            client.noop()
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        said = f"{place} cannot be used: {type(error).__name__}{_words(error)}; {waiting:,} messages wait"
        return Check(NAME, "fault", said, "See host, port, encryption, user and password: docs/mail.md.")
    secure = "encrypted" if server.use_ssl or server.use_starttls else "NOT encrypted"
    known = ", logged in" if server.user else ""
    said = f"{place} answers, {secure}{known}; {waiting:,} messages wait"
    if server.user and secure != "encrypted":
        step = "The password goes over the network in clear: leave out disable_ssl or disable_tls."
        return Check(NAME, "warning", said, step)
    return Check(NAME, "ok", said)


def _words(error: Exception) -> str:
    """What the system or the server said; a server's answer to a login does not repeat the password."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        return f" ({error.smtp_code} {' '.join(str(said).split())})"
    return f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""


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
