"""Losing STATE, or the database alone, loses nothing."""

from __future__ import annotations

import dataclasses
import json
import shutil
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from include.dashboards import metadata, place
from include.nightly.in_process import run_night
from include.operations import kept_dashboards
from include.operations.backup import add_folder, backup, restore
from include.operations.erasing import one_at_a_time
from include.operations.rebuild import refill_ledger
from include.platform import country_offices, database, postgres, secrets
from include.platform.errors import PlatformError
from include.platform.settings import Settings, ensure_state
from include.stage6_publication.promote import KEPT
from tests.operations.conftest import rows_of
from tests.publication.clients import connected, rows

FIGURES = ("marts", "restricted")
#: Says when the nights were, and those of a rebuilt warehouse are others.
NIGHTS = ("marts.load_status",)


def test_a_backup_brings_everything_back(programme: Settings, elsewhere: Settings, saved: Path) -> None:
    assert saved.stat().st_mode & 0o077 == 0
    restore(elsewhere, saved)
    everything = (*FIGURES, "ops", "raw", "registry", "reference")
    before, after = rows_of(programme, *everything), rows_of(elsewhere, *everything)
    assert len(before["marts.kpi_headline"]) > 100
    assert after == before
    copies = [path.relative_to(programme.state) for path in programme.archive.rglob("*") if path.is_file()]
    assert len(copies) > 20
    assert all((elsewhere.state / copy).read_bytes() == (programme.state / copy).read_bytes() for copy in copies)
    # The night after goes on as if nothing had been: nothing is new, no figure changes.
    run_night(dataclasses.replace(elsewhere), "second")
    assert rows_of(elsewhere, *FIGURES, without=NIGHTS) == rows_of(programme, *FIGURES, without=NIGHTS)
    of_a_night = ("ops.night", "ops.night_report")
    assert rows_of(elsewhere, "ops", without=of_a_night) == rows_of(programme, "ops", without=of_a_night)


@pytest.fixture
def people_of_dashboards(programme: Settings) -> Iterator[None]:
    """Superset's database with what matters of its tables: who there is, and who looked at what."""
    metadata.prepare(programme)
    address = place.metadata_url(programme)
    with psycopg.connect(database.plain(address)) as connection:
        connection.execute("""
            create table ab_user (username varchar(64), password varchar(256), active boolean);
            insert into ab_user values ('admin', 'a', true), ('rosa', 'scrypt:32768', true), ('gone', 'c', false);
            create table logs (said text); insert into logs values ('rosa opened a page');
        """)
    yield
    for statement in (f'drop database "{address.database}"', f'drop role "{address.username}"'):
        with connected(programme, "administrator") as client:
            client.execute(statement)
    secrets.forget_password(programme, "superset")


@pytest.mark.usefixtures("people_of_dashboards")
def test_country_offices_and_people_read_again_or_are_named(
    programme: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    """Logins belong to the server: they come back with the passwords they had, where these are in the backup.

    So do the dashboards' people, and all of their database but who opened what page.
    """
    addresses = {login: country_offices.grant_country(programme, "PE", login) for login in ("bi_pe", "bi_lost")}
    secrets.forget_password(programme, "bi_lost")
    try:
        made = backup(programme, tmp_path / "with_offices.tar")
        done = restore(elsewhere, made)
        assert done.logins == ["bi_pe"]
        assert list(done.gone) == ["bi_lost"] and "grant-country COUNTRY=PE" in done.gone["bi_lost"]
        own = "select distinct country from marts.dim_project"
        assert rows(elsewhere, "bi_pe", own) == [("PE",)]
        assert secrets.password(elsewhere, "bi_pe") == addresses["bi_pe"].password
        assert done.of_dashboards == ["rosa"] and done.without_dashboards is None
        with psycopg.connect(database.plain(place.metadata_url(elsewhere))) as connection:
            known = connection.execute("select username, password, active from ab_user order by 1").fetchall()
            assert known == [("admin", "a", True), ("gone", "c", False), ("rosa", "scrypt:32768", True)]
            owners = "select distinct tableowner::text from pg_tables where schemaname = 'public'"
            assert connection.execute(owners).fetchall() == [("superset",)]
            assert connection.execute("select * from logs").fetchall() == []
        with tarfile.open(made) as tar:
            tar.extract("dashboards.dump", tmp_path, filter="data")
        with pytest.raises(PlatformError, match="There is a database superset with people of its own"):
            kept_dashboards.bring_back(elsewhere, tmp_path / "dashboards.dump")
    finally:
        for login in addresses:
            country_offices.revoke_country(programme, login)


def test_a_backup_is_made_without_dashboards_that_cannot_be_reached(
    programme: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "dashboards.dump"
    assert not kept_dashboards.dump(programme, file) and not caplog.text, "there never were any"
    monkeypatch.setenv("SUPERSET_DATABASE_URL", "postgresql://superset@127.0.0.1:1/superset")
    assert not kept_dashboards.dump(programme, file) and not file.exists()
    assert "The people of the dashboards are not in the backup. Superset's database cannot be reached" in caplog.text


def test_a_backup_meets_a_night_that_lands(programme: Settings, tmp_path: Path) -> None:
    """Files that vanish, grow or are not finished while it writes: those that are whole are in it."""
    folder = programme.archive / "XX-99"
    folder.mkdir()
    ends = threading.Event()

    def land() -> None:
        number = 0
        while not ends.is_set():
            number += 1
            arriving = folder / f".arriving-{number}"
            arriving.write_bytes(b"x" * 5000)
            (folder / "growing").write_bytes(b"x" * (number % 50 * 1000))
            arriving.unlink()
            shutil.rmtree(folder / "passing", ignore_errors=True)
            (folder / "passing").mkdir()
            (folder / "passing" / "a").touch()

    night = threading.Thread(target=land)
    night.start()
    try:
        file = tmp_path / "meanwhile.tar"
        with tarfile.open(file, "w") as tar:
            for _ in range(100):
                add_folder(tar, programme.archive, programme.state)
    finally:
        ends.set()
        night.join()
        shutil.rmtree(folder)
    with tarfile.open(file) as tar:
        names = set(tar.getnames())
    assert not any(".arriving-" in name for name in names)
    copies = {str(path.relative_to(programme.state)) for path in programme.archive.rglob("*") if path.is_file()}
    assert len(copies) > 20 and copies <= names


def test_nothing_is_overwritten(programme: Settings, saved: Path) -> None:
    with pytest.raises(PlatformError, match="is not empty"):
        restore(programme, saved)


def test_a_damaged_backup_is_refused(elsewhere: Settings, saved: Path, tmp_path: Path) -> None:
    content = bytearray(saved.read_bytes())
    with tarfile.open(saved) as tar:
        content[tar.getmember("warehouse.dump").offset_data + 5000] ^= 1
    damaged = tmp_path / "damaged.tar"
    damaged.write_bytes(content)
    with pytest.raises(PlatformError, match="is damaged"):
        restore(elsewhere, damaged)
    damaged.write_bytes(content[:300])
    with pytest.raises(PlatformError, match="not a whole backup"):
        restore(elsewhere, damaged)
    damaged.write_text("root:x:0:0:root:/root:/bin/bash\n" * 100)
    with pytest.raises(PlatformError, match="not a whole backup") as refused:
        restore(elsewhere, damaged)
    assert "\n" not in str(refused.value)


def test_a_backup_that_cannot_be_written_is_one_sentence(programme: Settings, saved: Path) -> None:
    with pytest.raises(PlatformError, match=r"No backup was written to .*: Not a directory"):
        backup(programme, saved / "folder" / "inside.tar")


def test_a_state_as_the_pipeline_makes_it_lets_backups_and_erasures_take_turns(elsewhere: Settings) -> None:
    """It may be passed through by other users, so no lock may lie in it."""
    ensure_state(elsewhere)
    assert elsewhere.state.stat().st_mode & 0o077
    with one_at_a_time(elsewhere):
        assert not [path for path in elsewhere.state.iterdir() if path.is_file()]


def _spoil(saved: Path, target: Path) -> str:
    """A copy of the backup with another byte in one archived file, whose name is returned."""
    content = bytearray(saved.read_bytes())
    with tarfile.open(saved) as tar:
        member = next(one for one in tar if one.name.startswith("archive/") and one.name.endswith(".xlsx"))
        content[member.offset_data + 500] ^= 1
    target.write_bytes(content)
    return Path(member.name).name


def test_a_backup_with_a_rotten_archive_brings_nothing_back(elsewhere: Settings, saved: Path, tmp_path: Path) -> None:
    name = _spoil(saved, tmp_path / "spoilt.tar")
    for _ in range(2):  # nothing is left that would keep a second try from coming in
        with pytest.raises(PlatformError, match=name):
            restore(elsewhere, tmp_path / "spoilt.tar")
    assert not elsewhere.postgres.exists()


def test_what_was_rotten_already_goes_into_the_backup_and_is_named(
    programme: Settings, elsewhere: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A backup of everything else is worth more than none, and comes back."""
    copy = next(programme.archive.glob("*/*.xlsx"))
    content = copy.read_bytes()
    copy.write_bytes(content[:-1])
    try:
        saved = backup(programme, tmp_path / "rotten.tar")
    finally:
        copy.write_bytes(content)
    assert copy.name in caplog.text
    restore(elsewhere, saved)
    assert (elsewhere.archive / copy.relative_to(programme.archive)).read_bytes() == content[:-1]


def test_what_leads_out_of_the_folder_is_refused(elsewhere: Settings, saved: Path, tmp_path: Path) -> None:
    """Also by the Pythons whose tarfile does not look."""
    for name, kind in (("archive/../../out", tarfile.REGTYPE), ("archive/link", tarfile.SYMTYPE)):
        crafted = tmp_path / "crafted.tar"
        crafted.write_bytes(saved.read_bytes())
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, "/etc" if kind == tarfile.SYMTYPE else ""
        with tarfile.open(crafted, "a") as tar:
            tar.addfile(member)
        with pytest.raises(PlatformError, match="has no place"):
            restore(elsewhere, crafted)


def test_the_archive_alone_gives_the_same_figures(programme: Settings, elsewhere: Settings) -> None:
    ensure_state(elsewhere)
    shutil.copytree(programme.archive, elsewhere.archive, dirs_exist_ok=True)
    shutil.copy(programme.secrets / "pseudonym_key", elsewhere.secrets)
    assert refill_ledger(elsewhere).deliveries > 20
    run_night(elsewhere, "rebuilt")
    of_nights = (*NIGHTS, *(f"marts.{table}" for table in KEPT))
    of_nights += ("marts.counted_row.from_night", "marts.counted_row.from_as_of")
    assert rows_of(elsewhere, *FIGURES, without=of_nights) == rows_of(programme, *FIGURES, without=of_nights)
    history = rows_of(elsewhere, "marts", without=NIGHTS)["marts.kpi_headline_history"]
    assert len(history) == len(rows_of(programme, "marts")["marts.kpi_headline"]), "it begins anew"
    assert all(",rebuilt,," in row for row in history)
    night_rows = "select night_id, status, published_at, rules_sha256 from ops.night where night_id = 'programme'"
    assert rows(elsewhere, "loader", night_rows) == rows(programme, "loader", night_rows), "the archive lists it"
    findings = ("ops.night", "ops.night_report", "ops.inbox_file", "ops.submission")
    assert rows_of(elsewhere, "ops", without=findings) == rows_of(programme, "ops", without=findings)

    with pytest.raises(PlatformError, match="REPLACE=yes"):
        refill_ledger(elsewhere)
    assert refill_ledger(elsewhere, replace=True).deliveries > 20

    # Of an archive that is not whole nothing is taken: what is rotten, broken or gone is named before anything changes.
    before = rows_of(elsewhere, "ops", "raw")
    first, second, third = sorted(elsewhere.archive.glob(".manifests/*/*.json"))[:3]
    (elsewhere.archive / json.loads(first.read_text())["archive_path"]).write_bytes(b"rotten")
    second.write_text("{}")
    with pytest.raises(PlatformError, match="2 faults") as refused:
        refill_ledger(elsewhere, replace=True)
    assert json.loads(first.read_text())["submission_id"] in str(refused.value) and second.name in str(refused.value)
    shutil.copytree(programme.archive, elsewhere.archive, dirs_exist_ok=True)
    third.unlink()
    with pytest.raises(PlatformError, match="the archive does not know it"):
        refill_ledger(elsewhere, replace=True)
    assert rows_of(elsewhere, "ops", "raw") == before
    postgres.stop(elsewhere)
