"""The reading of one batch of the night's files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

import sqlalchemy as sa

from include.contract.model import DELIVERED_SUFFIXES
from include.platform import database, secrets
from include.platform.nights import last_night, warn
from include.platform.settings import Settings
from include.platform.tables import submission
from include.stage2_landing.erasure import is_redacted
from include.stage3_reading.confined.reader import ConfinedReader
from include.stage3_reading.container.file_types import type_by_name
from include.stage3_reading.container.limits import MEGABYTE, Limits
from include.stage3_reading.keys import with_erased_keys, with_keys
from include.stage3_reading.load import load
from include.stage3_reading.sheets.reading import Reading, refused

#: Submissions read together and loaded in one transaction: few enough to hold in memory and not much to do again after
#: a crash, enough for what a query costs not to matter. A large file is alone.
SUBMISSIONS_TOGETHER = 24
BYTES_TOGETHER = 2 * MEGABYTE
#: Reason of a delivery of which landing kept no copy.
TOO_LARGE = "larger than a delivered file may be"


def read_batch(settings: Settings, submission_ids: list[str]) -> None:
    """Read each archived file of the batch and load what stands in it.

    A file that cannot be read becomes a submission with its F01 or F02; it never stops the others. Files are decoded
    in a child process, which knows neither the pseudonym key nor the database. Where the copy of a submission that was
    read before is no longer in the archive, what was read of it stays, and the night says so.
    """
    engine = database.engine(settings, "loader")
    key = secrets.pseudonym_key(settings)
    try:
        with engine.connect() as connection, ConfinedReader(Limits.from_environment()) as reader:
            rows = connection.execute(
                sa.select(submission)
                .where(submission.c.submission_id.in_(submission_ids))
                .order_by(submission.c.project_code, submission.c.delivery_number)
            ).all()
            for together in _together(_present(connection, settings, rows)):
                kept = [row for row in together if row.archive_path]
                files = [(settings.archive / row.archive_path, row.file_name) for row in kept]
                readings = [
                    (row.submission_id, _keyed(reading, row, key))
                    for row, reading in zip(kept, reader.read_files(files) if files else [], strict=True)
                ]
                readings += [
                    (row.submission_id, _refused_unread(row.file_name)) for row in together if not row.archive_path
                ]
                copies = {row.submission_id: row.archive_path for row in together}
                load(connection, readings, copies)
                connection.commit()
    finally:
        engine.dispose()


def _refused_unread(file_name: str) -> Reading:
    """The reading of a file that landing did not keep; the size matters for what may be a delivery only."""
    suffix = PurePosixPath(file_name).suffix.casefold()
    if suffix not in DELIVERED_SUFFIXES:
        return refused("F01", "neither .xlsx nor .zip", type_by_name(suffix))
    return refused("F02", TOO_LARGE, "large_file")


def _present(connection: sa.Connection, settings: Settings, rows: Iterable[sa.Row[Any]]) -> list[sa.Row[Any]]:
    """The rows whose copies can be read; a new delivery counts as one, as its night has to stop where it is lost.

    The night is told of all the others at once: where an archive is away they are thousands.
    """
    present: list[sa.Row[Any]] = []
    lost: list[sa.Row[Any]] = []
    for row in rows:
        is_there = row.status == "landed" or not row.archive_path or (settings.archive / row.archive_path).is_file()
        (present if is_there else lost).append(row)
    if lost and (night_id := last_night(connection)):
        what = "its copy is" if len(lost) == 1 else f"{len(lost):,} copies, its own among them, are"
        said = f"{what} not in the archive, so today's code lists cannot be applied: restore from a backup."
        warn(connection, night_id, "read_batch", said, lost[0].submission_id)
    connection.commit()
    return present


def _keyed(reading: Reading, row: sa.Row[Any], key: bytes) -> Reading:
    reading = with_keys(reading, row.project_code, key)
    return with_erased_keys(reading) if is_redacted(row.archive_path) else reading


def _together(rows: Iterable[sa.Row[Any]]) -> Iterator[list[sa.Row[Any]]]:
    """The submissions in the portions that are read together."""
    portion: list[sa.Row[Any]] = []
    for row in rows:
        size = sum(one.size_bytes for one in portion)
        if portion and (len(portion) == SUBMISSIONS_TOGETHER or size + row.size_bytes > BYTES_TOGETHER):
            yield portion
            portion = []
        portion.append(row)
    if portion:
        yield portion
