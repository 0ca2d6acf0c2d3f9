"""What the operator is told in the morning, and what is thrown away."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.operations.retention import remove_old_files
from include.operations.watch import look, report_failures, write_notice
from include.platform import database, nights, postgres, schema
from include.platform.settings import LIMA, Settings
from tests.conftest import make_settings

#: 05:00 in Lima on the day after reports were due.
MORNING = datetime(2026, 2, 16, 5, 0, tzinfo=LIMA)


@pytest.fixture(scope="module")
def loader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """A warehouse of its own, which tests may empty."""
    settings = make_settings(tmp_path_factory.mktemp("housekeeping") / "state")
    schema.prepare(settings)
    engine = database.engine(settings, "loader")
    yield engine
    engine.dispose()
    postgres.stop(settings)


@pytest.fixture
def registry(loader: sa.Engine) -> sa.Engine:
    """Two projects that run in 2025-S2, due on 15 February, one that has ended before; the second has delivered."""
    with loader.begin() as connection:
        for table in (
            "registry.projects",
            "registry.reporting_calendar",
            "ops.night",
            "ops.night_report",
            "ops.submission",
        ):
            connection.execute(sa.text(f"delete from {table}"))
        connection.execute(
            sa.text("""
            insert into registry.reporting_calendar values ('2025-S2', '2025-12-31', '2026-02-15');
            insert into registry.projects
                (project_code, title, country, pillar, lead_institution, start_date, end_date, grant_eur)
            values
                ('PE-01', 't', 'PE', 'p', 'i', '2023-01-01', '2026-12-31', 1),
                ('PE-02', 't', 'PE', 'p', 'i', '2023-01-01', '2026-12-31', 1),
                ('PE-03', 't', 'PE', 'p', 'i', '2023-01-01', '2025-06-30', 1);
            insert into ops.submission
                (submission_id, project_code, delivery_number, period, inbox_path, file_name, sha256, size_bytes,
                 modified_at, archive_path, night_id, received_on)
            values ('PE-02-0001', 'PE-02', 1, '2025-S2', 'x', 'x', 'x', 1, now(), 'x', 'n', '2026-02-01')
            """)
        )
    return loader


def _night(engine: sa.Engine, night_id: str, began: datetime, status: str, reason: str | None = None) -> None:
    nights.open_night(engine, night_id, began.date(), "inbox", "registry")
    if status != "running":
        nights.close_night(engine, night_id, status, reason)
    with engine.begin() as connection:
        connection.execute(
            sa.text("update ops.night set started_at = :began where night_id = :night"),
            {"began": began, "night": night_id},
        )


def test_a_late_night_and_a_missing_report_are_told(registry: sa.Engine) -> None:
    _night(registry, "yesterday", MORNING - timedelta(hours=28), "succeeded")
    notices = look(registry, MORNING)
    assert notices.nights == ["No night has begun on 2026-02-16: is the scheduler running (make up)?"]
    assert notices.partners == ["PE-01 has not delivered 2025-S2, which was due on 2026-02-15."]


def test_a_partner_is_named_on_one_day_only(registry: sa.Engine) -> None:
    assert not look(registry, MORNING + timedelta(days=1)).partners
    assert not look(registry, MORNING - timedelta(days=1)).partners


def test_failures_are_told_once_unless_a_night_succeeded_since(registry: sa.Engine, tmp_path: Path) -> None:
    settings = make_settings(tmp_path, operator_email="operator@programme.example")
    _night(registry, "first", MORNING - timedelta(hours=4), "failed", "the registry is broken")
    assert look(registry, MORNING).nights == []  # its report says it, and nothing is said twice
    assert report_failures(settings, registry, MORNING) == ["first"]
    (told,) = settings.outbox.iterdir()
    message = message_from_bytes(told.read_bytes(), policy=SMTP)
    assert message["Subject"].endswith("the night of 2026-02-16 failed")
    assert "failed: the registry is broken" in message.get_content()
    assert report_failures(settings, registry, MORNING) == []
    _night(registry, "second", MORNING - timedelta(hours=1), "running")
    assert look(registry, MORNING).nights == ["The night second is still running."]
    nights.close_night(registry, "second", "failed", "the disk is full")
    _night(registry, "third", MORNING - timedelta(minutes=10), "succeeded")
    assert look(registry, MORNING).nights == [] and report_failures(settings, registry, MORNING) == []
    assert [path.name for path in settings.outbox.iterdir()] == [told.name]


def test_the_notice_waits_in_the_outbox(registry: sa.Engine, tmp_path: Path) -> None:
    settings = make_settings(tmp_path, operator_email="operator@programme.example")
    name = write_notice(settings, look(registry, MORNING.astimezone(UTC)), MORNING)
    message = message_from_bytes((settings.outbox / name).read_bytes(), policy=SMTP)
    assert name == "watch_20260216.eml" and message["To"] == "operator@programme.example"
    assert "PE-01 has not delivered" in message.get_content()


def _file(path: Path, age: timedelta, now: datetime) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    moment = (now - age).timestamp()
    os.utime(path, (moment, moment))
    return path


def test_old_logs_and_pages_go_and_nothing_else(tmp_path: Path) -> None:
    settings: Settings = make_settings(tmp_path)
    now, old, young = datetime.now(UTC), timedelta(days=91), timedelta(days=89)
    gone = [
        _file(settings.logs / "airflow" / "dag_id=ingest" / "a.log", old, now),
        _file(settings.reports / "data_docs" / "n1" / "index.html", old, now),
    ]
    stays = [
        _file(settings.logs / "airflow" / "dag_id=ingest" / "b.log", young, now),
        _file(settings.reports / "data_docs" / "n2" / "old.json", old, now),
        _file(settings.reports / "data_docs" / "n2" / "index.html", young, now),
        _file(settings.archive / "PE-01" / "x.xlsx", old, now),
        _file(settings.outbox / "x.eml", old, now),
    ]
    assert remove_old_files(settings, now, days=90) == 2
    assert not any(file.exists() for file in gone) and all(file.exists() for file in stays)
