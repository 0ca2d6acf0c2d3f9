"""The frames of sheets of rows: ``raw.<sheet>`` without the submission."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from include.contract import Column, Sheet
from include.stage3_reading.codes import tax_id_is_valid
from include.stage3_reading.findings import Findings, Slot
from include.stage3_reading.grid import Grid
from include.stage3_reading.layout import Header
from include.stage3_reading.values import DTYPES, Asked, Context, read_columns

#: Hexadecimal digits of a keyed hash that are kept: 128 bits.
KEY_DIGITS = 32


@dataclass(frozen=True)
class Table:
    """A sheet of rows as it was found, and its header."""

    sheet: Sheet
    grid: Grid
    header: Header


@dataclass(frozen=True)
class _Cells:
    """A column that has cells, and where it is."""

    slot: Slot
    column: Column
    cells: pl.DataFrame

    @property
    def needs_country(self) -> bool:
        return self.column.key == "tax_id" or self.column.codelist == "territory"


def sheet_frames(tables: Sequence[Table], context: Context, findings: Findings) -> dict[str, pl.DataFrame]:
    """Sheet -> a row for each that is not blank below the header.

    Columns: ``row_number``, the contract's, and those of :func:`as_received`.
    """
    rows = {table.sheet.key: table.grid.rows_below(table.header.row) for table in tables}
    every = [cells for table in tables for cells in _cells(table, rows[table.sheet.key])]
    values: dict[tuple[str, str], pl.Series] = {}
    notes = []
    for some in ([one for one in every if not one.needs_country], [one for one in every if one.needs_country]):
        countries = (values.get((one.slot.sheet, "country")) if one.needs_country else None for one in some)
        asked = [Asked(one.column, one.cells, country) for one, country in zip(some, countries, strict=True)]
        answers = read_columns(asked, context)
        slots = [one.slot for one in some]
        values |= {(slot.sheet, slot.column): value for slot, value in zip(slots, answers.values, strict=True)}
        findings.add_columns(slots, answers.notes)
        notes.append(placed(answers.notes, slots))
    received = as_received(list(rows.items()), pl.concat(notes))
    frames, start = {}, 0
    for table in tables:
        sheet, height = table.sheet, len(rows[table.sheet.key])
        columns = [rows[sheet.key].alias("row_number")]
        for column in sheet.columns:
            blank = pl.Series([None], dtype=DTYPES[column.type]).new_from_index(0, height)
            columns.append(values.get((sheet.key, column.key), blank).alias(column.key))
        frames[sheet.key] = pl.DataFrame([*columns, *received.slice(start, height).get_columns()])
        start += height
    return frames


def _cells(table: Table, rows: pl.Series) -> list[_Cells]:
    sheet, numbers = table.sheet, table.header.columns
    if not len(rows):
        return []
    columns = [column for column in sheet.columns if column.key in numbers]
    dense = table.grid.dense([numbers[column.key] for column in columns], rows)
    return [
        _Cells(Slot(sheet.key, column.key, numbers[column.key]), column, cells)
        for column, cells in zip(columns, dense, strict=True)
        if cells["raw"].null_count() < len(cells)
    ]


def placed(notes: pl.DataFrame, slots: Sequence[Slot]) -> pl.DataFrame:
    """Notes (values.NOTES) with the ``sheet`` and ``column`` of their slot, in the order of slots."""
    of_slot = pl.DataFrame(
        {"sheet": [slot.sheet for slot in slots], "column": [slot.column for slot in slots]},
        schema={"sheet": pl.String, "column": pl.String},
    )
    return notes.sort("slot", maintain_order=True).hstack(of_slot[notes["slot"].sort()].get_columns())


def as_received(rows: Sequence[tuple[str, pl.Series]], notes: pl.DataFrame) -> pl.DataFrame:
    """For each row of each sheet: ``unread``, the columns that could not be read, and ``received``.

    ``received`` is a JSON object of texts, null where it would be empty. ``notes`` are those of :func:`placed`.
    """
    sheets = pl.Series([sheet for sheet, _ in rows], dtype=pl.String)
    sheet = sheets.gather(np.repeat(np.arange(len(rows)), [len(of_sheet) for _, of_sheet in rows]))
    row = pl.concat([pl.Series(dtype=pl.Int32), *(of_sheet for _, of_sheet in rows)])
    text = pl.lit('"') + pl.col("column") + pl.lit('": "') + pl.col("text") + pl.lit('"')
    of_rows = (
        notes.with_columns(text=_json_text(notes["received"]))
        .lazy()
        .group_by("sheet", "row", maintain_order=True)
        .agg(
            pl.col("column").filter(pl.col("rule").is_not_null()).alias("unread"),
            text.drop_nulls().alias("texts"),
        )
    )
    joined = pl.LazyFrame({"sheet": sheet, "row": row}).join(
        of_rows, on=["sheet", "row"], how="left", maintain_order="left"
    )
    received = pl.lit("{") + pl.col("texts").list.join(", ") + pl.lit("}")
    return joined.select(
        pl.col("unread").fill_null([]),
        pl.when(pl.col("texts").list.len() > 0).then(received).alias("received"),
    ).collect()


_JSON_ESCAPES = {"\\": "\\\\", '"': '\\"', "\0": ""} | {chr(code): f"\\u{code:04x}" for code in range(1, 0x20)}


def _json_text(texts: pl.Series) -> pl.Series:
    """Texts escaped for JSON; NUL, which the database cannot hold, left out."""
    if not texts.str.contains(r'[\x00-\x1F"\\]').any():
        return texts
    return texts.str.replace_many(list(_JSON_ESCAPES), list(_JSON_ESCAPES.values()))


def with_judged_tax_ids(frame: pl.DataFrame) -> pl.DataFrame:
    """The enterprises' frame with ``tax_id_is_valid``."""
    taxpayers = frame.select("country", "tax_id").drop_nulls().unique()
    judged = [tax_id_is_valid(tax_id, country) for country, tax_id in taxpayers.iter_rows()]
    taxpayers = taxpayers.with_columns(pl.Series("tax_id_is_valid", judged, dtype=pl.Boolean))
    return frame.join(taxpayers, on=["country", "tax_id"], how="left", maintain_order="left")


def with_enterprise_keys(frame: pl.DataFrame, project_code: str, key: bytes) -> pl.DataFrame:
    """The enterprises' frame with ``taxpayer_key`` and ``enterprise_key``, hashes that nobody makes without ``key``."""

    def keyed(owner: str | None, text: str | None) -> str | None:
        if owner is None or text is None:
            return None
        return hmac.digest(key, f"{owner}|{text}".encode(), "sha256").hex()[:KEY_DIGITS]

    taxpayers = [keyed(country, tax_id) for country, tax_id in frame.select("country", "tax_id").iter_rows()]
    enterprises = [keyed(project_code, reference) for reference in frame["enterprise_ref"]]
    return frame.with_columns(
        pl.Series("taxpayer_key", taxpayers, dtype=pl.String),
        pl.Series("enterprise_key", enterprises, dtype=pl.String),
    ).select(pl.exclude("unread", "received"), "unread", "received")
