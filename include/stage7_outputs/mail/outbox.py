"""Sending what waits in the outbox.

``STATE/outbox`` holds a message file a delivery answered; what was sent moves to ``sent``, what a server refused for
good to ``refused``. Without a server everything stays where it is, and can be sent later or by hand. A process that
dies after the server took a message and before it moved sends it once more, with the same Message-ID.
"""

from __future__ import annotations

import logging
import os
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any

from include.platform import processes
from include.platform.settings import Settings

log = logging.getLogger(__name__)

#: Sender until the connection names one.
SENDER = "AL-INVEST Verde <noreply@al-invest-verde.invalid>"
SENT, REFUSED = "sent", "refused"
#: Older messages wait until somebody asks for them to be sent.
OLD_AFTER = timedelta(days=7)
#: Names of all messages, as a folder is asked for them.
ALL = "*.eml"


def begin(to: Sequence[str], subject: str, message_id: str) -> EmailMessage:
    """A message without a body. Its id is the same however often it is sent: a receiver shows it once."""
    message = EmailMessage(policy=SMTP)
    message["From"] = SENDER
    if to:
        message["To"] = ", ".join(to)
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<{message_id}@al-invest-verde.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    return message


def has_gone(settings: Settings, name: str) -> bool:
    """Whether a message was sent, or refused for good."""
    return any((settings.outbox / folder / name).exists() for folder in (SENT, REFUSED))


def put(settings: Settings, name: str, message: bytes) -> None:
    """Put a message into the outbox as a file of that name, whole or not at all, in place of one that waits."""
    settings.outbox.mkdir(mode=0o700, parents=True, exist_ok=True)
    staged = settings.outbox / f".{name}.part"
    staged.write_bytes(message)
    os.replace(staged, settings.outbox / name)


@dataclass(frozen=True)
class MailServer:
    """An SMTP server and how to log in to it; ``timeout`` is in seconds."""

    host: str
    port: int = 0
    user: str | None = None
    password: str | None = None
    use_ssl: bool = True
    use_starttls: bool = False
    is_verified: bool = True
    sender: str = SENDER
    timeout: float = 30.0

    @classmethod
    def from_connection(
        cls, host: str, port: int | None, login: str | None, password: str | None, extra: Mapping[str, Any]
    ) -> MailServer:
        """The server of an Airflow connection of type SMTP, its extras understood as Airflow's provider does.

        These are ``disable_ssl``, ``disable_tls``, ``ssl_context`` (``none``: any certificate will do), ``from_email``
        and ``timeout``; without them the connection is encrypted from the start.
        """
        use_ssl = not _is_true(extra.get("disable_ssl"))
        return cls(
            host=host,
            port=port or 0,
            user=login or None,
            password=password or None,
            use_ssl=use_ssl,
            use_starttls=not use_ssl and not _is_true(extra.get("disable_tls")),
            is_verified=extra.get("ssl_context") != "none",
            sender=extra.get("from_email") or SENDER,
            timeout=float(extra.get("timeout") or 30.0),
        )

    def connect(self) -> smtplib.SMTP:
        """A connection that is logged in. Raises OSError or smtplib.SMTPException."""
        context = ssl.create_default_context() if self.is_verified else None
        if self.use_ssl:
            client: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=context)
        else:
            client = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            if self.use_starttls:
                client.starttls(context=context)
            if self.user:
                client.login(self.user, self.password or "")
        except BaseException:
            client.close()
            raise
        return client


@dataclass(frozen=True)
class Waiting:
    """A message that waits; ``is_old`` where it is older than OLD_AFTER, and so only sent when asked for."""

    path: Path
    to: str
    subject: str
    written_at: datetime
    is_old: bool


@dataclass(frozen=True)
class Sent:
    """How many messages went out, were refused for good, wait for another try, have nobody to go to, are too old."""

    sent: int = 0
    refused: int = 0
    waiting: int = 0
    without_address: int = 0
    old: int = 0


def waiting(settings: Settings, now: datetime, names: str = ALL) -> list[Waiting]:
    """Every message that waits and is named so, oldest first."""
    found = []
    for path in settings.outbox.glob(names):
        message = message_from_bytes(path.read_bytes(), policy=SMTP)
        try:
            written_at = parsedate_to_datetime(str(message["Date"]))
        except ValueError:  # of a version that wrote no date
            written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        to, subject = (" ".join(str(message[name] or "").split()) for name in ("To", "Subject"))
        found.append(Waiting(path, to, subject, written_at, now - written_at > OLD_AFTER))
    return sorted(found, key=lambda one: (one.written_at, one.path.name))


def send_outbox(settings: Settings, server: MailServer, *, with_old: bool = False, names: str = ALL) -> Sent:
    """Send every message that waits and is named so, oldest first; a server that cannot be reached leaves them waiting.

    Old ones go out ``with_old`` alone: a server that is set up today does not send the answers of last year. One
    process sends at a time. Never raises for what a server or a network does; addresses are not logged.
    """
    with processes.locked(settings.locks / "mail"):
        found = waiting(settings, datetime.now(UTC), names)
        addressed = [one for one in found if one.to]
        going = [one.path for one in addressed if with_old or not one.is_old]
        done = Sent(without_address=len(found) - len(addressed), old=len(addressed) - len(going))
        return _send_all(going, server, done) if going else done


def _send_all(going: list[Path], server: MailServer, done: Sent) -> Sent:
    try:
        client = server.connect()
    except (OSError, smtplib.SMTPException, UnicodeError) as error:  # smtplib takes passwords in ASCII only
        log.warning("the mail server cannot be used (%s); %d messages wait", type(error).__name__, len(going))
        return replace(done, waiting=len(going))
    sent = refused = 0
    with client:
        for path in going:
            try:
                _send(client, path, server.sender)
            except smtplib.SMTPServerDisconnected:
                log.warning("the mail server hung up at %s; the rest waits", path.stem)
                break
            except smtplib.SMTPException as error:
                if _is_final(error):
                    _move(path, REFUSED)
                    refused += 1
                log.warning("%s was not taken by the mail server: %s", path.stem, type(error).__name__)
            except OSError as error:
                log.warning("the connection failed at %s (%s); the rest waits", path.stem, type(error).__name__)
                break
            else:
                _move(path, SENT)
                sent += 1
    return replace(done, sent=sent, refused=refused, waiting=len(going) - sent - refused)


def _send(client: smtplib.SMTP, path: Path, sender: str) -> None:
    message = message_from_bytes(path.read_bytes(), policy=SMTP)
    message.replace_header("From", sender)
    client.send_message(message)


def _is_final(error: smtplib.SMTPException) -> bool:
    """Whether the server said that trying again is of no use (5xx)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500


def _move(path: Path, folder: str) -> None:
    target = path.parent / folder
    target.mkdir(mode=0o700, exist_ok=True)
    os.replace(path, target / path.name)


def _is_true(value: object) -> bool:
    return str(value).strip().casefold() in ("1", "true", "yes", "on")
