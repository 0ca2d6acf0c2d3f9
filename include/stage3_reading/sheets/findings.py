"""Findings of the reading, in the form of ``raw.reading_finding`` without the submission."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl

from include.stage3_reading.cells.addresses import column_letters

SCHEMA = {
    "rule": pl.String,
    "sheet": pl.String,
    "row_number": pl.Int32,
    "column_name": pl.String,
    "cell": pl.String,
    "value": pl.String,
}
#: A finding shows so much of a value; all of it stays in the row's ``received``.
_SHOWN = 500


class Findings:
    """Collects findings of files, single ones and those of whole columns."""

    def __init__(self) -> None:
        self._frames: list[pl.DataFrame] = []
        self._rows: list[tuple[int, str, str, int | None, str | None, str | None, str | None]] = []

    def add(
        self,
        file: int,
        rule: str,
        sheet: str,
        *,
        row: int | None = None,
        column: str | None = None,
        number: int | None = None,
        at: int | None = None,
        value: str | None = None,
    ) -> None:
        """One finding. The cell is column ``number`` in row ``at``, or in the finding's own where that is not given."""
        cell_row = at if at is not None else row
        cell = f"{column_letters(number)}{cell_row}" if number and cell_row else None
        self._rows.append((file, rule, sheet, row, column, cell, value))

    def add_notes(self, notes: pl.DataFrame) -> None:
        """Findings that notes (values.NOTES) are, with the ``file``, ``sheet``, ``row_number``, ``column_name`` and
        ``letters`` of each."""
        found = notes.filter(pl.col("rule").is_not_null() | pl.col("repaired"))
        self._frames.append(
            found.select(
                pl.col("file").cast(pl.Int32),
                pl.coalesce("rule", pl.lit("C09")).alias("rule"),
                "sheet",
                "row_number",
                "column_name",
                (pl.col("letters") + pl.col("row_number").cast(pl.String)).alias("cell"),
                pl.col("raw").alias("value"),
            )
        )

    def frames(self, files: int) -> list[pl.DataFrame]:
        """Every finding of each of so many files, file rules first (SCHEMA)."""
        single = pl.DataFrame(self._rows, schema={"file": pl.Int32, **SCHEMA}, orient="row")
        value = pl.col("value").str.slice(0, _SHOWN).str.replace_all("\0", "", literal=True)
        every = pl.concat([single, *self._frames]).with_columns(value).sort("file", maintain_order=True)
        starts = np.searchsorted(every["file"].to_numpy(), np.arange(files + 1))
        return [every.select(SCHEMA.keys()).slice(start, end - start) for start, end in pairwise(starts)]
