"""Who is written to about a project: never somebody whom one cover alone names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.platform.errors import UsageError
from include.platform.settings import Settings
from include.stage7_outputs.answers import write
from include.stage7_outputs.mail.contacts import Naming, Notice, confirm_contact, contact_of, decide
from include.stage7_outputs.reader import Reader
from tests.conftest import make_settings

READER = Reader.of("es", "PE", None)
OLD, NEW = "ana@example.org", "eva@example.net"


def named(number: int, *addresses: str, day: int | None = None, accepted: bool = True) -> Naming:
    """A delivery a day, unless they come on the same one."""
    received_on = date(2025, 1, 1) + timedelta(days=day or number)
    return Naming(f"PE-01-{number:04}", number, received_on, accepted, addresses, READER)


@pytest.mark.parametrize(
    ("namings", "contact"),
    [
        ([], ()),
        ([named(1)], ()),
        ([named(1, OLD, accepted=False)], (OLD,)),  # the first is believed
        ([named(1, OLD), named(2, NEW)], (OLD,)),
        ([named(1, OLD), named(2, NEW), named(3, NEW)], (NEW,)),
        ([named(1, OLD), named(2, NEW), named(3, NEW, accepted=False)], (OLD,)),
        ([named(1, OLD), named(2, NEW), named(3, NEW, day=2)], (OLD,)),  # both came on one day
        ([named(1, OLD), named(2, NEW), named(3), named(4, OLD), named(5, NEW.upper())], (NEW.upper(),)),
        ([named(1, OLD), named(2, OLD.upper())], (OLD,)),
        ([named(1, OLD), named(2, OLD, NEW), named(3, OLD, NEW)], (OLD, NEW)),
    ],
)
def test_a_new_address_is_the_contact_when_it_is_named_again(namings: list[Naming], contact: tuple[str, ...]) -> None:
    assert contact_of(namings).confirmed == contact


def test_the_office_has_the_last_word_until_the_project_says_otherwise_twice() -> None:
    before = [named(1, OLD), named(2, NEW), named(3, NEW)]
    assert contact_of(before, ("office@example.org", 3)).confirmed == ("office@example.org",)
    assert contact_of([*before, named(4, NEW)], ("office@example.org", 3)).confirmed == ("office@example.org",)
    assert contact_of([*before, named(4, NEW), named(5, NEW)], ("office@example.org", 3)).confirmed == (NEW,)


def test_an_answer_goes_to_those_of_the_contact_whom_the_delivery_names() -> None:
    contact = contact_of([named(1, OLD, "second@example.org")])
    assert contact.recipients((NEW, OLD)) == (OLD,)
    assert contact.recipients((NEW,)) == (OLD, "second@example.org")
    assert contact.recipients(()) == (OLD, "second@example.org")


@pytest.fixture
def connection(loader: sa.Engine) -> Iterator[sa.Connection]:
    """Two deliveries of a project, the second of which names somebody else, and one whose cover was not read."""
    with loader.connect() as connection, connection.begin() as transaction:
        connection.execute(
            sa.text("""
            insert into ops.submission
                (submission_id, project_code, delivery_number, period, inbox_path, file_name, sha256, size_bytes,
                 modified_at, archive_path, night_id, received_on, status, language)
            select
                'ZZ-09-000' || n, 'ZZ-09', n, '2025-S2', 'x', 'x', 'x', 1, now(), 'x', 'n',
                date '2026-02-01' + n, 'accepted', 'pt'
            from generate_series(1, 3) as n
            """)
        )
        for number, address in ((1, OLD), (2, NEW)):
            connection.execute(
                sa.text("insert into raw.cover (submission_id, row_numbers, contact_email) values (:id, '{}', :to)"),
                {"id": f"ZZ-09-000{number}", "to": address},
            )
        yield connection
        transaction.rollback()


def test_deliveries_of_the_ledger(connection: sa.Connection) -> None:
    recipients, contacts, notices = decide(connection, ["ZZ-09"], ["ZZ-09-0002", "ZZ-09-0003"])
    assert recipients == {"ZZ-09-0001": (OLD,), "ZZ-09-0002": (OLD,)}
    assert contacts == {"ZZ-09": (OLD,)}
    assert notices == [Notice("ZZ-09", Reader.of("pt", None, None), (NEW,), (OLD,))]
    assert decide(connection, ["ZZ-09"], ["ZZ-09-0001"])[2] == []  # what is not answered tonight was told before
    connection.execute(sa.text("insert into ops.contact values ('ZZ-09', :to, 3)"), {"to": NEW})
    assert decide(connection, ["ZZ-09"], [])[1] == {"ZZ-09": (NEW,)}


def test_a_contact_of_nobody_is_refused(settings: Settings) -> None:
    with pytest.raises(UsageError, match="PROJECT=ZZ-99"):
        confirm_contact(settings, "ZZ-99", OLD)
    for wrong in ("ana", f"{OLD}, {NEW}", ""):
        with pytest.raises(UsageError, match="EMAIL has to be one address"):
            confirm_contact(settings, "PE-01", wrong)


def test_both_get_word_once_and_the_new_one_no_detail(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    settings.outbox.mkdir()
    notice = Notice("PE-01", READER, (NEW,), (OLD,))
    for _ in range(2):
        write._write_notice(settings, notice)
    files = sorted(settings.outbox.iterdir())
    messages = {message["To"]: message for message in (message_from_bytes(f.read_bytes(), policy=SMTP) for f in files)}
    assert len(files) == 2 and messages.keys() == {OLD, NEW}
    assert messages[OLD]["Subject"] == messages[NEW]["Subject"] == "PE-01: se nombró otro contacto"
    to_old, to_new = (messages[to].get_content() for to in (OLD, NEW))  # type: ignore[attr-defined]
    assert NEW in to_old and "escriba a la oficina" in to_old
    assert OLD not in to_new and "no recibirá nada más" in to_new
    for file in files:
        (settings.outbox / "sent").mkdir(exist_ok=True)
        file.rename(settings.outbox / "sent" / file.name)
    write._write_notice(settings, notice)
    assert [path.name for path in settings.outbox.iterdir()] == ["sent"]
