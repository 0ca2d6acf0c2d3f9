"""Loading readings into the warehouse by COPY, a batch of submissions in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import polars as pl
import sqlalchemy as sa

from include.platform import tables
from include.platform.copying import copy_csv
from include.platform.tables import submission
from include.stage3_reading.read_with import reading_fingerprint
from include.stage3_reading.sheets.reading import Reading

Batch = list[tuple[str, Reading]]


def load(
    connection: sa.Connection, readings: Iterable[tuple[str, Reading]], copies: Mapping[str, str] | None = None
) -> None:
    """Puts readings, each with its submission's id, into ``raw`` and ``ops``, in the transaction of ``connection``.

    What was loaded of those submissions before is replaced, so loading again changes nothing; one that has been judged
    is left alone, unless it was read with other code lists than today's: it keeps its status and is judged again.
    ``ops.submission`` gets period, language, reading, ``read_with`` and, where it was landed, the status ``read``.
    ``copies`` says of submissions which archived copy was read: where an erasure has put another in its place
    meanwhile, nothing is loaded, and the next night reads that.
    """
    batch = list(readings)
    # A night that overlaps this one may have read and judged some of them meanwhile: those stay as they are.
    still_waiting = sa.or_(
        submission.c.status.in_(["landed", "read"]), submission.c.read_with.is_distinct_from(reading_fingerprint())
    )
    found = connection.execute(
        sa.select(submission.c.submission_id, submission.c.archive_path)
        .where(submission.c.submission_id.in_([of for of, _ in batch]))
        .where(submission.c.status != "duplicate", still_waiting)
        .order_by(submission.c.submission_id)
        .with_for_update()
    ).tuples()
    waiting = {of for of, archive_path in found if copies is None or copies[of] == archive_path}
    batch = [(of, reading) for of, reading in batch if of in waiting]
    if not batch:
        return
    for table in (*tables.raw.values(), tables.reading_finding, tables.sheet_reading):
        connection.execute(sa.delete(table).where(table.c.submission_id.in_(waiting)))
    for sheet, table in tables.raw.items():
        parts = [(of, reading.frames[sheet]) for of, reading in batch if sheet in reading.frames]
        _copy(connection, table, _with_ids(parts))
    _copy(connection, tables.reading_finding, _with_ids([(of, reading.findings) for of, reading in batch]))
    _copy(connection, tables.sheet_reading, _sheet_readings(batch))
    for of, reading in batch:
        connection.execute(
            sa.update(submission)
            .where(submission.c.submission_id == of)
            .values(
                period=reading.period,
                language=reading.language,
                reading=reading.details,
                read_with=reading_fingerprint(),
                status=sa.case((submission.c.status == "landed", "read"), else_=submission.c.status),
            )
        )


def _with_ids(parts: Sequence[tuple[str, pl.DataFrame]]) -> pl.DataFrame:
    """The frames below each other, each row with its submission."""
    if not parts:
        return pl.DataFrame()
    of = pl.Series([of for of, _ in parts]).gather(np.repeat(np.arange(len(parts)), [len(frame) for _, frame in parts]))
    return of.to_frame("submission_id").hstack(pl.concat([frame for _, frame in parts]).get_columns())


def _sheet_readings(batch: Batch) -> pl.DataFrame:
    rows = [
        (
            submission_id,
            sheet.sheet,
            sheet.file_sheet,
            sheet.is_judged,
            sheet.header_row,
            sheet.row_count,
            json.dumps(sheet.column_letters, ensure_ascii=False),
        )
        for submission_id, reading in batch
        for sheet in reading.sheets
    ]
    schema = {
        "submission_id": pl.String,
        "sheet": pl.String,
        "file_sheet": pl.String,
        "is_judged": pl.Boolean,
        "header_row": pl.Int32,
        "row_count": pl.Int32,
        "column_letters": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _copy(connection: sa.Connection, table: sa.Table, frame: pl.DataFrame) -> None:
    if frame.is_empty():
        return
    if "unread" in frame.columns:  # column keys are plain words: an array needs no quotes
        array = pl.lit("{") + pl.col("unread").list.join(",") + pl.lit("}")
        frame = frame.with_columns(array.alias("unread"))
    copy_csv(connection, table, frame.columns, [frame.write_csv(include_header=False).encode()])
