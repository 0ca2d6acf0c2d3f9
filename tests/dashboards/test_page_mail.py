"""Pages by e-mail: the office's list judged, pages drawn by a browser, each message by itself, and once."""

from __future__ import annotations

import logging
import os
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import openpyxl
import pytest

from include.dashboards import chromium
from include.operations.page_mail import run, sending, subscriptions
from include.operations.page_mail.drawing import Draw, drawn
from include.operations.page_mail.subscriptions import Subscription, Wanted
from include.platform.errors import UsageError
from include.platform.settings import Settings
from include.stage7_outputs.mail.outbox import MailServer, Sent, put
from tests.conftest import make_settings
from tests.feedback.smtp_server import Inbox, smtp_server

HEADER = "page,language,country,email,format"
NIGHT = datetime(2026, 2, 20, 3, 15, tzinfo=UTC)
#: As Superset's pages are: tiles that show something, a bar that is not printed; ``{tile}`` is a tile's inside.
PAGE = """<!doctype html><meta charset="utf-8"><style>@media print {{ .bar {{ display: none }} }}</style>
<div class="bar" style="height: 500px">filters</div>
<div class="dashboard-component-chart-holder" style="height: 1500px"><div class="slice_container">{tile}</div></div>"""


def _listed(folder: Path, *rows: str, header: str = HEADER) -> Path:
    (folder / "page_subscriptions.csv").write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return folder


def test_a_list_is_read_as_the_office_saves_it(tmp_path: Path) -> None:
    assert subscriptions.read(tmp_path / "none") == subscriptions.read(tmp_path) == []
    ana = "programme,es,pe,ana@example.org,pdf"
    _listed(tmp_path, ana, "green-jobs,en,programme,bob@example.org,png", ana.replace("ana@", "ANA@"), ",,,,")
    first, second = subscriptions.read(tmp_path)
    assert first == Subscription(Wanted("programme", "es", "PE", "pdf"), "ana@example.org", 2)
    assert second.wanted == Wanted("green-jobs", "en", "programme", "png")
    book = openpyxl.Workbook()
    for row in (HEADER.split(","), ana.split(",")):
        book.active.append(row)
    (tmp_path / "page_subscriptions.csv").unlink()
    book.save(tmp_path / "Page_subscriptions.xlsx")
    assert subscriptions.read(tmp_path) == [first]
    _listed(tmp_path, ana)
    with pytest.raises(UsageError, match="keep the one that holds"):
        subscriptions.read(tmp_path)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("sales,es,PE,ana@example.org,pdf", "row 2, page: there is no 'sales'; enter one of programme, "),
        ("programme,fr,PE,ana@example.org,pdf", "row 2, language: there is no 'fr'; enter one of es, pt, en."),
        ("programme,es,PE,ana@example.org,docx", "row 2, format: there is no 'docx'; enter one of pdf, png."),
        ("programme,es,,ana@example.org,pdf", "row 2, country: '' is neither a country's two letters"),
        ("programme,es,Peru,ana@example.org,pdf", "row 2, country: 'Peru' is neither"),
        ("programme,es,PE,ana at example.org,pdf", "row 2, email: that is not one e-mail address"),
        ("programme,es,PE,ana@example.org;bob@example.org,pdf", "row 2, email: that is not one"),
        ("programme,es,PE,ana@example.org,pdf,x", "row 2: there are more values than columns"),
        ('programme,es,PE,"ana@example.org,pdf', "row 2: it is not written as CSV is"),
    ],
)
def test_what_cannot_be_meant_ends_with_two_and_a_sentence(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(UsageError, match=r"^page_subscriptions\.csv, ") as refused:
        subscriptions.read(_listed(tmp_path, row))
    sentence = str(refused.value)
    assert said in sentence and "\n" not in sentence and refused.value.exit_status == 2
    assert "example.org" not in sentence.replace("such as ana@example.org", "")


def test_a_header_that_lacks_a_column_and_a_country_without_a_login_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="row 1: the columns have to be page, language, country, email, format"):
        subscriptions.read(_listed(tmp_path, "programme,es,PE,pdf", header="page,language,country,format"))
    listed = [
        Subscription(Wanted("programme", "es", country, "pdf"), "a@example.org", row)
        for row, country in enumerate(("programme", "PE", "CO"), 2)
    ]
    assert subscriptions.reads_as(listed[:2], {"PE": "bi_pe"}) == {"programme": "bi_reader", "PE": "bi_pe"}
    with pytest.raises(UsageError, match="row 4, country: no login reads 'CO'; make grant-country COUNTRY=CO"):
        subscriptions.reads_as(listed, {"PE": "bi_pe"})


def test_it_is_off_without_a_list_and_without_a_server(settings: Settings, tmp_path: Path) -> None:
    said: list[str] = []
    off = make_settings(tmp_path / "never")
    assert run.send_pages(off, said.append) == sending.Done() and not off.state.exists()
    assert "Nobody subscribed" in said[0]
    (tmp_path / "registry").mkdir()
    listed = Settings(settings.state, settings.inbox, _listed(tmp_path / "registry", "programme,es,PE,a@b.org,pdf"))
    assert run.send_pages(listed, said.append) == sending.Done()
    assert "There is no mail server" in said[1] and not list(settings.outbox.glob("page_*"))


def _subscribed(*addresses: str, wanted: Wanted) -> list[Subscription]:
    return [Subscription(wanted, address, row) for row, address in enumerate(addresses, 2)]


def _sent(settings: Settings, inbox: Inbox, listed: list[Subscription], draw: Draw) -> tuple[list[str], Sent]:
    due = sending.due(settings, listed, NIGHT)
    failed = sending.compose_all(settings, due, NIGHT, draw, still=lambda: NIGHT)
    server = MailServer("127.0.0.1", inbox.port, use_ssl=False, sender="office@example.org", timeout=10)
    return failed, sending.send(settings, server)


def _parsed(inbox: Inbox) -> dict[str, EmailMessage]:
    parsed = {}
    for _, (to,), data in inbox.messages:
        message = message_from_bytes(data, policy=SMTP)
        assert isinstance(message, EmailMessage) and message["To"] == to
        parsed[to] = message
    return parsed


def test_one_page_or_address_that_fails_stops_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    settings = make_settings(tmp_path)
    peru, broken = Wanted("programme", "es", "PE", "pdf"), Wanted("green-jobs", "en", "programme", "png")
    listed = [
        *_subscribed("ana@example.org", "gone@example.org", "late@example.org", wanted=peru),
        *_subscribed("bob@example.org", wanted=broken),
    ]
    drawn_pages: list[Wanted] = []

    def draw(wanted: Wanted) -> bytes:
        drawn_pages.append(wanted)
        if wanted == broken:
            raise TimeoutError("not shown")
        return b"%PDF-" + str(wanted).encode()

    put(settings, "PE-01-0001.eml", b"To: partner@example.org\r\nSubject: another\r\n\r\n")
    with smtp_server(refuses={"gone@example.org": 550, "late@example.org": 450}) as inbox:
        failed, mail = _sent(settings, inbox, listed, draw)
        assert mail == Sent(sent=1, refused=1, waiting=1) and [*_parsed(inbox)] == ["ana@example.org"]
        assert len(failed) == 1 and failed[0].startswith("green-jobs-en_programme.png was not drawn (TimeoutError")
        assert not sending.Done(mail, 0, failed).is_well
        inbox.refuses.clear()
        failed, mail = _sent(settings, inbox, listed, draw)  # what has gone does not go again, what waited does
        assert mail == Sent(sent=1) and len(failed) == 1 and drawn_pages == [broken, peru, broken]
    message = _parsed(inbox)["ana@example.org"]
    assert message["From"] == "office@example.org" and message["Content-Language"] == "es"
    text = message.get_body().get_content()  # type: ignore[union-attr]
    assert "lo que ve quien lee por PE" in text and "19" in text and "2026" in text
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "programme-es_PE.pdf" and attached.get_content() == b"%PDF-programme-es_PE.pdf"
    assert (settings.outbox / "PE-01-0001.eml").exists(), "what partners are told waits for its own turn"
    names = " ".join(path.name for path in settings.outbox.rglob("*"))
    assert caplog.text and not re.search(r"@|ana|gone\b|late\b", caplog.text + names.replace("programme", ""))


def test_a_page_drawn_during_a_switch_is_not_sent_and_old_ones_are_forgotten(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, retention_days=1)
    listed = _subscribed("ana@example.org", wanted=Wanted("programme", "pt", "programme", "pdf"))
    later = NIGHT + timedelta(days=1)
    (said,) = sending.compose_all(settings, listed, NIGHT, lambda _: b"%PDF", still=lambda: later)
    assert "while a night was published" in said and not settings.outbox.exists()
    (said,) = sending.compose_all(settings, listed, NIGHT, lambda _: bytes(16 * 1024**2), still=lambda: NIGHT)
    assert "too many for an e-mail" in said and not settings.outbox.exists()
    with smtp_server() as inbox:
        assert _sent(settings, inbox, listed, lambda _: b"%PDF") == ([], Sent(sent=1))
        (gone,) = (settings.outbox / "sent").iterdir()
        os.utime(gone, (0, 0))
        assert sending.due(settings, listed, NIGHT) == [] and sending.due(settings, listed, later) == listed
        assert _sent(settings, inbox, [], lambda _: b"%PDF") == ([], Sent())
    assert not gone.exists()


@pytest.mark.skipif(chromium.executable() is None, reason="Chromium is not installed: apt-get install chromium")
def test_a_page_arrives_as_a_browser_prints_it(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE.format(tile="Empleos verdes"), encoding="utf-8")
    listed = [
        *_subscribed("ana@example.org", wanted=Wanted("programme", "es", "PE", "pdf")),
        *_subscribed("bob@example.org", wanted=Wanted("programme", "es", "PE", "png")),
    ]
    with smtp_server() as inbox:
        sent = _sent(make_settings(tmp_path), inbox, listed, lambda wanted: drawn(page.as_uri(), wanted.format, {}))
    assert sent == ([], Sent(sent=2))
    pdf, png = (next(one.iter_attachments()).get_content() for one in _parsed(inbox).values())
    assert pdf.startswith(b"%PDF-") and len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1, "one sheet"
    (height,) = {float(found) for found in re.findall(rb"/MediaBox \[0 0 960 ([\d.]+)\]", pdf)}
    assert 1500 * 72 / 96 <= height < 1700 * 72 / 96, "without the filters"
    assert png.startswith(b"\x89PNG") and int.from_bytes(png[20:24], "big") < 1700
    page.write_text(PAGE.format(tile='<div class="ant-alert-error">no answer</div>'), encoding="utf-8")
    with pytest.raises(Exception, match="1 of its tiles show an error"):
        drawn(page.as_uri(), "pdf", {})
