"""Messages are what a partner can read, and go out over a real SMTP conversation."""

from __future__ import annotations

import logging
import socket
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from include.platform.settings import Settings
from include.stage7_outputs.answers.receipt import receipt_text, signing_key, verify_receipt
from include.stage7_outputs.findings.facts import Facts
from include.stage7_outputs.findings.groups import group
from include.stage7_outputs.mail.addresses import addresses
from include.stage7_outputs.mail.message import ATTACHED_MAX_BYTES, compose
from include.stage7_outputs.mail.outbox import MailServer, Sent, send_outbox
from tests.conftest import make_settings
from tests.feedback.made_up import delivery, finding
from tests.feedback.smtp_server import Inbox, smtp_server


def message(path: Path | None = None, **changes: object) -> EmailMessage:
    made = delivery(finding("C05", column="sex", value="zzz"), **changes)
    attachments = [path] if path else []
    data = compose(made, Facts(made), group(made), None, attachments, "PE-01-0001.abc")
    parsed = message_from_bytes(data, policy=SMTP)
    assert isinstance(parsed, EmailMessage)
    return parsed


def outbox_with(settings: Settings, *contacts: str | None) -> None:
    settings.outbox.mkdir(parents=True)
    for number, contact in enumerate(contacts):
        data = message(contact_email=contact).as_bytes()
        (settings.outbox / f"PE-01-{number:04}.eml").write_bytes(data)


def plain(inbox: Inbox, **changes: object) -> MailServer:
    return MailServer("127.0.0.1", inbox.port, use_ssl=False, sender="oficina@example.org", timeout=10, **changes)  # type: ignore[arg-type]


def waiting(settings: Settings) -> list[str]:
    return sorted(path.name for path in settings.outbox.glob("*.eml"))


def test_the_body_says_result_reason_and_first_steps() -> None:
    sent = message()
    body = sent.get_body().get_content()  # type: ignore[union-attr]
    assert sent["To"] == "contacto@example.org"
    assert sent["Subject"] == "PE-01 2024-S1: su archivo fue aceptado con observaciones"
    for said in ("Estimado equipo del proyecto PE-01", "Observaciones: 1 error.", "1. El valor no está en la lista"):
        assert said in body


@pytest.mark.parametrize(
    ("contact", "found"),
    [
        ("a@example.org", ["a@example.org"]),
        ("Ana Díaz <a@example.org>; b@example.org", ["a@example.org", "b@example.org"]),
        ("a@example.org\r\nBcc: everybody@example.net", ["a@example.org", "everybody@example.net"]),
        ("no address", []),
        ("a@b", []),
        ("=cmd|' /C calc'!A0@example.org", []),
        (None, []),
        (",".join(f"p{number}@example.org" for number in range(50)), [f"p{number}@example.org" for number in range(5)]),
    ],
)
def test_addresses_of_a_contact_field(contact: str | None, found: list[str]) -> None:
    assert addresses(contact) == found


def test_a_contact_cannot_add_headers() -> None:
    sent = message(contact_email="a@example.org\r\nBcc: b@example.org", file_name="a\r\nBcc: c@example.org.xlsx")
    assert sent["Bcc"] is None
    assert sent["To"] == "a@example.org, b@example.org"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85", "\x00"])
def test_a_project_or_file_cannot_add_headers_or_parts(end: str) -> None:
    evil = f"x{end}Bcc: evil@example.net{end}{end}--boundary{end}Content-Type: text/html{end}{end}<script>"
    sent = message(project_code=f"PE-01{evil}", file_name=f"a{evil}.xlsx", language="en")
    assert set(sent.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "MIME-Version",
        "Content-Type", "Content-Transfer-Encoding",
    }  # fmt: skip
    assert sent["To"] == "contacto@example.org"
    assert sent.get_content_type() == "text/plain"
    assert not list(sent.iter_attachments())


def test_a_workbook_too_large_for_mail_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "large.xlsx"
    with path.open("wb") as file:
        file.truncate(ATTACHED_MAX_BYTES + 1)
    sent = message(path)
    assert not list(sent.iter_attachments())
    assert "demasiado grande" in sent.get_body().get_content()  # type: ignore[union-attr]


def test_an_attached_receipt_arrives_byte_for_byte(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "state")
    receipt = tmp_path / "receipt.txt"
    receipt.write_bytes(receipt_text(delivery(), signing_key(settings)))
    (settings.outbox / "PE-01-0001.eml").write_bytes(message(receipt).as_bytes())
    with smtp_server() as inbox:
        send_outbox(settings, plain(inbox))
    arrived = message_from_bytes(inbox.messages[0][2], policy=SMTP)
    (attached,) = arrived.iter_attachments()  # type: ignore[attr-defined]
    copy = tmp_path / "arrived.txt"
    copy.write_bytes(attached.get_content())
    assert verify_receipt(settings, copy)[0]


def test_sending_moves_what_went_out_and_keeps_the_rest(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    outbox_with(settings, "a@example.org", "gone@example.org", "later@example.org", None)
    refuses = {"gone@example.org": 550, "later@example.org": 451}
    with smtp_server(refuses=refuses) as inbox:
        assert send_outbox(settings, plain(inbox)) == Sent(sent=1, refused=1, waiting=1, without_address=1)
    ((sender, recipients, data),) = inbox.messages
    assert (sender, recipients) == ("oficina@example.org", ["a@example.org"])
    assert message_from_bytes(data, policy=SMTP)["From"] == "oficina@example.org"
    assert waiting(settings) == ["PE-01-0002.eml", "PE-01-0003.eml"]
    assert [path.name for path in settings.outbox.glob("sent/*")] == ["PE-01-0000.eml"]
    assert [path.name for path in settings.outbox.glob("refused/*")] == ["PE-01-0001.eml"]
    with smtp_server() as inbox:
        assert send_outbox(settings, plain(inbox)) == Sent(sent=1, without_address=1)


def test_a_server_that_hangs_up_leaves_the_rest_waiting(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    outbox_with(settings, "a@example.org", "b@example.org", "c@example.org")
    with smtp_server(hangs_up_after=1) as inbox:
        assert send_outbox(settings, plain(inbox)) == Sent(sent=1, waiting=2)
    assert len(waiting(settings)) == 2


def test_without_a_server_nothing_fails_and_no_address_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = make_settings(tmp_path)
    outbox_with(settings, "secret@example.org")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with caplog.at_level(logging.DEBUG):
        assert send_outbox(settings, MailServer("127.0.0.1", port, use_ssl=False)) == Sent(waiting=1)
    assert "secret" not in caplog.text
    assert waiting(settings)
    assert send_outbox(make_settings(tmp_path / "none"), MailServer("127.0.0.1", port)) == Sent()


def test_an_airflow_connection_is_understood() -> None:
    server = MailServer.from_connection("mail", 25, "", None, {"disable_ssl": "true", "from_email": "x@example.org"})
    assert (server.use_ssl, server.use_starttls, server.sender, server.user) == (False, True, "x@example.org", None)
    assert MailServer.from_connection("mail", None, "u", "p", {}).use_ssl
