"""Names nobody thought of, and files and folders at fault: the others are taken, and what was left is named."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fsspec
import pytest
import sqlalchemy as sa
from fsspec.implementations.local import LocalFileSystem

from include.platform import causes
from include.platform.causes import InboxUnreadable
from include.platform.settings import Settings
from include.platform.tables import inbox_file, inbox_stray, projects, submission
from include.stage2_landing import land as landing
from include.stage2_landing import manifest, store
from include.stage2_landing.land import Landing
from include.stage3_reading.batches import read_batch
from include.stage3_reading.plan import plan_batches
from include.stage7_outputs.answers.write import write_feedback
from tests.landing.conftest import deliveries, put, take, warnings
from tests.landing.sftp_server import SftpServer

ACCENTED = "PE-23 Proyecto Café"
DECOMPOSED = "PE-23 Proyecto Cafe\u0301"
LATIN = os.fsdecode(ACCENTED.encode("latin-1"))


@pytest.fixture
def odd(inbox: Path) -> dict[tuple[str, str], str]:
    """(folder, name) of odd files in the inbox -> name as it reads."""
    names = {
        ("PE-01", os.fsdecode(b"Informe se\xf1al.xlsx")): r"Informe se\xf1al.xlsx",
        ("PE-01", r"Informe se\xf1al.xlsx"): r"Informe se\xf1al.xlsx",
        ("PE-01", "a." + "b" * 226): "a." + "b" * 226,
        ("PE-01", "x" * 250 + ".xlsx"): "x" * 250 + ".xlsx",
        ("PE-01", os.fsdecode(b"\xff" * 255)): r"\xff" * 255,
        ("PE-01", "no extension"): "no extension",
        ("PE-01", "line\nbreak [1]*?.zip"): "line\nbreak [1]*?.zip",
        ("PE-01", "nota.json"): "nota.json",
        (ACCENTED, "uno.xlsx"): "uno.xlsx",
        (DECOMPOSED, "uno.xlsx"): "uno.xlsx",
        (LATIN, "uno.xlsx"): "uno.xlsx",
        (os.fsdecode(b"\xfe" * 200), "uno.xlsx"): "uno.xlsx",
        ("a'b\"c;--", "uno.xlsx"): "uno.xlsx",
    }
    for number, (folder, name) in enumerate(names):
        put(inbox, name, str(number).encode(), 1000 + number, folder)
    return names


def test_no_name_stops_the_night(
    ledger: sa.Engine, inbox: Path, odd: dict[tuple[str, str], str], warehouse: Settings
) -> None:
    """Taken, archived byte for byte, read, and answered; the next night knows each of them."""
    archive = warehouse.archive
    assert take(ledger, inbox, archive=archive) == Landing(seen=len(odd), taken=len(odd), left_for_later=0)
    with ledger.connect() as connection:
        rows = connection.execute(sa.select(submission)).all()
    assert sorted(row.file_name for row in rows) == sorted(odd.values())
    assert {row.project_code for row in rows if "Caf" in row.project_code} == {
        ACCENTED,
        DECOMPOSED,
        r"PE-23 Proyecto Caf\xe9",
    }
    assert len({row.submission_id for row in rows}) == len({row.inbox_path for row in rows}) == len(odd)
    assert sorted(int((archive / row.archive_path).read_bytes()) for row in rows) == list(range(len(odd)))
    assert take(ledger, inbox, "second", archive) == Landing(seen=len(odd), taken=0, left_for_later=0)

    for batch in plan_batches(ledger):
        read_batch(warehouse, batch)
    with ledger.begin() as connection:
        refused = connection.execute(sa.text("select count(*) from raw.reading_finding where rule = 'F01'")).scalar()
        connection.execute(sa.text("update ops.submission set status = 'returned'"))
    assert refused == len(odd)
    written = write_feedback(warehouse, processes=1)
    assert (written.receipts, written.failed) == (len(odd), ())
    assert len(list(warehouse.feedback.glob("*/*_receipt.json"))) == len(odd), "none has another's place"


def test_no_name_on_an_sftp_server_stops_the_night(
    ledger: sa.Engine, odd: dict[tuple[str, str], str], partners: SftpServer, tmp_path: Path
) -> None:
    taken = take(ledger, partners.url("inbox"), archive=tmp_path / "archive")
    assert taken == Landing(seen=len(odd), taken=len(odd), left_for_later=0), warnings(ledger)
    assert sorted(name for _, name, _ in deliveries(ledger)) == sorted(odd.values())


def _fails(number: int) -> OSError:
    return OSError(number, os.strerror(number))


class Faulty(LocalFileSystem):
    """A disk with bad places: ``faults`` says what fails, by method and the end of a path."""

    protocol = "faulty"
    cachable = False
    faults: dict[tuple[str, str], Callable[[], BaseException]] = {}  # noqa: RUF012 - each test sets its own

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        return LocalFileSystem._strip_protocol(str(os.fspath(path)).removeprefix("faulty://"))

    def _meet(self, method: str, path: object) -> None:
        for (of, end), fault in self.faults.items():
            if of == method and os.fspath(path).endswith(end):  # type: ignore[call-overload]
                raise fault()

    def ls(self, path: str, detail: bool = False, **options: Any) -> Any:
        self._meet("ls", path)
        return super().ls(path, detail, **options)

    def info(self, path: Any, **options: Any) -> Any:
        self._meet("info", path)
        return super().info(path, **options)

    def modified(self, path: str) -> Any:
        self._meet("modified", path)
        return super().modified(path)

    def _open(self, path: str, *arguments: Any, **options: Any) -> Any:
        self._meet("open", path)
        return super()._open(path, *arguments, **options)


@pytest.fixture
def faulty(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The inbox on that disk."""
    fsspec.register_implementation("faulty", Faulty, clobber=True)
    monkeypatch.setattr(Faulty, "faults", {})
    return f"faulty://{inbox}"


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.EACCES, errno.ENOENT])
@pytest.mark.parametrize("method", ["info", "modified", "open"])
def test_a_file_at_fault_is_left_and_named(
    ledger: sa.Engine, inbox: Path, faulty: str, method: str, number: int
) -> None:
    for name in ("a.xlsx", "bad.xlsx", "c.xlsx"):
        put(inbox, name, name.encode(), 1000)
    put(inbox, "d.xlsx", b"4", 1000, "PE-02")
    Faulty.faults = {(method, "bad.xlsx"): lambda: _fails(number)}
    archive = inbox.parent / "archive"
    take(ledger, faulty, archive=archive)
    assert [name for _, name, _ in deliveries(ledger)] == ["a.xlsx", "c.xlsx", "d.xlsx"]
    if (method, number) != ("info", errno.ENOENT):  # gone before it could be listed: nothing is missed
        assert os.strerror(number) in warnings(ledger)["PE-01/bad.xlsx"]
        assert "bad" not in warnings(ledger)["PE-01/bad.xlsx"]
    Faulty.faults = {}
    take(ledger, faulty, "second", archive)
    assert [row for row in deliveries(ledger) if row[2] == "second"] == [("PE-01-0003", "bad.xlsx", "second")]


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.EACCES, errno.ENOENT])
def test_a_folder_at_fault_is_left_and_named(ledger: sa.Engine, inbox: Path, faulty: str, number: int) -> None:
    put(inbox, "a.xlsx", b"1", 1000)
    put(inbox, "b.xlsx", b"2", 1000, "PE-02")
    Faulty.faults = {("ls", "/PE-01"): lambda: _fails(number)}
    archive = inbox.parent / "archive"
    assert take(ledger, faulty, archive=archive) == Landing(seen=1, taken=1, left_for_later=1)
    assert os.strerror(number) in warnings(ledger)["PE-01"]
    Faulty.faults = {}
    assert take(ledger, faulty, "second", archive).taken == 1


@pytest.mark.parametrize("fault", [lambda: _fails(errno.EIO), lambda: _fails(errno.EACCES), EOFError, RuntimeError])
def test_an_inbox_that_cannot_be_listed_is_tried_again(
    ledger: sa.Engine, inbox: Path, faulty: str, fault: Callable[[], BaseException]
) -> None:
    put(inbox, "a.xlsx", b"1", 1000)
    Faulty.faults = {("ls", "/inbox"): fault}
    with pytest.raises(InboxUnreadable) as raised:
        take(ledger, faulty, archive=inbox.parent / "archive")
    assert causes.is_passing(raised.value)
    assert "database" not in causes.in_words(raised.value)
    assert deliveries(ledger) == []


def test_a_full_archive_is_no_fault_of_a_file(ledger: sa.Engine, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(inbox, "a.xlsx", b"1", 1000)

    def fsync(descriptor: int) -> None:
        raise _fails(errno.ENOSPC)

    monkeypatch.setattr("include.stage2_landing.archive.os.fsync", fsync)
    with pytest.raises(OSError, match="No space left"):
        take(ledger, inbox)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_rights_that_are_missing(ledger: sa.Engine, inbox: Path) -> None:
    put(inbox, "a.xlsx", b"1", 1000).chmod(0)
    put(inbox, "b.xlsx", b"2", 1000, "PE-02")
    put(inbox, "c.xlsx", b"3", 1000, "PE-03").parent.chmod(0)
    try:
        assert take(ledger, inbox) == Landing(seen=2, taken=1, left_for_later=2)
    finally:
        (inbox / "PE-03").chmod(0o755)
    assert warnings(ledger).keys() >= {"PE-01/a.xlsx", "PE-03"}


def test_many_faults_are_few_lines(ledger: sa.Engine, inbox: Path, faulty: str) -> None:
    for number in range(30):
        put(inbox, f"{number}.xlsx", b"1", 1000)
    Faulty.faults = {("open", ".xlsx"): lambda: _fails(errno.EIO)}
    assert take(ledger, faulty, archive=inbox.parent / "archive").left_for_later == 30
    told = warnings(ledger)
    assert len([subject for subject in told if subject and subject.endswith(".xlsx")]) == landing.NAMED_FAULTS
    assert told["PE-01"].count("10 more files") == 1


def test_a_connection_that_drops_at_one_file_costs_that_file(
    ledger: sa.Engine, inbox: Path, partners: SftpServer, tmp_path: Path
) -> None:
    for number, name in enumerate(("a.xlsx", "cursed.xlsx", "z.xlsx")):
        put(inbox, name, name.encode(), 1000 + number)

    def drop(path: Path) -> None:
        if path.name == "cursed.xlsx":
            partners.drop()

    partners.before_opening = drop
    archive = tmp_path / "archive"
    assert take(ledger, partners.url("inbox"), archive=archive) == Landing(seen=3, taken=2, left_for_later=1)
    assert [name for _, name, _ in deliveries(ledger)] == ["a.xlsx", "z.xlsx"]
    assert "PE-01/cursed.xlsx" in warnings(ledger)
    partners.before_opening = lambda path: None
    assert take(ledger, partners.url("inbox"), "second", archive).taken == 1


def test_a_server_that_stalls_at_one_file_costs_that_file(
    ledger: sa.Engine, inbox: Path, partners: SftpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(("a.xlsx", "cursed.xlsx", "z.xlsx")):
        put(inbox, name, name.encode(), 1000 + number)
    released = threading.Event()
    partners.before_opening = lambda path: None if path.name != "cursed.xlsx" else released.wait() and None
    monkeypatch.setattr(store, "STALLED_SECONDS", 2.0)
    try:
        taken = take(ledger, partners.url("inbox"), archive=tmp_path / "archive")
    finally:
        released.set()
    assert taken == Landing(seen=3, taken=2, left_for_later=1)
    assert "PE-01/cursed.xlsx" in warnings(ledger)


def test_a_server_that_is_gone_is_tried_again(ledger: sa.Engine, partners: SftpServer, tmp_path: Path) -> None:
    gone = partners.url("inbox").replace(str(partners.port), "1")
    with pytest.raises(InboxUnreadable):
        take(ledger, gone, archive=tmp_path / "archive")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> int:
    """A limit that tests can reach."""
    monkeypatch.setenv("READING_MAX_FILE_BYTES", "1000000")
    return 1_000_000


def test_a_file_that_is_too_large_is_returned_and_not_kept(
    ledger: sa.Engine, inbox: Path, warehouse: Settings, small: int
) -> None:
    """A sparse file of 3 GB costs neither disk nor time."""
    path = put(inbox, "huge.xlsx", b"PK", 1000)
    os.truncate(path, 3 << 30)
    os.utime(path, (1000, 1000))
    put(inbox, "good.xlsx", b"1" * small, 1001)
    put(inbox, "video.mp4", b"1" * (small + 1), 1002)
    assert take(ledger, inbox, archive=warehouse.archive).taken == 3
    with ledger.connect() as connection:
        huge, good, _ = connection.execute(sa.select(submission).order_by("delivery_number")).all()
    assert (huge.archive_path, huge.size_bytes) == ("", 3 << 30)
    assert (warehouse.archive / good.archive_path).stat().st_size == small
    assert manifest.read(warehouse.archive).faults == []
    for batch in plan_batches(ledger):
        read_batch(warehouse, batch)
    with ledger.connect() as connection:
        found = connection.execute(sa.text("select submission_id, rule from raw.reading_finding order by 1"))
        assert found.tuples().all() == [("PE-01-0001", "F02"), ("PE-01-0002", "F01"), ("PE-01-0003", "F01")]
    assert take(ledger, inbox, "second", warehouse.archive).taken == 0
    os.utime(path, (2000, 2000))
    assert take(ledger, inbox, "third", warehouse.archive).taken == 0, "touched, and the same bytes"
    os.truncate(path, (3 << 30) + 1)
    assert take(ledger, inbox, "fourth", warehouse.archive).taken == 1


def test_a_file_that_grows_beyond_the_limit_fills_no_disk(
    ledger: sa.Engine, inbox: Path, small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store's word on the size is not trusted."""
    path = put(inbox, "grows.xlsx", b"1", 1000)
    written: list[int] = []
    fsync = os.fsync

    def measured(descriptor: int) -> None:
        written.append(os.fstat(descriptor).st_size)
        fsync(descriptor)

    def grow(self: LocalFileSystem, *arguments: Any, **options: Any) -> Any:
        os.truncate(path, 1 << 30)
        return opened(self, *arguments, **options)

    opened = LocalFileSystem._open
    monkeypatch.setattr(LocalFileSystem, "_open", grow)
    monkeypatch.setattr("include.stage2_landing.archive.os.fsync", measured)
    assert take(ledger, inbox) == Landing(seen=1, taken=0, left_for_later=1)
    assert max(written) <= small
    assert "changed" in warnings(ledger)["PE-01/grows.xlsx"]


def test_strays_are_listed_and_told_in_one_line(ledger: sa.Engine, inbox: Path) -> None:
    put(inbox, "a.xlsx", b"1", 1000)
    put(inbox, "b.xlsx", b"1", 1000, "Recibidos")
    (inbox / "loose.xlsx").write_bytes(b"1")
    (inbox / ".DS_Store").write_bytes(b"1")
    (inbox / "PE-01" / "2024").mkdir()
    (inbox / "PE-01" / "2024" / "deep.xlsx").write_bytes(b"1")
    (inbox / "PE-01" / "link.xlsx").symlink_to("/etc/hostname")
    with ledger.begin() as connection:
        connection.execute(sa.delete(projects))
        connection.execute(
            sa.text(
                "insert into registry.projects (project_code, title, country, pillar, lead_institution, start_date,"
                " end_date, grant_eur) values ('PE-01', 't', 'PE', 'p', 'i', '2023-01-01', '2026-12-31', 1)"
            )
        )
    try:
        assert take(ledger, inbox).taken == 2, "a folder of nobody is taken all the same"
        (inbox / "loose.xlsx").unlink()
        take(ledger, inbox, "second")
    finally:
        with ledger.begin() as connection:
            connection.execute(sa.delete(projects))
    with ledger.connect() as connection:
        strays = {row.inbox_path: row for row in connection.execute(sa.select(inbox_stray))}
    assert {path: row.kind for path, row in strays.items()} == {
        "loose.xlsx": "root_file",
        "PE-01/2024": "nested_folder",
        "PE-01/link.xlsx": "no_file",
        "Recibidos": "unknown_project",
    }
    assert {row.first_night_id for row in strays.values()} == {"first"}
    assert strays["loose.xlsx"].last_night_id == "first" and strays["PE-01/2024"].last_night_id == "second"
    for night_id, files in (("first", "1 files beside"), ("second", "1 folders in a project's folder")):
        ((subject, said),) = warnings(ledger, night_id).items()
        assert files in said and "ops.inbox_stray" in said and "Recibidos" in (subject or "")


def test_an_inbox_one_level_too_high_is_noticed(ledger: sa.Engine, inbox: Path) -> None:
    put(inbox, "a.xlsx", b"1", 1000)
    assert take(ledger, inbox.parent) == Landing(seen=0, taken=0, left_for_later=0)
    assert "one level too high" in warnings(ledger)[str(inbox.parent)]
    take(ledger, inbox, "second")
    assert not [said for said in warnings(ledger, "second").values() if "too high" in said]


def test_a_name_forges_no_line_of_the_night(ledger: sa.Engine, inbox: Path, faulty: str) -> None:
    put(inbox, "a\nThe night failed\u202e.xlsx", b"1", 1000)
    (inbox / "loose\nThe night failed").write_bytes(b"1")
    Faulty.faults = {("open", ".xlsx"): lambda: _fails(errno.EIO)}
    take(ledger, faulty, archive=inbox.parent / "archive")
    told = warnings(ledger)
    assert r"PE-01/a\u000aThe night failed\u202e.xlsx" in told
    assert not [subject for subject in told if subject and ("\n" in subject or "\u202e" in subject)]


def test_two_names_that_read_alike_are_two_files(ledger: sa.Engine, inbox: Path) -> None:
    put(inbox, os.fsdecode(b"a\xe9.xlsx"), b"1", 1000)
    put(inbox, r"a\xe9.xlsx", b"2", 1001)
    assert take(ledger, inbox).taken == 2
    with ledger.connect() as connection:
        assert len(connection.execute(sa.select(inbox_file)).all()) == 2
    put(inbox, os.fsdecode(b"a\xe9.xlsx"), b"3", 1000)
    assert take(ledger, inbox, "second").taken == 1
