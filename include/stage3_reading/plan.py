"""The night's files in batches of equal weight.

It stands apart from the reading: every night plans, and most have next to nothing to read.
"""

from __future__ import annotations

import os
from itertools import groupby
from operator import attrgetter, itemgetter

import sqlalchemy as sa

from include.platform.tables import submission
from include.stage3_reading.read_with import reading_fingerprint


def plan_batches(engine: sa.Engine) -> list[list[str]]:
    """Ids of every submission to read, whichever night took it, in batches of similar bytes.

    Those are the ones landed and not read, and the ones read with code lists, columns or a reader other than today's.
    One a processor, because each starts a process that decodes. A project's deliveries stay together where they are no
    large part of a batch: they have texts in common, and what a text means is found out once.
    """
    with engine.connect() as connection:
        landed = connection.execute(
            sa.select(
                submission.c.submission_id,
                submission.c.project_code,
                sa.case((submission.c.archive_path == "", 0), else_=submission.c.size_bytes).label("size_bytes"),
            )
            .where(to_read())
            .order_by(submission.c.project_code, submission.c.delivery_number)
        ).all()
    count = min(len(landed), os.cpu_count() or 1)
    large = sum(row.size_bytes for row in landed) / max(count, 1) / 4
    portions: list[tuple[int, list[str]]] = []
    for _, rows in groupby(landed, key=attrgetter("project_code")):
        weight = 0
        ids: list[str] = []
        for row in rows:
            if ids and weight + row.size_bytes > large:
                portions.append((weight, ids))
                weight, ids = 0, []
            weight += row.size_bytes
            ids.append(row.submission_id)
        portions.append((weight, ids))
    batches: list[list[str]] = [[] for _ in range(count)]
    weights = [0] * count
    for weight, ids in sorted(portions, key=itemgetter(0), reverse=True):
        lightest = weights.index(min(weights))
        batches[lightest] += ids
        weights[lightest] += weight
    return [batch for batch in batches if batch]


def to_read() -> sa.ColumnElement[bool]:
    """The submissions that are not read yet, or not as they would be read today; a duplicate has no rows."""
    is_stale = submission.c.read_with.is_distinct_from(reading_fingerprint())
    return sa.and_(submission.c.status != "duplicate", sa.or_(submission.c.status == "landed", is_stale))
