"""Take tonight's deliveries: archive their bytes and enter them in the ledger, once and for ever."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from include.platform.copying import copy_rows
from include.platform.errors import PlatformError
from include.platform.names import one_line
from include.platform.nights import warn
from include.platform.settings import max_file_bytes
from include.platform.step_lock import step_lock
from include.platform.tables import inbox_file, night, submission
from include.stage2_landing import manifest
from include.stage2_landing.archive import archive_copy, mark_of
from include.stage2_landing.inbox import Fault, Inbox, Unreadable
from include.stage2_landing.strays import record_strays

log = logging.getLogger(__name__)

STEP = "land_deliveries"
#: Files and folders that are told of one by one; beyond it they are counted.
NAMED_FAULTS = 20


@dataclass(frozen=True)
class Landing:
    """What one night found in the inbox: files, and files and folders that wait for the next night."""

    seen: int
    taken: int
    left_for_later: int


def land(engine: sa.Engine, archive: Path, night_id: str) -> Landing:
    """Take every delivery (a new path, or new bytes at a known path) of the night's inbox.

    A file whose store says that it is untouched is not read again. Deliveries are numbered within their drop
    folder in the order of modification time, then name. The ledger is written in one transaction, so that a
    night that dies while copying has taken nothing; the copies it made are found again by their content.
    A file or folder that cannot be read, or a file that is still changing, stays for the next night and is named in
    the night's warnings. Raises InboxUnreadable where the inbox cannot be listed at all, FileNotFoundError where there
    is none, OSError where the archive cannot be written, and PlatformError where the archive is not whole.
    """
    with step_lock(engine):
        return _land(engine, archive, night_id)


def _land(engine: sa.Engine, archive: Path, night_id: str) -> Landing:
    _know_the_archive(engine, archive, night_id)
    with engine.connect() as connection:
        tonight = connection.execute(sa.select(night).where(night.c.night_id == night_id)).one()
        known = {row.inbox_path: row for row in connection.execute(sa.select(inbox_file))}
        latest = sa.select(submission.c.project_code, sa.func.max(submission.c.delivery_number))
        rows = connection.execute(latest.group_by(submission.c.project_code))
        numbers: Counter[str] = Counter(dict(rows.tuples().all()))
    inbox = Inbox(tonight.inbox)
    found = inbox.look()
    max_bytes = max_file_bytes()
    seen, deliveries, faults = [], [], list(found.faults)
    for file in found.files:
        before = known.get(file.inbox_path)
        if before and before.fingerprint == file.fingerprint:
            continue
        try:
            copy = archive_copy(inbox, file, archive, max_bytes, before.sha256 if before else None)
        except Unreadable as error:
            faults.append(Fault(f"{file.project_code}/{file.file_name}", str(error)))
            continue
        if copy is None:
            faults.append(Fault(f"{file.project_code}/{file.file_name}", "it changed while it was read"))
            continue
        seen.append({"inbox_path": file.inbox_path, "fingerprint": file.fingerprint, "sha256": copy.mark})
        if before and before.sha256 == copy.mark:
            continue
        numbers[file.project_code] += 1
        deliveries.append(
            {
                "submission_id": manifest.submission_id(file.project_code, numbers[file.project_code]),
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
    manifest.write_arriving(archive, deliveries)
    with engine.begin() as connection:
        _enter(connection, seen, deliveries)
        _tell_of_faults(connection, night_id, faults)
        record_strays(connection, night_id, found, inbox.store.place)
    manifest.confirm(archive, deliveries)
    return Landing(seen=len(found.files), taken=len(deliveries), left_for_later=len(faults))


def _know_the_archive(engine: sa.Engine, archive: Path, night_id: str) -> None:
    """Finish what a night left half done, and enter again what the archive has and the ledger does not.

    A ledger that lacks deliveries is older than the archive: it was brought back from a dump. Their numbers are given
    and their files need not lie in the inbox any more, so they come from the archive.
    """
    try:
        manifest.bring_to_place(archive)
    except ValueError as error:
        raise PlatformError(f"{error}. Bring the archive's folder back from a backup.") from None
    with engine.connect() as connection:
        columns = sa.select(submission.c.project_code, submission.c.delivery_number)
        ledger = set(connection.execute(columns).tuples().all())
    manifest.settle(archive, ledger)
    missing = manifest.unknown(archive, ledger)
    if not missing:
        return
    found = manifest.read_these(archive, missing)
    if found.faults:
        raise PlatformError(
            "The database is older than the archive, and the archive is not whole: "
            + "; ".join(found.faults[:NAMED_FAULTS])
            + ". Bring these files back from a backup, then run the night again."
        )
    entered = sorted(delivery["submission_id"] for delivery in found.deliveries)
    with engine.begin() as connection:
        _enter(connection, known_files(found.deliveries), found.deliveries)
        few = ", ".join(map(one_line, entered[:NAMED_FAULTS])) + (", …" if len(entered) > NAMED_FAULTS else "")
        warn(
            connection,
            night_id,
            STEP,
            f"The database was older than the archive, as after a restore: {len(entered)} deliveries that it did not "
            "know were entered again from the archive and are read tonight; other things of those nights are gone "
            "(make rebuild REPLACE=yes makes all of it again).",
            few,
        )


def known_files(deliveries: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """Rows of ``ops.inbox_file`` for deliveries: without the store's mark each file is looked at once more."""
    last = {
        delivery["inbox_path"]: mark_of(delivery["archive_path"], delivery["sha256"], delivery["size_bytes"])
        for delivery in sorted(deliveries, key=lambda delivery: delivery["delivery_number"])
    }
    return [{"inbox_path": path, "fingerprint": "", "sha256": mark} for path, mark in last.items()]


def _enter(connection: sa.Connection, seen: list[dict[str, str]], deliveries: list[dict[str, Any]]) -> None:
    if seen:
        paths = [row["inbox_path"] for row in seen]
        connection.execute(sa.delete(inbox_file).where(inbox_file.c.inbox_path.in_(paths)))
    copy_rows(connection, inbox_file, seen)
    copy_rows(connection, submission, deliveries)


def _tell_of_faults(connection: sa.Connection, night_id: str, faults: Sequence[Fault]) -> None:
    """A warning for each, and one line for all beyond the first: names stay out of what is said, and of the log."""
    for fault in faults[:NAMED_FAULTS]:
        said = f"It could not be taken ({fault.why}) and is tried again next night: see that it can be read."
        warn(connection, night_id, STEP, said, one_line(fault.path))
    rest: dict[str, int] = defaultdict(int)
    for fault in faults[NAMED_FAULTS:]:
        rest[fault.path.partition("/")[0]] += 1
    if rest:
        folders = ", ".join(map(one_line, sorted(rest)[:NAMED_FAULTS]))
        said = f"{sum(rest.values())} more files could not be taken and are tried again next night."
        warn(connection, night_id, STEP, said, folders)
    if faults:
        log.warning("%s files or folders of the inbox are left for the next night", len(faults))
