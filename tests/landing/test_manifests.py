"""What the archive knows of its deliveries: whom it believes, and how it and the ledger come together again."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from include.operations.archive_check import verify, verify_daily
from include.platform.errors import PlatformError
from include.platform.settings import Settings
from include.platform.tables import inbox_file, submission
from include.stage2_landing import land as landing
from include.stage2_landing import manifest
from include.stage2_landing.land import Landing
from tests.landing.conftest import deliveries, put, take, warnings


@pytest.fixture
def archive(ledger: sa.Engine, inbox: Path) -> Path:
    """The archive of a first night that took two deliveries of two projects each."""
    for number in range(4):
        put(inbox, f"{number}.xlsx", str(number).encode(), 1000 + number, f"PE-0{number % 2 + 1}")
    assert take(ledger, inbox).taken == 4
    return inbox.parent / "archive"


def ledger_rows(ledger: sa.Engine) -> list[dict[str, Any]]:
    """What landing enters of each delivery, in the order of ids."""
    with ledger.connect() as connection:
        rows = connection.execute(sa.select(submission).order_by("submission_id")).mappings().all()
    return [dict(row) for row in rows]


def archived(archive: Path) -> list[dict[str, Any]]:
    found = manifest.read(archive)
    assert found.faults == []
    return found.deliveries


def agrees(ledger: sa.Engine, archive: Path) -> bool:
    rows, known = ledger_rows(ledger), archived(archive)
    return len(rows) == len(known) and all(
        str(row[name]) == str(delivery[name])
        for row, delivery in zip(rows, known, strict=True)
        for name in ("submission_id", "inbox_path", "file_name", "sha256", "archive_path", "received_on", "received_at")
    )


def to_old_layout(archive: Path) -> None:
    """As earlier versions kept manifests: beside the copies, by their ids."""
    for path in (archive / manifest.FOLDER).glob("*/*.json"):
        delivery = json.loads(path.read_text("utf-8"))
        del delivery[manifest.COPY_SHA256]
        (archive / delivery["project_code"] / f"{delivery['submission_id']}.json").write_text(json.dumps(delivery))
    shutil.rmtree(archive / manifest.FOLDER)


def test_a_partners_file_is_no_manifest(ledger: sa.Engine, inbox: Path, archive: Path) -> None:
    forged = json.loads(manifest.manifest_of(archive, "PE-01", 1).read_text("utf-8"))
    forged |= {"submission_id": "PE-02-0001", "project_code": "PE-02"}
    put(inbox, "nota.json", json.dumps(forged).encode(), 2000)
    put(inbox, "PE-01-0001.json", b"{}", 2001)
    put(inbox, "000001.json", json.dumps(forged).encode(), 2002, ".manifests")
    assert take(ledger, inbox, "second").taken == 2
    assert agrees(ledger, archive)


def test_an_archive_of_earlier_versions_is_brought_to_todays_layout(
    ledger: sa.Engine, inbox: Path, archive: Path
) -> None:
    to_old_layout(archive)
    forged = archive / "PE-01" / f"{'ab' * 32}.json"  # a partner's nota.json, as it was kept then
    forged.write_text(json.dumps({"submission_id": "PE-02-0001", "archive_path": "PE-01/x"}))
    put(inbox, "new.xlsx", b"new", 3000)
    assert take(ledger, inbox, "second").taken == 1
    assert agrees(ledger, archive)
    assert [path.name for path in archive.glob("*/*.json")] == [forged.name]


def test_a_manifest_of_earlier_versions_that_is_not_of_its_place_is_named(archive: Path, ledger: sa.Engine) -> None:
    to_old_layout(archive)
    path = archive / "PE-01" / "PE-01-0002.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"project_code": "PE-02"}))
    with pytest.raises(ValueError, match=r"PE-01-0002\.json is not believed"):
        manifest.bring_to_place(archive)
    path.write_text("{}")
    with pytest.raises(ValueError, match=r"PE-01-0002\.json does not describe"):
        manifest.bring_to_place(archive)


@pytest.mark.parametrize(
    "change",
    [
        {"project_code": "PE-02"},
        {"delivery_number": 7},
        {"submission_id": "PE-02-0001"},
        {"archive_path": "PE-02/x.xlsx"},
        {"archive_path": "PE-01/../PE-02/x.xlsx"},
        {"sha256": "ab" * 32},
        {"copy_sha256": "ab" * 32},
        {"received_at": "yesterday"},
    ],
    ids=str,
)
def test_a_manifest_that_does_not_agree_is_not_believed(archive: Path, change: dict[str, Any]) -> None:
    path = manifest.manifest_of(archive, "PE-01", 1)
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change))
    found = manifest.read(archive)
    assert len(found.deliveries) == 3 and len(found.faults) == 1
    assert str(path) in found.faults[0]


def test_a_copy_that_is_rotten_or_gone_is_named(ledger: sa.Engine, archive: Path, warehouse: Settings) -> None:
    """By all of it, and by one of thirty turns: the operator reads of it within a month."""
    shutil.copytree(archive, warehouse.archive)
    assert verify(warehouse, ledger).faults == []
    assert verify(warehouse, ledger).compared == 4
    first, second, *_ = ledger_rows(ledger)
    (warehouse.archive / first["archive_path"]).write_bytes(b"rotten")
    (warehouse.archive / second["archive_path"]).unlink()
    faults = verify(warehouse, ledger).faults
    assert "PE-01-0001" in faults[0] and "is not what was archived" in faults[0]
    assert "PE-01-0002" in faults[1] and "cannot be read" in faults[1]
    parts = [verify(warehouse, ledger, 1 / 30, turn) for turn in range(30)]
    assert sum(part.compared for part in parts) == 4
    assert sorted(fault for part in parts for fault in part.faults) == faults
    today = datetime(2026, 2, 16, 10, tzinfo=UTC)
    mornings = [verify_daily(warehouse, ledger, today + timedelta(days=day)) for day in range(30)]
    assert len([lines for lines in mornings if lines]) in (1, 2)
    assert any("PE-01-0001" in line for lines in mornings for line in lines)


def test_a_ledger_that_differs_from_the_archive_is_named(ledger: sa.Engine, archive: Path, warehouse: Settings) -> None:
    shutil.copytree(archive, warehouse.archive)
    with ledger.begin() as connection:
        connection.execute(sa.text("update ops.submission set sha256 = 'x' where submission_id = 'PE-01-0001'"))
        connection.execute(sa.text("delete from ops.submission where submission_id = 'PE-02-0002'"))
    differs, unknown = verify(warehouse, ledger).faults
    assert "PE-01-0001" in differs and "differ in sha256" in differs
    assert "1 deliveries that the database does not know (PE-02 2)" in unknown


@pytest.mark.parametrize("dies_in", ["_enter", "confirm"])
def test_a_night_that_dies_while_it_enters_takes_the_same_again(
    ledger: sa.Engine, inbox: Path, archive: Path, monkeypatch: pytest.MonkeyPatch, dies_in: str
) -> None:
    """Before the ledger is written it has taken nothing, after it everything: no number is left out or given twice."""

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    put(inbox, "new.xlsx", b"new", 3000)
    monkeypatch.setattr(landing if dies_in == "_enter" else manifest, dies_in, die)
    with pytest.raises(KeyboardInterrupt):
        take(ledger, inbox, "second")
    monkeypatch.undo()
    assert take(ledger, inbox, "third").taken == (1 if dies_in == "_enter" else 0)
    night_id = "third" if dies_in == "_enter" else "second"
    assert deliveries(ledger)[2] == ("PE-01-0003", "new.xlsx", night_id)
    assert agrees(ledger, archive)
    assert not list(archive.rglob("*.arriving"))
    assert warnings(ledger, "third").keys() <= {"PE-01, PE-02"}, "only that the registry knows none of them"


def test_a_database_older_than_the_archive_gets_its_deliveries_back(
    ledger: sa.Engine, inbox: Path, archive: Path
) -> None:
    """Their numbers are not given again, and what left the inbox is not lost."""
    gone = put(inbox, "gone.xlsx", b"gone", 3000)
    put(inbox, "kept.xlsx", b"kept", 3001)
    take(ledger, inbox, "second")
    rows, manifests = ledger_rows(ledger), {path: path.read_bytes() for path in archive.rglob("*.json")}
    with ledger.begin() as connection:  # as from the dump of the first night
        connection.execute(sa.delete(submission).where(submission.c.night_id == "second"))
        connection.execute(
            sa.delete(inbox_file).where(inbox_file.c.inbox_path.in_(["PE-01/gone.xlsx", "PE-01/kept.xlsx"]))
        )
    gone.unlink()
    put(inbox, "new.xlsx", b"new", 4000)
    assert take(ledger, inbox, "third") == Landing(seen=6, taken=1, left_for_later=0)
    after = {row["submission_id"]: row for row in ledger_rows(ledger)}
    assert [after[row["submission_id"]] for row in rows] == rows
    assert after["PE-01-0005"]["file_name"] == "new.xlsx"
    assert {path: path.read_bytes() for path in manifests} == manifests
    assert "was older than the archive" in warnings(ledger, "third")["PE-01-0003, PE-01-0004"]
    assert agrees(ledger, archive)


def test_a_database_older_than_a_rotten_archive_is_left_alone(ledger: sa.Engine, inbox: Path, archive: Path) -> None:
    last = ledger_rows(ledger)[-1]
    with ledger.begin() as connection:
        connection.execute(sa.delete(submission).where(submission.c.submission_id == last["submission_id"]))
    (archive / last["archive_path"]).write_bytes(b"rotten")
    with pytest.raises(PlatformError, match=r"PE-02-0002: its copy .* is not what was archived"):
        take(ledger, inbox, "second")
    assert len(ledger_rows(ledger)) == 3


def test_a_manifest_is_never_written_over(ledger: sa.Engine, archive: Path) -> None:
    before = {path: path.read_bytes() for path in archive.rglob("*.json")}
    with pytest.raises(FileExistsError, match=r"000001\.json"):
        manifest.write_arriving(archive, [ledger_rows(ledger)[0]])
    assert {path: path.read_bytes() for path in archive.rglob("*.json")} == before
