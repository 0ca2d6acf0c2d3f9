"""The cover: one field a row, its value beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import polars as pl

from include.contract import Sheet
from include.contract.model import CONTRACT_VERSION
from include.stage3_reading.findings import Findings
from include.stage3_reading.grid import CELL_SCHEMA, Grid
from include.stage3_reading.layout import recognise_column
from include.stage3_reading.sheet_frame import as_received
from include.stage3_reading.sheet_xml import column_letters
from include.stage3_reading.values import Context, read_column


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
    read: dict[str, pl.DataFrame] = {}
    for column in sheet.columns:
        row = rows.get(column.key)
        place = pl.Series("row", [] if row is None else [row], dtype=pl.Int32)
        cells = (
            grid.column(number, place)
            if row is not None
            else pl.DataFrame({"row": [None]}).with_columns(
                pl.lit(None, dtype=dtype).alias(name) for name, dtype in CELL_SCHEMA.items()
            )
        )
        one = read_column(column, cells, context)
        if column.key == "contract_version" and one["value"][0] not in (None, CONTRACT_VERSION):
            one = one.with_columns(rule=pl.lit("F03"))
        if column.required and (one["value"][0] is None or one["rule"][0] is not None):
            findings.add("F03", sheet.key, row=row, column=column.key, number=number, value=one["raw"][0])
        elif row is not None:
            findings.add_column(sheet.key, column.key, number, place, one)
        read[column.key] = one
    values = {key: one["value"] for key, one in read.items()}
    frame = pl.DataFrame({"row_numbers": [json.dumps(rows)], **values, **as_received(read)})
    return Cover(frame, column_letters(number) if number else None)


def _fields(sheet: Sheet, grid: Grid) -> tuple[dict[str, int], int | None]:
    """Field -> row of its first appearance, and the number of the column their values are in."""
    best: dict[str, int] = {}
    label_column = None
    for number, cells in sorted(grid.columns.items()):
        fields: dict[str, int] = {}
        for row, text in cells.select("row", "clean").iter_rows():
            key = recognise_column(sheet.key, text)
            if key is not None:
                fields.setdefault(key, row)
        if len(fields) > len(best):
            best, label_column = fields, number
    if label_column is None:
        return {}, None
    # Labels merged over several columns leave blank ones between them and the values.
    labelled = pl.Series(list(best.values()), dtype=pl.Int32).implode()
    values = (
        number
        for number, cells in sorted(grid.columns.items())
        if number > label_column and cells.select(pl.col("row").is_in(labelled).any()).item()
    )
    return dict(sorted(best.items(), key=lambda item: item[1])), next(values, label_column + 1)
