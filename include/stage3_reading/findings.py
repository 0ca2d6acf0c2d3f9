"""Findings of the reading, in the form of ``raw.reading_finding`` without the submission."""

from __future__ import annotations

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

    def add_column(self, sheet: str, column: str, number: int | None, rows: pl.Series, read: pl.DataFrame) -> None:
        """Findings of a column as ``values.read_column`` read it."""
        if read["rule"].null_count() == len(read) and not read["repaired"].any():
            return
        rule = pl.coalesce("rule", pl.when("repaired").then(pl.lit("C09")))
        found = read.select(rule.alias("rule"), rows.alias("row_number"), pl.col("raw").alias("value"))
        letters = column_letters(number) if number else None
        self._frames.append(
            found.lazy()
            .filter(pl.col("rule").is_not_null())
            .with_columns(
                pl.lit(sheet).alias("sheet"),
                pl.lit(column).alias("column_name"),
                (pl.lit(letters, dtype=pl.String) + pl.col("row_number").cast(pl.String)).alias("cell"),
            )
            .select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items())
            .collect()
        )

    def frame(self) -> pl.DataFrame:
        """Every finding, file rules first (SCHEMA)."""
        single = pl.DataFrame(self._rows, schema=SCHEMA, orient="row")
        value = pl.col("value").str.slice(0, _SHOWN).str.replace_all("\0", "", literal=True)
        return pl.concat([single, *self._frames]).with_columns(value)
