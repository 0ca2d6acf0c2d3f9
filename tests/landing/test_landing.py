"""What a night takes from the inbox, and what it leaves alone."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import fsspec
import pytest
import sqlalchemy as sa

from include.platform.nights import open_night
from include.platform.tables import inbox_file, submission
from include.stage2_landing.inbox import Inbox, Listing
from include.stage2_landing.land import Landing, land
from tests.landing.conftest import deliveries, put, take
from tests.landing.sftp_server import PASSWORD, USER, SftpServer


def test_deliveries_come_in_the_order_of_modification_then_name(ledger: sa.Engine, inbox: Path) -> None:
    put(inbox, "b.xlsx", b"2", 2000)
    put(inbox, "a.xlsx", b"3", 2000)
    put(inbox, "z.xlsx", b"1", 1000)
    assert take(ledger, inbox) == Landing(seen=3, taken=3, left_for_later=0)
    assert deliveries(ledger) == [
        ("PE-01-0001", "z.xlsx", "first"),
        ("PE-01-0002", "a.xlsx", "first"),
        ("PE-01-0003", "b.xlsx", "first"),
    ]


def test_the_archive_holds_the_bytes_and_the_inbox_is_untouched(ledger: sa.Engine, inbox: Path) -> None:
    path = put(inbox, "a.XLSX", b"bytes", 1000)
    before = path.stat()
    take(ledger, inbox)
    after = path.stat()
    assert (after.st_ctime_ns, after.st_mtime_ns, after.st_mode) == (
        before.st_ctime_ns,
        before.st_mtime_ns,
        before.st_mode,
    )
    with ledger.connect() as connection:
        row = connection.execute(sa.select(submission)).one()
    assert (inbox.parent / "archive" / row.archive_path).read_bytes() == b"bytes"
    assert (row.size_bytes, row.received_on, row.status) == (5, date(2025, 3, 1), "landed")


def test_a_second_night_takes_nothing_twice(ledger: sa.Engine, inbox: Path) -> None:
    put(inbox, "a.xlsx", b"1", 1000)
    take(ledger, inbox)
    assert take(ledger, inbox, "second").taken == 0
    put(inbox, "a.xlsx", b"1", 3000)  # touched, and the same bytes
    assert take(ledger, inbox, "third").taken == 0
    assert deliveries(ledger) == [("PE-01-0001", "a.xlsx", "first")]


def test_new_bytes_at_a_known_path_and_known_bytes_at_a_new_path_are_deliveries(ledger: sa.Engine, inbox: Path) -> None:
    put(inbox, "a.xlsx", b"1", 1000)
    take(ledger, inbox)
    put(inbox, "a.xlsx", b"2", 1000)  # its modification time says nothing
    put(inbox, "copy.xlsx", b"1", 500)  # older, and yet seen later
    assert take(ledger, inbox, "second").taken == 2
    assert [row[1:] for row in deliveries(ledger)] == [
        ("a.xlsx", "first"),
        ("copy.xlsx", "second"),
        ("a.xlsx", "second"),
    ]


def test_files_still_being_written_are_ignored_until_renamed(ledger: sa.Engine, inbox: Path) -> None:
    for name in (".hidden.xlsx", "~$lock.xlsx", "a.xlsx.part", "b.TMP"):
        put(inbox, name, b"1", 1000)
    assert take(ledger, inbox).seen == 0
    (inbox / "PE-01" / "a.xlsx.part").rename(inbox / "PE-01" / "a.xlsx")
    assert take(ledger, inbox, "second").taken == 1


def test_links_pipes_and_folders_are_no_deliveries(ledger: sa.Engine, inbox: Path) -> None:
    secret = inbox.parent / "secret"
    secret.write_bytes(b"1")
    (inbox / "PE-01" / "link.xlsx").symlink_to(secret)
    os.mkfifo(inbox / "PE-01" / "pipe.xlsx")
    (inbox / "PE-01" / "folder.xlsx").mkdir()
    (inbox / "loose.xlsx").write_bytes(b"1")
    assert take(ledger, inbox).seen == 0


def test_a_file_that_changes_while_it_is_copied_is_left(
    ledger: sa.Engine, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(inbox, "a.xlsx", b"1" * 10, 1000)
    look = Inbox.look

    def look_then_a_write(self: Inbox) -> Listing:
        seen = look(self)
        with path.open("ab") as file:
            file.write(b"more")
        return seen

    monkeypatch.setattr(Inbox, "look", look_then_a_write)
    assert take(ledger, inbox) == Landing(seen=1, taken=0, left_for_later=1)
    monkeypatch.undo()
    assert take(ledger, inbox, "second").taken == 1
    with ledger.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(inbox_file)).scalar_one() == 1


def test_a_missing_inbox_is_not_a_quiet_night(ledger: sa.Engine, inbox: Path) -> None:
    with pytest.raises(FileNotFoundError, match="set INBOX"):
        take(ledger, inbox / "nowhere")


def test_an_inbox_on_an_object_store(ledger: sa.Engine, tmp_path: Path) -> None:
    store = fsspec.filesystem("memory")
    store.pipe("/partners/PE-01/a.xlsx", b"1")
    open_night(ledger, "first", date(2025, 3, 1), "memory://partners", "registry")
    assert land(ledger, tmp_path / "archive", "first").taken == 1
    assert land(ledger, tmp_path / "archive", "first").taken == 0
    store.rm("/partners", recursive=True)


def test_an_inbox_on_an_sftp_server(ledger: sa.Engine, inbox: Path, partners: SftpServer, tmp_path: Path) -> None:
    """Reading changes the time of access there, which is no sign of other bytes."""
    put(inbox, "a.xlsx", b"12345", 1000)
    put(inbox, "b.xlsx.part", b"1", 1000)
    (inbox / "PE-01" / "link.xlsx").symlink_to(inbox / "PE-01" / "a.xlsx")
    open_night(ledger, "first", date(2025, 3, 1), partners.url("inbox"), "registry")
    assert land(ledger, tmp_path / "archive", "first") == Landing(seen=1, taken=1, left_for_later=0)
    assert partners.opened == ["a.xlsx"]
    with ledger.connect() as connection:
        row = connection.execute(sa.select(submission)).one()
    assert (tmp_path / "archive" / row.archive_path).read_bytes() == b"12345"
    assert row.modified_at.timestamp() == 1000
    assert land(ledger, tmp_path / "archive", "first") == Landing(seen=1, taken=0, left_for_later=0)
    assert partners.opened == ["a.xlsx"], "what is known is not read again"


def test_a_file_that_changes_on_an_sftp_server_is_left(
    ledger: sa.Engine, inbox: Path, partners: SftpServer, tmp_path: Path
) -> None:
    put(inbox, "a.xlsx", b"1" * 10, 1000)
    partners.before_opening = lambda path: put(inbox, path.name, b"1" * 20, 1001) and None
    open_night(ledger, "first", date(2025, 3, 1), partners.url("inbox"), "registry")
    assert land(ledger, tmp_path / "archive", "first") == Landing(seen=1, taken=0, left_for_later=1)
    partners.before_opening = lambda path: None
    assert land(ledger, tmp_path / "archive", "first").taken == 1


def test_no_inbox_on_an_sftp_server(ledger: sa.Engine, partners: SftpServer, tmp_path: Path) -> None:
    open_night(
        ledger, "first", date(2025, 3, 1), partners.url("nowhere").replace("//", f"//{USER}:{PASSWORD}@"), "registry"
    )
    with pytest.raises(FileNotFoundError, match="set INBOX") as raised:
        land(ledger, tmp_path / "archive", "first")
    assert PASSWORD not in str(raised.value)
