"""The frames of sheets of rows: ``raw.<sheet>`` without the submission."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np
import polars as pl

from include.contract import Column, Sheet
from include.stage3_reading.cells.addresses import column_letters
from include.stage3_reading.cells.grid import Grid, dense
from include.stage3_reading.sheets.findings import Findings
from include.stage3_reading.sheets.header import Header
from include.stage3_reading.values.codes import tax_id_is_valid
from include.stage3_reading.values.columns import DTYPES, Asked, Context, read_columns
from include.stage3_reading.values.decimal_marks import without_contradicted_marks


@dataclass(frozen=True)
class Table:
    """A sheet of rows as it was found in a file, and its header."""

    file: int
    grid: Grid
    header: Header

    @cached_property
    def rows(self) -> pl.Series:
        """Numbers of the rows that are not blank below the header."""
        return self.grid.rows_below(self.header.row)


@dataclass(frozen=True)
class Stack:
    """The tables of a sheet, of one file after another."""

    sheet: Sheet
    tables: Sequence[Table]

    @cached_property
    def row_numbers(self) -> pl.Series:
        """Of each row, its number in its file."""
        return pl.concat([table.rows for table in self.tables])

    @cached_property
    def files(self) -> np.ndarray:
        """Of each row, its file."""
        return np.repeat([table.file for table in self.tables], [len(table.rows) for table in self.tables])


@dataclass(frozen=True)
class _Cells:
    """A column that has cells."""

    stack: Stack
    #: rows of the stacks before
    first_row: int
    column: Column
    cells: pl.DataFrame

    @property
    def needs_country(self) -> bool:
        return self.column.key == "tax_id" or self.column.codelist == "territory"


def sheet_frames(stacks: Sequence[Stack], contexts: Sequence[Context], findings: Findings) -> list[pl.DataFrame]:
    """The rows of each stack; ``contexts`` are by file.

    Columns: ``row_number``, the contract's, ``tax_id_is_valid`` of enterprises, and those of :func:`as_received`.
    """
    if not stacks:
        return []
    starts = list(accumulate((len(stack.files) for stack in stacks), initial=0))
    every = [cells for stack, start in zip(stacks, starts, strict=False) for cells in _cells(stack, start)]
    contexts = without_contradicted_marks([Asked(one.column, one.cells, one.stack.files) for one in every], contexts)
    values: dict[tuple[str, str], pl.Series] = {}
    notes = []
    for some in ([one for one in every if not one.needs_country], [one for one in every if one.needs_country]):
        countries = (values.get((one.stack.sheet.key, "country")) if one.needs_country else None for one in some)
        asked = [
            Asked(one.column, one.cells, one.stack.files, country) for one, country in zip(some, countries, strict=True)
        ]
        answers = read_columns(asked, contexts)
        values |= {
            (one.stack.sheet.key, one.column.key): value for one, value in zip(some, answers.values, strict=True)
        }
        notes.append(_placed(answers.notes, some, stacks, len(contexts)))
    findings.add_notes(pl.concat(notes))
    received = as_received(starts[-1], pl.concat(notes))
    frames = []
    for stack, start in zip(stacks, starts, strict=False):
        sheet, height = stack.sheet, len(stack.files)
        columns = [stack.row_numbers.alias("row_number")]
        for column in sheet.columns:
            blank = pl.Series([None], dtype=DTYPES[column.type]).new_from_index(0, height)
            columns.append(values.get((sheet.key, column.key), blank).alias(column.key))
        frame = pl.DataFrame([*columns, *received.slice(start, height).get_columns()])
        frames.append(_with_judged_tax_ids(frame) if sheet.kind == "enterprises" else frame)
    return frames


def _cells(stack: Stack, first_row: int) -> list[_Cells]:
    known = {key for table in stack.tables for key in table.header.columns}
    columns = [column for column in stack.sheet.columns if column.key in known]
    if not columns or not len(stack.files):
        return []
    numbers = [[table.header.columns.get(column.key, 0) for column in columns] for table in stack.tables]
    cells = dense([(table.grid, of, table.rows) for table, of in zip(stack.tables, numbers, strict=True)])
    return [
        _Cells(stack, first_row, column, one)
        for column, one in zip(columns, cells, strict=True)
        if one["raw"].null_count() < len(one)
    ]


def _placed(notes: pl.DataFrame, slots: Sequence[_Cells], stacks: Sequence[Stack], files: int) -> pl.DataFrame:
    """Notes (values.NOTES) in the order of slots, with what findings ask for and the row's place ``at`` among all."""
    notes = notes.sort("slot", maintain_order=True)
    slot = notes["slot"].to_numpy()
    at = np.array([one.first_row for one in slots], dtype=np.int64)[slot] + notes["row"].to_numpy()
    file = np.concatenate([np.empty(0, dtype=np.int64), *(stack.files for stack in stacks)])[at]
    row_number = pl.concat([pl.Series(dtype=pl.Int32), *(stack.row_numbers for stack in stacks)]).gather(at)
    letters: list[str | None] = [None] * (len(slots) * files)
    for number, one in enumerate(slots):
        for table in one.stack.tables:
            if one.column.key in table.header.columns:
                letters[number * files + table.file] = column_letters(table.header.columns[one.column.key])
    return notes.with_columns(
        pl.Series("at", at),
        pl.Series("file", file),
        pl.Series([one.stack.sheet.key for one in slots], dtype=pl.String).gather(slot).alias("sheet"),
        row_number.alias("row_number"),
        pl.Series([one.column.key for one in slots], dtype=pl.String).gather(slot).alias("column_name"),
        pl.Series(letters, dtype=pl.String).gather(slot * files + file).alias("letters"),
    )


def as_received(height: int, notes: pl.DataFrame) -> pl.DataFrame:
    """For each of so many rows: ``unread``, the columns that could not be read, and ``received``.

    ``received`` is a JSON object of texts, null where it would be empty. ``notes`` are values.NOTES with
    ``column_name`` and, as ``at``, the row.
    """
    text = pl.lit('"') + pl.col("column_name") + pl.lit('": "') + pl.col("text") + pl.lit('"')
    of_rows = (
        notes.with_columns(text=_json_text(notes["received"]))
        .lazy()
        .group_by("at", maintain_order=True)
        .agg(
            pl.col("column_name").filter(pl.col("rule").is_not_null()).alias("unread"),
            text.drop_nulls().alias("texts"),
        )
    )
    every = pl.LazyFrame({"at": pl.int_range(height, dtype=pl.Int64, eager=True)})
    received = pl.lit("{") + pl.col("texts").list.join(", ") + pl.lit("}")
    return (
        every.join(of_rows, on="at", how="left", maintain_order="left")
        .select(
            pl.col("unread").fill_null([]),
            pl.when(pl.col("texts").list.len() > 0).then(received).alias("received"),
        )
        .collect()
    )


_JSON_ESCAPES = {"\\": "\\\\", '"': '\\"', "\0": ""} | {chr(code): f"\\u{code:04x}" for code in range(1, 0x20)}


def _json_text(texts: pl.Series) -> pl.Series:
    """Texts escaped for JSON; NUL, which the database cannot hold, left out."""
    if not texts.str.contains(r'[\x00-\x1F"\\]').any():
        return texts
    return texts.str.replace_many(list(_JSON_ESCAPES), list(_JSON_ESCAPES.values()))


def _with_judged_tax_ids(frame: pl.DataFrame) -> pl.DataFrame:
    """The enterprises' frame with ``tax_id_is_valid``."""
    taxpayers = frame.select("country", "tax_id").drop_nulls().unique()
    judged = [tax_id_is_valid(tax_id, country) for country, tax_id in taxpayers.iter_rows()]
    taxpayers = taxpayers.with_columns(pl.Series("tax_id_is_valid", judged, dtype=pl.Boolean))
    return frame.join(taxpayers, on=["country", "tax_id"], how="left", maintain_order="left")
