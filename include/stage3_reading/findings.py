"""Findings of the reading, in the form of ``raw.reading_finding`` without the submission."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from include.stage3_reading.sheet_xml import column_letters

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


@dataclass(frozen=True)
class Slot:
    """Where a column's cells are: the contract's keys, and the column's number in the file."""

    sheet: str
    column: str
    number: int


class Findings:
    """Collects findings, single ones and whole columns."""

    def __init__(self) -> None:
        self._frames: list[pl.DataFrame] = []
        self._rows: list[tuple[str, str, int | None, str | None, str | None, str | None]] = []

    def add(
        self,
        rule: str,
        sheet: str,
        *,
        row: int | None = None,
        column: str | None = None,
        number: int | None = None,
        at: int | None = None,
        value: str | None = None,
    ) -> None:
        """One finding. The cell is column ``number`` in the row, or in row ``at`` where the finding itself has none."""
        cell_row = row if row is not None else at
        cell = f"{column_letters(number)}{cell_row}" if number and cell_row else None
        self._rows.append((rule, sheet, row, column, cell, value))

    def add_columns(self, slots: list[Slot], notes: pl.DataFrame) -> None:
        """Findings of columns as ``values.read_columns`` noted them; ``slots`` says where each of them is."""
        found = notes.filter(pl.col("rule").is_not_null() | pl.col("repaired"))
        if found.is_empty():
            return
        places = pl.DataFrame(
            {
                "sheet": [slot.sheet for slot in slots],
                "column_name": [slot.column for slot in slots],
                "letters": [column_letters(slot.number) for slot in slots],
            }
        )
        self._frames.append(
            found.hstack(places[found["slot"]].get_columns()).select(
                pl.coalesce("rule", pl.lit("C09")).alias("rule"),
                "sheet",
                pl.col("row").alias("row_number"),
                "column_name",
                (pl.col("letters") + pl.col("row").cast(pl.String)).alias("cell"),
                pl.col("raw").alias("value"),
            )
        )

    def frame(self) -> pl.DataFrame:
        """Every finding, file rules first (SCHEMA)."""
        single = pl.DataFrame(self._rows, schema=SCHEMA, orient="row")
        value = pl.col("value").str.slice(0, _SHOWN).str.replace_all("\0", "", literal=True)
        return pl.concat([single, *self._frames]).with_columns(value)
