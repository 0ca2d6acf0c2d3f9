"""Take tonight's deliveries: archive their bytes and enter them in the ledger, once and for ever."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from include.platform.copying import copy_rows
from include.platform.tables import inbox_file, night, submission
from include.platform.turns import turn
from include.stage2_landing.archive import archive_copy
from include.stage2_landing.inbox import Inbox
from include.stage2_landing.manifest import write_manifests

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Landing:
    """What one night found in the inbox, in files."""

    seen: int
    taken: int
    left_for_later: int


def land(engine: sa.Engine, archive: Path, night_id: str) -> Landing:
    """Take every delivery (a new path, or new bytes at a known path) of the night's inbox.

    A file whose store says that it is untouched is not read again. Deliveries are numbered within their drop
    folder in the order of modification time, then name. The ledger is written in one transaction, so that a
    night that dies while copying has taken nothing; the copies it made are found again by their content.
    A file that cannot be read or is still changing stays for the next night. Raises OSError where the archive cannot
    be written.
    """
    with turn(engine):
        return _land(engine, archive, night_id)


def _land(engine: sa.Engine, archive: Path, night_id: str) -> Landing:
    with engine.connect() as connection:
        tonight = connection.execute(sa.select(night).where(night.c.night_id == night_id)).one()
        known = {row.inbox_path: row for row in connection.execute(sa.select(inbox_file))}
        latest = sa.select(submission.c.project_code, sa.func.max(submission.c.delivery_number))
        rows = connection.execute(latest.group_by(submission.c.project_code))
        numbers: Counter[str] = Counter(dict(rows.tuples().all()))
    inbox = Inbox(tonight.inbox)
    files = inbox.files()
    seen, deliveries, left = [], [], 0
    for file in files:
        before = known.get(file.inbox_path)
        if before and before.fingerprint == file.fingerprint:
            continue
        try:
            copy = archive_copy(inbox, file, archive, before.sha256 if before else None)
        except (PermissionError, FileNotFoundError) as error:
            log.warning("%s cannot be read (%s) and is left for the next night", file.inbox_path, error.strerror)
            copy = None
        if copy is None:
            left += 1
            continue
        seen.append(
            {"inbox_path": file.inbox_path, "fingerprint": file.fingerprint, "sha256": copy.sha256},
        )
        if before and before.sha256 == copy.sha256:
            continue
        numbers[file.project_code] += 1
        deliveries.append(
            {
                "submission_id": f"{file.project_code}-{numbers[file.project_code]:04d}",
                "project_code": file.project_code,
                "delivery_number": numbers[file.project_code],
                "inbox_path": file.inbox_path,
                "file_name": file.file_name,
                "sha256": copy.sha256,
                "size_bytes": copy.size_bytes,
                "modified_at": file.modified_at,
                "archive_path": copy.path,
                "night_id": night_id,
                "received_on": tonight.as_of,
                "received_at": datetime.now(UTC),
            }
        )
    write_manifests(archive, deliveries)
    with engine.begin() as connection:
        if seen:
            paths = [row["inbox_path"] for row in seen]
            connection.execute(sa.delete(inbox_file).where(inbox_file.c.inbox_path.in_(paths)))
        copy_rows(connection, inbox_file, seen)
        copy_rows(connection, submission, deliveries)
    return Landing(seen=len(files), taken=len(deliveries), left_for_later=left)
