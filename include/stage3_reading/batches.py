"""The night's files in batches of equal weight, and the reading of one batch."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from include.platform import database, secrets
from include.platform.copying import driver_connection
from include.platform.settings import Settings
from include.platform.tables import submission
from include.stage2_landing.erasure import is_redacted
from include.stage3_reading.confined import ConfinedReader
from include.stage3_reading.erased import with_erased_keys
from include.stage3_reading.limits import Limits
from include.stage3_reading.load import load
from include.stage3_reading.reading import Reading, with_keys

#: Batches per processor: enough for the slowest file not to be waited for alone, few enough to start quickly.
BATCHES_PER_PROCESSOR = 2

#: Submissions loaded together: few enough to hold in memory, enough for COPY to be worth its start.
SUBMISSIONS_PER_TRANSACTION = 8
ROWS_PER_TRANSACTION = 100_000


def plan_batches(engine: sa.Engine) -> list[list[str]]:
    """Ids of every submission that was landed and not read, whichever night took it, in batches of similar bytes."""
    with engine.connect() as connection:
        landed = (
            connection.execute(
                sa.select(submission.c.submission_id, submission.c.size_bytes)
                .where(submission.c.status == "landed")
                .order_by(submission.c.size_bytes.desc(), submission.c.submission_id)
            )
            .tuples()
            .all()
        )
    count = min(len(landed), BATCHES_PER_PROCESSOR * (os.cpu_count() or 1))
    batches: list[list[str]] = [[] for _ in range(count)]
    weights = [0] * count
    for submission_id, size_bytes in landed:
        lightest = weights.index(min(weights))
        batches[lightest].append(submission_id)
        weights[lightest] += size_bytes
    return batches


def read_batch(settings: Settings, submission_ids: list[str]) -> None:
    """Read each archived file of the batch and load what stands in it.

    A file that cannot be read becomes a submission with its F01 or F02; it never stops the others. Files are decoded
    in a child process, which knows neither the pseudonym key nor the database.
    """
    engine = database.engine(settings, "loader")
    key = secrets.pseudonym_key(settings)
    try:
        with engine.connect() as connection, ConfinedReader(Limits.from_environment()) as reader:
            rows = connection.execute(sa.select(submission).where(submission.c.submission_id.in_(submission_ids))).all()
            readings = (
                (row.submission_id, with_erased_keys(reading) if is_redacted(row.archive_path) else reading)
                for row in rows
                for reading in [
                    with_keys(reader.read(settings.archive / row.archive_path, row.file_name), row.project_code, key)
                ]
            )
            for together in _loaded_together(readings):
                load(driver_connection(connection), together)
                connection.commit()
    finally:
        engine.dispose()


def _loaded_together(readings: Iterable[tuple[str, Reading]]) -> Iterator[list[tuple[str, Reading]]]:
    """The readings in the portions of one transaction each."""
    portion: list[tuple[str, Reading]] = []
    for submission_id, reading in readings:
        portion.append((submission_id, reading))
        rows = sum(len(frame) for _, one in portion for frame in one.frames.values())
        if len(portion) >= SUBMISSIONS_PER_TRANSACTION or rows >= ROWS_PER_TRANSACTION:
            yield portion
            portion = []
    if portion:
        yield portion
