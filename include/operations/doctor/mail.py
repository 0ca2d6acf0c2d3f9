"""Whether the mail server takes us: connect, greet, encrypt, log in. Nothing is sent."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from dataclasses import replace

import sqlalchemy as sa

from include.operations.doctor.check import Check
from include.platform import causes
from include.platform.settings import Settings
from include.stage7_outputs.mail.addresses import addresses
from include.stage7_outputs.mail.outbox import MailServer
from include.stage7_outputs.mail.server import mail_server

NAME = "mail"

#: Seconds a server may take for each answer.
PATIENCE = 10


def look_at_mail(settings: Settings, has_database: bool) -> Iterator[Check]:
    """The server that messages would go to, if there is one, and where the operator's mail goes."""
    waiting = sum(1 for _ in settings.outbox.glob("*.eml")) if settings.outbox.is_dir() else 0
    try:
        server = mail_server(settings, has_database)
    except sa.exc.OperationalError as error:
        said = f"Airflow cannot be asked for the connection smtp_default: {causes.harmless(error)}"
        yield Check(NAME, "warning", said, "It is set up again by make up or nightly; look again then.")
        return
    if server is None:
        said = f"no server is set up; {waiting:,} messages wait in {settings.outbox}"
        step = "Set MAIL_SERVER (docs/mail.md) to have them sent."
        yield Check(NAME, "warning" if waiting else "ok", said, step)
    else:
        yield _server(server, waiting)
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
