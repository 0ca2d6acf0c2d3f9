"""An inbox, an empty ledger, and a server that holds the inbox."""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import fsspec
import pytest
import sqlalchemy as sa

from include.platform.nights import open_night, warnings_of
from include.platform.settings import Settings
from include.platform.tables import raw, reading_finding, sheet_reading, submission
from include.stage2_landing.land import Landing, land
from tests.landing.sftp_server import PASSWORD, USER, SftpServer, sftp_server

_EMPTY = "truncate ops.submission, ops.inbox_file, ops.inbox_stray, ops.night_warning, ops.night"


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox" / "PE-01").mkdir(parents=True)
    return tmp_path / "inbox"


@pytest.fixture
def ledger(loader: sa.Engine) -> Iterator[sa.Engine]:
    """The loader on an empty ledger."""
    with loader.begin() as connection:
        connection.execute(sa.text(_EMPTY))
    yield loader
    with loader.begin() as connection:
        connection.execute(sa.text(_EMPTY))


@pytest.fixture
def warehouse(settings: Settings, ledger: sa.Engine) -> Iterator[Settings]:
    """The session's warehouse with nothing archived, read or answered, before and after."""
    yield from _emptied(settings, ledger)


def _emptied(settings: Settings, ledger: sa.Engine) -> Iterator[Settings]:
    for is_over in (False, True):
        for folder in (settings.archive, settings.feedback, settings.outbox):
            shutil.rmtree(folder, ignore_errors=True)
        with ledger.begin() as connection:
            for table in (*raw.values(), reading_finding, sheet_reading):
                connection.execute(sa.delete(table))
        if not is_over:
            yield settings


@pytest.fixture
def partners(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SftpServer]:
    """A server that holds the inbox, and what ``FSSPEC_SFTP_USERNAME`` and ``FSSPEC_SFTP_PASSWORD`` tell fsspec."""
    monkeypatch.setitem(fsspec.config.conf, "sftp", {"username": USER, "password": PASSWORD})
    with sftp_server(inbox.parent) as server:
        yield server
    fsspec.get_filesystem_class("sftp").clear_instance_cache()


def put(inbox: Path, name: str, content: bytes, modified: int, project: str = "PE-01") -> Path:
    path = inbox / project / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (modified, modified))
    return path


def take(ledger: sa.Engine, inbox: Path | str, night_id: str = "first", archive: Path | None = None) -> Landing:
    open_night(ledger, night_id, date(2025, 3, 1), str(inbox), "registry")
    return land(ledger, archive or Path(inbox).parent / "archive", night_id)


def deliveries(ledger: sa.Engine) -> list[tuple[str, str, str]]:
    with ledger.connect() as connection:
        rows = connection.execute(
            sa.select(submission.c.submission_id, submission.c.file_name, submission.c.night_id).order_by(
                submission.c.project_code, submission.c.delivery_number
            )
        )
        return [tuple(row) for row in rows]


def warnings(ledger: sa.Engine, night_id: str = "first") -> dict[str | None, str]:
    """Subject -> what was said of it, a line each."""
    told: dict[str | None, list[str]] = defaultdict(list)
    with ledger.connect() as connection:
        for row in warnings_of(connection, night_id):
            told[row.subject].append(row.said)
    return {subject: "\n".join(said) for subject, said in told.items()}
