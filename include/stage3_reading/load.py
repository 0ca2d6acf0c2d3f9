"""Loading readings into the warehouse by COPY, a batch of submissions in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import polars as pl
import psycopg
from psycopg import sql

from include.platform import tables
from include.stage3_reading.read_with import reading_fingerprint
from include.stage3_reading.sheets.reading import Reading

Batch = list[tuple[str, Reading]]


def load(
    connection: psycopg.Connection,
    readings: Iterable[tuple[str, Reading]],
    copies: Mapping[str, str] | None = None,
) -> None:
    """Puts readings, each with its submission's id, into ``raw`` and ``ops``, in one transaction.

    What was loaded of those submissions before is replaced, so loading again changes nothing; one that has been judged
    is left alone, unless it was read with other code lists than today's: it keeps its status and is judged again.
    ``ops.submission`` gets period, language, reading, ``read_with`` and, where it was landed, the status ``read``.
    ``copies`` says of submissions which archived copy was read: where an erasure has put another in its place
    meanwhile, nothing is loaded, and the next night reads that.
    """
    batch = list(readings)
    if not batch:
        return
    with connection.transaction(), connection.cursor() as cursor:
        # A night that overlaps this one may have read and judged some of them meanwhile: those stay as they are.
        cursor.execute(
            "select submission_id, archive_path from ops.submission"
            " where submission_id = any(%s) and status <> 'duplicate'"
            " and (status in ('landed', 'read') or read_with is distinct from %s) order by submission_id for update",
            [[submission_id for submission_id, _ in batch], reading_fingerprint()],
        )
        waiting = {
            submission_id
            for submission_id, archive_path in cursor.fetchall()
            if copies is None or copies[submission_id] == archive_path
        }
        batch = [(submission_id, reading) for submission_id, reading in batch if submission_id in waiting]
        identifiers = sorted(waiting)
        for table in (*tables.raw.values(), tables.reading_finding, tables.sheet_reading):
            statement = sql.SQL("delete from {} where submission_id = any(%s)")
            cursor.execute(statement.format(sql.Identifier(str(table.schema), table.name)), [identifiers])
        for sheet, table in tables.raw.items():
            parts = [(of, reading.frames[sheet]) for of, reading in batch if sheet in reading.frames]
            _copy(cursor, str(table.schema), table.name, _with_ids(parts))
        _copy(cursor, "raw", "reading_finding", _with_ids([(of, reading.findings) for of, reading in batch]))
        _copy(cursor, "ops", "sheet_reading", _sheet_readings(batch))
        cursor.executemany(
            "update ops.submission set period = %s, language = %s, reading = %s, read_with = %s,"
            " status = case status when 'landed' then 'read' else status end where submission_id = %s",
            [
                (reading.period, reading.language, _json(reading.details), reading_fingerprint(), identifier)
                for identifier, reading in batch
            ],
        )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


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
            _json(sheet.column_letters),
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


def _copy(cursor: psycopg.Cursor, schema: str, table: str, frame: pl.DataFrame) -> None:
    if frame.is_empty():
        return
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in frame.columns)
    statement = sql.SQL("copy {} ({}) from stdin (format csv, null '')")
    if "unread" in frame.columns:  # column keys are plain words: an array needs no quotes
        array = pl.lit("{") + pl.col("unread").list.join(",") + pl.lit("}")
        frame = frame.with_columns(array.alias("unread"))
    with cursor.copy(statement.format(sql.Identifier(schema, table), columns)) as copy:
        copy.write(frame.write_csv(include_header=False).encode())
