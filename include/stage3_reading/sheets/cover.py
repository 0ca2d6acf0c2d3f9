"""The cover: one field a row, its value beside it; of many files at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from include.contract import Sheet
from include.contract.model import CONTRACT_VERSION
from include.formats.labels import recognise_column
from include.stage3_reading.cells.addresses import column_letters
from include.stage3_reading.cells.grid import CELL_SCHEMA, Grid
from include.stage3_reading.sheets.findings import Findings
from include.stage3_reading.sheets.frames import as_received
from include.stage3_reading.values.columns import Asked, Context, read_columns


@dataclass(frozen=True)
class Cover:
    """``frame`` is ``raw.cover`` without the submission: one row."""

    frame: pl.DataFrame
    values_letter: str | None

    def value(self, field: str) -> str | None:
        """A text field as read."""
        found = self.frame[field][0]
        return None if found is None else str(found)


#: A cell but for its column and row: kind, raw, clean, number, zeros.
_Cell = tuple[int | None, str | None, str | None, float | None, int | None]
_BLANK: _Cell = (None, None, None, None, None)


def read_covers(
    sheet: Sheet, grids: Mapping[int, Grid], contexts: Sequence[Context], findings: Findings
) -> dict[int, Cover]:
    """Reads the fields of each file's cover; a required one that is missing or invalid gets F03, an optional one its
    C rule. ``contexts`` are by file."""
    if not grids:
        return {}
    places = {file: _fields(sheet, grid) for file, grid in grids.items()}
    files, keys = np.array(list(grids)), [column.key for column in sheet.columns]
    cells = _values(keys, grids, places)
    asked = [
        Asked(column, cells.slice(slot * len(files), len(files)), files) for slot, column in enumerate(sheet.columns)
    ]
    answers = read_columns(asked, contexts)
    values = dict(zip(keys, answers.values, strict=True))
    texts = dict(zip(keys, (one.cells["raw"] for one in asked), strict=True))
    notes = answers.notes.sort("slot", maintain_order=True)
    notes = notes.select(
        pl.col("row").cast(pl.Int64).alias("at"),
        pl.Series(keys, dtype=pl.String).gather(notes["slot"]).alias("column_name"),
        pl.coalesce("rule", pl.when("repaired").then(pl.lit("C09"))).alias("finding"),
        "rule",
        "received",
    )
    versions = values["contract_version"]
    wrong = [at for at, version in enumerate(versions) if version not in (None, CONTRACT_VERSION)]
    of_version = pl.DataFrame({"at": wrong}, schema={"at": pl.Int64}).with_columns(
        column_name=pl.lit("contract_version"), rule=pl.lit("F03")
    )
    notes = pl.concat([notes, of_version], how="diagonal")
    unread = set(notes.filter(pl.col("rule").is_not_null()).select("at", "column_name").iter_rows())
    faulty = {
        (at, column.key)
        for at in range(len(files))
        for column in sheet.required_columns
        if (at, column.key) in unread or values[column.key][at] is None
    }

    def tell(rule: str, at: int, key: str) -> None:
        rows, number = places[file := int(files[at])]
        findings.add(file, rule, sheet.key, row=rows.get(key), column=key, number=number, value=texts[key][at])

    for at in range(len(files)):
        for column in sheet.required_columns:
            if (at, column.key) in faulty:
                tell("F03", at, column.key)
    for at, key, finding in notes.select("at", "column_name", "finding").iter_rows():
        if finding is not None and (at, key) not in faulty:
            tell(finding, at, key)
    row_numbers = pl.Series("row_numbers", [json.dumps(rows) for rows, _ in places.values()], dtype=pl.String)
    read = [value.alias(key) for key, value in values.items()]
    frame = pl.DataFrame([row_numbers, *read, *as_received(len(files), notes).get_columns()])
    return {
        file: Cover(frame.slice(at, 1), column_letters(number) if number else None)
        for at, (file, (_, number)) in enumerate(places.items())
    }


def _values(
    keys: Sequence[str], grids: Mapping[int, Grid], places: Mapping[int, tuple[dict[str, int], int | None]]
) -> pl.DataFrame:
    """The cells of each field, one a file (grid.CELL_SCHEMA, ``row`` counting files)."""
    found: list[dict[str, _Cell]] = []
    for file, (rows, number) in places.items():
        at = np.flatnonzero(grids[file].cells["column"].to_numpy() == (number or 0))
        beside = grids[file].cells[at]
        cell_of = dict(
            zip(beside["row"], beside.select("kind", "raw", "clean", "number", "zeros").iter_rows(), strict=True)
        )
        found.append({key: cell_of.get(row, _BLANK) for key, row in rows.items()})
    cells = [(at, *of_file.get(key, _BLANK)) for key in keys for at, of_file in enumerate(found)]
    return pl.DataFrame(cells, schema=CELL_SCHEMA, orient="row")


def _fields(sheet: Sheet, grid: Grid) -> tuple[dict[str, int], int | None]:
    """Field -> row of its first appearance, and the number of the column their values are in."""
    fields: dict[int, dict[str, int]] = {}  # by column
    row, column = (grid.cells[name].to_numpy() for name in ("row", "column"))
    for at, text in enumerate(grid.cells["clean"]):
        key = recognise_column(sheet.key, text)
        if key is not None:
            fields.setdefault(int(column[at]), {}).setdefault(key, int(row[at]))
    if not fields:
        return {}, None
    label_column = max(sorted(fields), key=lambda column: len(fields[column]))
    best = fields[label_column]
    # Labels merged over several columns leave blank ones between them and the values.
    beside = column[(column > label_column) & np.isin(row, list(best.values()))]
    number = int(beside.min()) if len(beside) else label_column + 1
    return dict(sorted(best.items(), key=lambda item: item[1])), number
