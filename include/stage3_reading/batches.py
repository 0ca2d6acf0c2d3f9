"""The night's files in batches of equal weight, and the reading of one batch."""

from __future__ import annotations

import os

import sqlalchemy as sa

from include.platform import database, secrets
from include.platform.copying import driver_connection
from include.platform.settings import Settings
from include.platform.tables import submission
from include.stage3_reading.load import load
from include.stage3_reading.reading import read_submission

#: Batches per processor: enough for the slowest file not to be waited for alone, few enough to start quickly.
BATCHES_PER_PROCESSOR = 2

#: Submissions loaded together: few enough to hold in memory, enough for COPY to be worth its start.
SUBMISSIONS_PER_TRANSACTION = 8


def plan_batches(engine: sa.Engine) -> list[list[str]]:
    """Ids of every submission that was landed and not read, whichever night took it, in batches of similar bytes."""
    with engine.connect() as connection:
        landed = connection.execute(
            sa.select(submission.c.submission_id, submission.c.size_bytes)
            .where(submission.c.status == "landed")
            .order_by(submission.c.size_bytes.desc(), submission.c.submission_id)
        ).all()
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

    A file that cannot be read becomes a submission with its F01 or F02; it never stops the others.
    """
    engine = database.engine(settings, "loader")
    key = secrets.pseudonym_key(settings)
    try:
        with engine.connect() as connection:
            rows = connection.execute(sa.select(submission).where(submission.c.submission_id.in_(submission_ids))).all()
            for start in range(0, len(rows), SUBMISSIONS_PER_TRANSACTION):
                readings = (
                    (
                        row.submission_id,
                        read_submission(settings.archive / row.archive_path, row.file_name, row.project_code, key),
                    )
                    for row in rows[start : start + SUBMISSIONS_PER_TRANSACTION]
                )
                load(driver_connection(connection), readings)
                connection.commit()
    finally:
        engine.dispose()
