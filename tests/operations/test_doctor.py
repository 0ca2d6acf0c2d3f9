"""The doctor's round: each thing that can be wrong is broken once, and said with what to do."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from rich.console import Console

from include.__main__ import main
from include.operations.doctor.archive import look_at_archive
from include.operations.doctor.at_night import look_around
from include.operations.doctor.check import Check, taken
from include.operations.doctor.examination import examine
from include.operations.doctor.inbox import look_at_inbox
from include.operations.doctor.keys import look_at_keys
from include.operations.doctor.machine import look_at_clock, look_at_disks, look_at_ports
from include.operations.doctor.mail import look_at_mail
from include.operations.doctor.registry import look_at_registry
from include.operations.doctor.report import show
from include.operations.doctor.warehouse import _kind, reached
from include.platform import airflow_environment, database, nights
from include.platform.settings import Settings
from tests.conftest import make_settings
from tests.feedback.smtp_server import smtp_server

PROJECTS = {"PE-01", "PE-02"}


@pytest.fixture
def copy(programme: Settings, tmp_path: Path) -> Settings:
    """The programme's warehouse, seen from a STATE, an inbox and a registry that tests may break."""
    state = tmp_path / "state"
    for folder in ("secrets", "archive"):
        shutil.copytree(programme.state / folder, state / folder)
    (state / "secrets" / "airflow_password").unlink(missing_ok=True)  # there is no Airflow to ask for a mail server
    shutil.copytree(programme.inbox, tmp_path / "inbox")
    shutil.copytree(programme.registry, tmp_path / "registry")
    return dataclasses.replace(
        programme,
        state=state,
        inbox=str(tmp_path / "inbox"),
        registry=tmp_path / "registry",
        warehouse_url=database.plain(database.url(programme)),
    )


@pytest.fixture
def loader_of_copy(copy: Settings) -> Iterator[sa.Engine]:
    engine = database.engine(copy, "loader")
    yield engine
    engine.dispose()


def not_well(checks: list[Check]) -> list[tuple[str, str, str]]:
    assert all(check.next_step for check in checks if check.level != "ok"), checks
    return [(check.name, check.level, check.said) for check in checks if check.level != "ok"]


def test_a_warehouse_after_a_night_is_well(copy: Settings) -> None:
    checks = examine(copy, full=True)
    assert [check for check in checks if check.level == "fault"] == []
    assert {check.name for check in checks if check.level == "ok"} == {
        *("registry", "inbox", "database", "disk", "ports", "mail", "clock", "keys", "archive")
    }
    assert any("copies are what was taken" in check.said for check in checks)


def test_before_the_first_night_nothing_is_made(tmp_path: Path, programme: Settings) -> None:
    settings = make_settings(tmp_path / "state", registry=programme.registry)
    checks = examine(settings)
    assert not_well([check for check in checks if check.name != "registry"]) == []
    assert "nothing yet" in next(check.said for check in checks if check.name == "database")
    assert list(tmp_path.iterdir()) == []


def test_a_stopped_server_is_not_started(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "state")
    data = settings.postgres / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("18\n")
    with reached(settings) as (engine, checks):
        assert engine is None and not_well(checks) == [("database", "warning", "the embedded server does not run")]
    assert sorted(path.name for path in settings.state.rglob("*")) == ["PG_VERSION", "data", "postgres"]


def test_the_exit_status_tells_of_faults(
    copy: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in copy.environment().items():
        monkeypatch.setenv(name, value)
    assert main(["doctor"]) == 0
    assert "0 faults" in capsys.readouterr().out
    (copy.registry / "targets.csv").unlink()
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "targets.csv: the file is missing" in said and "1 faults" in said and "→ Correct them" in said


def test_a_broken_registry_is_a_fault(copy: Settings) -> None:
    (copy.registry / "targets.csv").unlink()
    check = look_at_registry(copy)
    assert check.level == "fault" and "targets.csv: the file is missing" in check.said


def test_what_nobody_takes_is_named(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "state", inbox=str(tmp_path / "inbox"))
    old = tmp_path / "inbox" / "PE-01" / "report.xlsx.part"
    for path in (
        *("PE-01/report.xlsx", "PE-01/corrections/report.xlsx", "PE-02/letter.pdf", "PE-02/arriving.xlsx.part"),
        *("report.xlsx", "PE-77/report.zip", "PE-01/~$report.xlsx", ".hidden/x", old.relative_to(tmp_path / "inbox")),
    ):
        (tmp_path / "inbox" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "inbox" / path).write_bytes(b"x")
    os.utime(old, (1_700_000_000, 1_700_000_000))
    (tmp_path / "inbox" / "PE-02" / "link.xlsx").symlink_to("/etc/passwd")
    checks = list(look_at_inbox(settings, PROJECTS, None, deep=True))
    assert checks[0] == Check("inbox", "ok", f"{tmp_path / 'inbox'}: 3 folders, 3 files")
    assert not_well(checks) == [
        ("inbox", "warning", said)
        for said in (
            "1 folders that are no project: PE-77",
            "1 files at the root: report.xlsx",
            "1 folders in a project's folder: PE-01/corrections",
            "1 files that are no .xlsx or .zip: PE-02/letter.pdf",
            "1 files called unfinished for a day: PE-01/report.xlsx.part",
            "1 links or other things that are no files: PE-02/link.xlsx",
        )
    ]


def test_an_empty_inbox_is_a_fault_where_there_were_folders(copy: Settings, loader_of_copy: sa.Engine) -> None:
    shutil.rmtree(copy.inbox)
    (gone,) = look_at_inbox(copy, PROJECTS, loader_of_copy, deep=True)
    assert gone.level == "fault" and gone.said.startswith("the inbox ")
    Path(copy.inbox).mkdir()
    (empty,) = look_at_inbox(copy, PROJECTS, loader_of_copy, deep=True)
    assert empty.level == "fault" and "has no folder; deliveries came from 6 before" in empty.said
    (new,) = look_at_inbox(copy, PROJECTS, None, deep=True)
    assert new.level == "warning"


def test_an_inbox_one_level_too_high_is_a_fault(copy: Settings) -> None:
    wrong = dataclasses.replace(copy, inbox=str(Path(copy.inbox).parent))
    assert ("inbox", "fault", "no folder is a project of the registry: inbox, registry, state") in not_well(
        list(look_at_inbox(wrong, PROJECTS, None, deep=False))
    )


def test_a_rotten_copy_of_the_archive_is_a_fault(copy: Settings, loader_of_copy: sa.Engine) -> None:
    rotten, gone = sorted(path for path in copy.archive.glob("*/*") if path.suffix == ".xlsx")[:2]
    content = bytearray(rotten.read_bytes())
    content[len(content) // 2] ^= 1
    rotten.write_bytes(content)
    gone.unlink()
    check = look_at_archive(copy, loader_of_copy, full=True)
    assert check.level == "fault"
    assert rotten.name in check.said and gone.name in check.said


def test_a_key_that_others_read_or_that_is_gone_is_a_fault(copy: Settings, loader_of_copy: sa.Engine) -> None:
    key = copy.secrets / "pseudonym_key"
    key.chmod(0o640)
    assert not_well(list(look_at_keys(copy, loader_of_copy))) == [
        ("keys", "fault", f"{key} can be read by others (mode 0640)")
    ]
    key.unlink()
    ((_, level, said),) = not_well(list(look_at_keys(copy, loader_of_copy)))
    assert level == "fault" and said.startswith(f"{key} is missing")
    assert not key.exists()
    receipt = copy.feedback / "PE-01" / "PE-01-0001_receipt.json"
    receipt.parent.mkdir(parents=True)
    receipt.touch()
    (copy.secrets / "receipt_key").unlink(missing_ok=True)
    assert "receipt_key is missing" in not_well(list(look_at_keys(copy, None)))[0][2]


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "state")
    free = shutil.disk_usage(tmp_path).free / 1e9
    for wanted, level in ((free / 2, "ok"), (free * 2, "warning"), (free * 20, "fault")):
        assert next(iter(look_at_disks(dataclasses.replace(settings, disk_free_gb=wanted)))).level == level


def test_a_port_that_somebody_else_took_is_a_fault(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "state")
    settings.airflow.mkdir(parents=True)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        airflow_environment.port_file(settings).write_text(str(port))
        ((_, level, said),) = not_well(list(look_at_ports(settings)))
        assert level == "fault" and said == f"{port} of Airflow's UI is taken by {_own_name()} (process {os.getpid()})"
    assert not_well(list(look_at_ports(settings))) == []


def _own_name() -> str:
    return Path("/proc/self/comm").read_text().strip()


def test_a_wrong_clock_is_told(loader: sa.Engine) -> None:
    now = datetime.now(UTC)
    assert not_well(list(look_at_clock(loader, now))) == []
    ((_, level, said),) = not_well(list(look_at_clock(loader, now + timedelta(hours=2))))
    assert level == "warning" and "the database's is 7,2" in said
    nights.open_night(loader, "to come", now.date(), "inbox", "registry")
    try:
        with loader.begin() as connection:
            connection.execute(
                sa.text("update ops.night set started_at = now() + interval '9 days' where night_id = 'to come'")
            )
        ((_, level, said),) = not_well(list(look_at_clock(loader, now)))
        assert level == "fault" and "which is yet to come" in said
    finally:
        with loader.begin() as connection:
            connection.execute(sa.text("delete from ops.night where night_id = 'to come'"))


def test_time_zone_data_that_do_not_know_lima_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("include.operations.doctor.machine.ZoneInfo", lambda _: UTC)
    ((_, level, said),) = not_well(list(look_at_clock(None)))
    assert level == "fault" and "America/Lima is 0:00:00 from UTC" in said


def test_a_database_that_does_not_answer_or_is_none_of_ours_is_a_fault(copy: Settings) -> None:
    nobody = dataclasses.replace(copy, warehouse_url="postgresql://nobody:x@127.0.0.1:9/none")
    with reached(nobody) as (engine, checks):
        assert engine is None and checks[0].level == "fault" and "it does not answer" in checks[0].said
        assert "x@" not in checks[0].said
    (copy.secrets / "loader_password").write_text("wrong")
    with reached(copy) as (engine, checks):
        assert engine is None and "password authentication failed" in checks[0].said
    assert [check.level for check in _kind(15, "UTF8")] == ["fault"]
    assert [check.level for check in _kind(16, "LATIN1")] == ["fault"]
    assert [check.level for check in _kind(16, "UTF8")] == ["ok"]


@pytest.mark.parametrize(("version", "level"), [("0001", "warning"), ("9999", "fault")])
def test_tables_of_another_version_are_told(settings: Settings, loader: sa.Engine, version: str, level: str) -> None:
    with loader.begin() as connection:
        before = connection.scalar(sa.text("select version_num from ops.alembic_version"))
        connection.execute(sa.text("update ops.alembic_version set version_num = :version"), {"version": version})
    try:
        with reached(settings) as (_, checks):
            assert [(name, found) for name, found, _ in not_well(checks)] == [("database", level)]
    finally:
        with loader.begin() as connection:
            connection.execute(sa.text("update ops.alembic_version set version_num = :version"), {"version": before})


def test_the_mail_server_is_tried_and_nothing_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = make_settings(tmp_path / "state")
    assert not_well(list(look_at_mail(settings, has_database=False))) == []
    with smtp_server(login=("office", "sesame")) as inbox:
        server = {"conn_type": "smtp", "host": "127.0.0.1", "port": inbox.port, "login": "office"}
        extra = {"disable_ssl": True, "disable_tls": True}
        for password, level in (("sesame", "warning"), ("wrong", "fault")):  # in clear: a warning
            fields = json.dumps({**server, "password": password, "extra": extra})
            monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", fields)
            (check,) = look_at_mail(settings, has_database=False)
            assert check.level == level and "sesame" not in check.said and check.next_step
        assert inbox.messages == []
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", f"smtp://127.0.0.1:{inbox.port}/?disable_ssl=1&disable_tls=1")
    settings = dataclasses.replace(settings, operator_email="nobody")
    assert [level for _, level, _ in not_well(list(look_at_mail(settings, has_database=False)))] == ["fault", "fault"]


def test_a_check_that_crashes_has_not_passed() -> None:
    def crashes() -> Check:
        raise RuntimeError("no idea")

    (check,) = taken("clock", crashes)
    assert check.level == "fault" and "not looked at: RuntimeError: no idea" in check.said
    assert show([check], Console(quiet=True)) == 1


def test_a_night_notes_what_it_sees_at_a_glance(settings: Settings, loader: sa.Engine, tmp_path: Path) -> None:
    here = dataclasses.replace(settings, inbox=str(tmp_path / "nowhere"), disk_free_gb=1e6)
    nights.open_night(loader, "glance", datetime.now(UTC).date(), here.inbox, "registry")
    try:
        look_around(here, loader, "glance")
        look_around(here, loader, "glance")  # tried again
        with loader.connect() as connection:
            said = {(row.subject, row.step) for row in nights.warnings_of(connection, "glance")}
            assert {("inbox", "load_registry"), ("disk", "load_registry")} <= said
            assert len(nights.warnings_of(connection, "glance")) == len(said)
    finally:
        with loader.begin() as connection:
            for table in ("night", "night_warning"):
                connection.execute(sa.text(f"delete from ops.{table} where night_id = 'glance'"))


def test_looking_around_stops_no_night(settings: Settings) -> None:
    look_around(settings, sa.create_engine("postgresql+psycopg://nobody:x@127.0.0.1:9/none"), "glance")
