"""Messages go out encrypted and with a login, by the fields of Airflow's connection; once, whatever goes wrong."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from airflow.sdk import Connection
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from include.platform.settings import Settings
from include.stage7_outputs.mail.outbox import MailServer, Sent, send_outbox
from tests.conftest import make_settings
from tests.feedback.smtp_server import smtp_server
from tests.feedback.test_mail import outbox_with, waiting

LOGIN = ("oficina", "p@ss:w0rd/1")
STARTTLS: dict[str, object] = {"disable_ssl": True, "from_email": "oficina@example.org", "timeout": 10}

Connect = Callable[..., MailServer]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """A server's side of TLS on 127.0.0.1, and the certificate a client has to trust for it."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.org")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, private = folder / "certificate.pem", folder / "key.pem"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    unlocked = serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unlocked))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, private)
    return context, trusted


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Connect:
    """The server of Airflow's connection ``smtp_default``, defined in its environment as an office would."""

    def connect(port: int, login: tuple[str, str] | None = LOGIN, **extra: object) -> MailServer:
        user, password = login or (None, None)
        fields = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "login": user, "password": password}
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", json.dumps({**fields, "extra": extra}))
        smtp = Connection.get("smtp_default")
        return MailServer.from_connection(smtp.host, smtp.port, smtp.login, smtp.password, smtp.extra_dejson)

    return connect


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = make_settings(tmp_path)
    outbox_with(made, "a@example.org", "b@example.org")
    return made


@pytest.mark.parametrize("is_implicit", [False, True], ids=["STARTTLS", "TLS from the start"])
def test_an_encrypted_connection_with_a_login(
    settings: Settings, certificate: tuple, connection: Connect, monkeypatch: pytest.MonkeyPatch, is_implicit: bool
) -> None:
    context, trusted = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    extra = {**STARTTLS, "disable_ssl": not is_implicit}
    with smtp_server(tls=context, is_implicit=is_implicit, login=LOGIN) as inbox:
        assert send_outbox(settings, connection(inbox.port, **extra)) == Sent(sent=2)
    assert [recipients for _, recipients, _ in inbox.messages] == [["a@example.org"], ["b@example.org"]]
    assert waiting(settings) == []


def test_an_unknown_certificate_gets_no_password(settings: Settings, certificate: tuple, connection: Connect) -> None:
    context, _ = certificate
    with smtp_server(tls=context, login=LOGIN) as inbox:
        assert send_outbox(settings, connection(inbox.port, **STARTTLS)) == Sent(waiting=2)
        assert inbox.messages == []
        any_will_do = connection(inbox.port, **STARTTLS, ssl_context="none")
        assert send_outbox(settings, any_will_do) == Sent(sent=2)


def test_what_could_not_go_out_goes_out_once_later(
    settings: Settings, certificate: tuple, connection: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        down = closed.getsockname()[1]
    assert send_outbox(settings, connection(down, **STARTTLS)) == Sent(waiting=2)
    with smtp_server(tls=context, login=LOGIN) as inbox:
        for password in ("guess", "contraseña"):
            wrong = connection(inbox.port, login=("oficina", password), **STARTTLS)
            assert send_outbox(settings, wrong) == Sent(waiting=2)
        assert inbox.messages == []
        right = connection(inbox.port, **STARTTLS)
        assert send_outbox(settings, right) == Sent(sent=2)
        assert send_outbox(settings, right) == Sent()
    assert len(inbox.messages) == 2
