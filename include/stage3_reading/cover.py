"""The cover: one field a row, its value beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import polars as pl

from include.contract import Sheet
from include.contract.model import CONTRACT_VERSION
from include.stage3_reading.findings import Findings, Slot
from include.stage3_reading.grid import Grid
from include.stage3_reading.layout import recognise_column
from include.stage3_reading.sheet_frame import as_received, placed
from include.stage3_reading.sheet_xml import column_letters
from include.stage3_reading.values import DTYPES, Asked, Context, read_columns


@dataclass(frozen=True)
class Cover:
    """``frame`` is ``raw.cover`` without the submission: one row."""

    frame: pl.DataFrame
    values_letter: str | None

    def value(self, field: str) -> str | None:
        """A text field as read."""
        found = self.frame[field][0]
        return None if found is None else str(found)


def read_cover(sheet: Sheet, grid: Grid, context: Context, findings: Findings) -> Cover:
    """Reads the fields; a required one that is missing or invalid gets F03, an optional one its C rule."""
    rows, number = _fields(sheet, grid)
    places = sorted(rows.values())
    cells = grid.dense([number], pl.Series(places, dtype=pl.Int32))[0] if number else pl.DataFrame()
    fields = [column for column in sheet.columns if column.key in rows]
    asked = [Asked(column, cells.slice(places.index(rows[column.key]), 1)) for column in fields]
    answers = read_columns(asked, context)
    slots = [Slot(sheet.key, column.key, number or 0) for column in fields]
    keys = [column.key for column in fields]
    notes = placed(answers.notes, slots)
    values = dict(zip(keys, answers.values, strict=True))
    version = values.get("contract_version")
    if version is not None and version[0] not in (None, CONTRACT_VERSION):
        wrong = pl.DataFrame({"rule": ["F03"], "sheet": [sheet.key], "column": ["contract_version"]})
        notes = pl.concat([notes, wrong], how="diagonal")
    unread = set(notes.filter(pl.col("rule").is_not_null())["column"])
    texts = dict(zip(keys, (one.cells["raw"][0] for one in asked), strict=True))
    faulty = [
        column.key
        for column in sheet.required_columns
        if column.key in unread or column.key not in values or values[column.key][0] is None
    ]
    for key in faulty:
        findings.add("F03", sheet.key, row=rows.get(key), column=key, number=number, value=texts.get(key))
    told = [number for number, key in enumerate(keys) if key not in faulty]
    findings.add_columns(slots, answers.notes.filter(pl.col("slot").is_in(told)))
    read = {
        column.key: values.get(column.key, pl.Series([None], dtype=DTYPES[column.type])) for column in sheet.columns
    }
    one_row = pl.Series([0], dtype=pl.Int32)
    received = as_received([(sheet.key, one_row)], notes.with_columns(row=pl.lit(0, dtype=pl.Int32)))
    frame = pl.DataFrame({"row_numbers": [json.dumps(rows)], **read}).hstack(received.get_columns())
    return Cover(frame, column_letters(number) if number else None)


def _fields(sheet: Sheet, grid: Grid) -> tuple[dict[str, int], int | None]:
    """Field -> row of its first appearance, and the number of the column their values are in."""
    fields: dict[int, dict[str, int]] = {}  # by column
    for row, column, text in grid.cells.select("row", "column", "clean").iter_rows():
        key = recognise_column(sheet.key, text)
        if key is not None:
            fields.setdefault(column, {}).setdefault(key, row)
    if not fields:
        return {}, None
    label_column = max(sorted(fields), key=lambda column: len(fields[column]))
    best = fields[label_column]
    # Labels merged over several columns leave blank ones between them and the values.
    beside = grid.cells.filter(pl.col("column") > label_column, pl.col("row").is_in(list(best.values())))
    number = beside["column"].min() if len(beside) else label_column + 1
    return dict(sorted(best.items(), key=lambda item: item[1])), int(str(number))
