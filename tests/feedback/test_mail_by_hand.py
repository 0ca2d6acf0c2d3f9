"""What waits for long is only sent when asked for; what would go to whom can be seen before."""

from __future__ import annotations

import io
import json
import os
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from rich.console import Console

from include.operations import mailing
from include.platform import nights
from include.platform.errors import PlatformError
from include.platform.settings import Mail, Settings
from include.stage7_outputs.mail import sending
from include.stage7_outputs.mail.outbox import MailServer, Sent, send_outbox
from include.stage7_outputs.mail.server import mail_server
from tests.conftest import make_settings
from tests.feedback.smtp_server import Inbox, smtp_server
from tests.feedback.test_mail import outbox_with, plain, waiting


@pytest.fixture
def outbox(tmp_path: Path) -> Settings:
    """Three messages: of today, of eight days ago, and one that an earlier version wrote then, without a date."""
    settings = make_settings(tmp_path)
    outbox_with(settings, "new@example.org", "old@example.org", "older@example.org", None)
    moment = datetime.now(UTC) - timedelta(days=8)
    for number, date in ((1, format_datetime(moment)), (2, None)):
        path = settings.outbox / f"PE-01-{number:04}.eml"
        message = message_from_bytes(path.read_bytes(), policy=SMTP)
        del message["Date"]
        if date:
            message["Date"] = date
        path.write_bytes(message.as_bytes())
        os.utime(path, (moment.timestamp(), moment.timestamp()))
    return settings


def _recipients(inbox: Inbox) -> list[str]:
    return [one for _, recipients, _ in inbox.messages for one in recipients]


def test_old_messages_wait_until_they_are_asked_for(outbox: Settings) -> None:
    with smtp_server() as inbox:
        assert send_outbox(outbox, plain(inbox)) == Sent(sent=1, without_address=1, old=2)
        assert _recipients(inbox) == ["new@example.org"]
        assert send_outbox(outbox, plain(inbox), with_old=True) == Sent(sent=2, without_address=1)
        assert set(_recipients(inbox)) == {"new@example.org", "old@example.org", "older@example.org"}


def test_addresses_are_shown_whole_however_narrow_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = make_settings(tmp_path)
    address = "the.contact.of.the.project@ministry.example.org"
    outbox_with(settings, address)
    monkeypatch.setattr(mailing, "_server", lambda settings: None)
    shown = Console(file=io.StringIO(), width=80)
    mailing.dry_run(settings, shown)
    assert address in shown.file.getvalue()


def test_a_message_that_goes_twice_has_one_id(outbox: Settings) -> None:
    """As where the process died after the server had taken it."""
    with smtp_server() as inbox:
        send_outbox(outbox, plain(inbox))
        (outbox.outbox / "sent" / "PE-01-0000.eml").rename(outbox.outbox / "PE-01-0000.eml")
        send_outbox(outbox, plain(inbox))
    first, second = (message_from_bytes(data, policy=SMTP) for _, _, data in inbox.messages)
    assert first["Message-ID"] == second["Message-ID"] == "<PE-01-0001.abc@al-invest-verde.invalid>"
    assert first["Date"] == second["Date"]


def test_the_night_says_what_did_not_go_out(outbox: Settings, loader: sa.Engine) -> None:
    refused = (outbox.outbox / "PE-01-0009.eml").write_bytes
    refused((outbox.outbox / "PE-01-0000.eml").read_bytes().replace(b"new@example", b"bad@example"))
    fields = {"login": "", "password": None, "extra": {"disable_ssl": True, "disable_tls": True}}
    with smtp_server(refuses={"bad@example.org": 550}) as inbox:
        done = sending.send_mail(outbox, loader, "night", {"host": "127.0.0.1", "port": inbox.port, **fields})
    assert done == Sent(sent=1, refused=1, without_address=1, old=2)
    with loader.begin() as connection:
        said = [row.said for row in nights.warnings_of(connection, "night")]
        connection.execute(sa.text("delete from ops.night_warning where night_id = 'night'"))
    assert len(said) == 2 and "older than a week wait; make mail-dry-run" in said[0] and said[0].endswith("(2)")
    assert "outbox/refused" in said[1] and said[1].endswith("(1)")
    assert not any("@" in one for one in said)
    assert sending.send_mail(outbox, loader, "night", None) == Sent()


def test_a_dry_run_shows_who_would_get_what_and_sends_nothing(
    outbox: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    server: list[MailServer | None] = [MailServer("mail.example.org", 25)]
    monkeypatch.setattr(mailing, "_server", lambda _: server[0])
    console = Console(width=250, file=(printed := io.StringIO()))
    before = waiting(outbox)
    mailing.dry_run(outbox, console)
    lines = {line.split("example.org")[0].split()[-1]: line for line in printed.getvalue().splitlines() if "@" in line}
    assert lines["new@"].rstrip().endswith("yes")
    assert "older than a week (make mail-send OLD=yes)" in lines["old@"]
    assert waiting(outbox) == before
    server[0] = None
    mailing.dry_run(outbox, console)
    assert "Server: none" in printed.getvalue()
    with pytest.raises(PlatformError, match="There is no mail server"):
        mailing.send(outbox, with_old=True)


def test_the_connection_wins_over_the_settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Airflow itself knows it; its own database need not even be there."""
    from dataclasses import replace

    mail = Mail("mail.example.org", 587, "office", "secret", "office@example.org")
    told = replace(settings, mail=mail)
    monkeypatch.delenv("AIRFLOW_CONN_SMTP_DEFAULT", raising=False)
    assert mail_server(settings, has_database=True) is None
    found = mail_server(told, has_database=True)
    assert found and (found.host, found.port, found.sender) == ("mail.example.org", 587, "office@example.org")
    assert found.use_starttls and found.password == "secret"
    connection = {"conn_type": "smtp", "host": "other", "port": 25, "password": "p:w", "extra": {"disable_ssl": True}}
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", json.dumps(connection))
    found = mail_server(told, has_database=True)
    assert found and (found.host, found.password, found.use_ssl) == ("other", "p:w", False)
