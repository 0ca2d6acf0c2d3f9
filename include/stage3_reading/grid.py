"""One sheet's non-blank cells, whatever container they came in; all reading of values starts from here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import polars as pl

from include.stage3_reading.text import clean

#: Excel's error names as shown in English, Spanish and Portuguese; in CSV they are all that is left of an error cell.
ERROR_NAMES = frozenset(
    """
    #N/A #REF! #DIV/0! #VALUE! #NAME? #NUM! #NULL! #SPILL! #CALC! #FIELD! #BLOCKED! #UNKNOWN! #CONNECT! #BUSY!
    #EXTERNAL! #PYTHON! #TIMEOUT! #GETTING_DATA
    #N/D #¡REF! #¡DIV/0! #¡VALOR! #¿NOMBRE? #¡NUM! #¡NÚM! #¡NULO! #¡DESBORDAMIENTO! #¡CALC!
    #VALOR! #NOME? #NÚM! #NULO! #DESPEJAR!
    """.split()  # noqa: SIM905 (a list literal of these would be unreadable)
)


class Kind(IntEnum):
    """What a cell holds."""

    TEXT = 0
    NUMBER = 1
    #: a number in a format that shows dates
    DATE = 2
    BOOLEAN = 3
    #: a spreadsheet error
    ERROR = 4
    #: a formula with no stored value
    FORMULA = 5


#: ``raw`` is the cell's text as received, ``clean`` the same without the white space and control characters that do
#: not count; ``number`` is set for NUMBER, and for DATE holds days since 1970-01-01 (null for no date).
CELL_SCHEMA = {
    "row": pl.Int32,
    "kind": pl.UInt8,
    "raw": pl.String,
    "clean": pl.String,
    "number": pl.Float64,
}


@dataclass(frozen=True)
class Grid:
    """Non-blank cells by column number (from 1), each column in the order of rows (CELL_SCHEMA)."""

    columns: dict[int, pl.DataFrame]
    #: days between 1970-01-01 and day 0 of the file's date serials
    epoch: int

    @property
    def is_blank(self) -> bool:
        """Whether no cell holds anything."""
        return not self.columns

    def head(self, rows: int) -> dict[int, dict[int, str]]:
        """Texts of the first ``rows`` rows: row -> column -> text, both in order."""
        found: dict[int, dict[int, str]] = {}
        for number, cells in sorted(self.columns.items()):
            for row, text in zip(cells["row"].head(rows), cells["clean"].head(rows), strict=True):
                if row <= rows:
                    found.setdefault(row, {})[number] = text
        return dict(sorted(found.items()))

    def rows_below(self, header: int) -> pl.Series:
        """Numbers of the rows below ``header`` that hold anything, in order."""
        rows = [cells["row"] for cells in self.columns.values()]
        if not rows:
            return pl.Series("row", [], dtype=pl.Int32)
        longest = max(rows, key=len)
        others = [series for series in rows if len(series) < len(longest) or not series.equals(longest)]
        every = pl.concat([longest, *others]).unique().sort() if others else longest
        return every.filter(every > header).rename("row")

    def column(self, number: int | None, rows: pl.Series) -> pl.DataFrame:
        """The column's cells, one a row of ``rows``; null where the cell is blank (CELL_SCHEMA)."""
        cells = self.columns.get(number) if number is not None else None
        if cells is None:
            return pl.DataFrame({"row": rows}).with_columns(
                pl.lit(None, dtype=dtype).alias(name) for name, dtype in CELL_SCHEMA.items() if name != "row"
            )
        if len(rows) and len(cells) >= len(rows):
            tail = cells.tail(len(rows))
            if tail["row"].equals(rows):
                return tail
        return pl.DataFrame({"row": rows}).join(cells, on="row", how="left", maintain_order="left")


def by_column(cells: pl.DataFrame) -> dict[int, pl.DataFrame]:
    """Cells of a sheet, with their ``column`` and in the order of rows, as :class:`Grid` holds them."""
    parts = cells.partition_by("column", as_dict=True, include_key=False, maintain_order=True)
    return {int(key[0]): part.select(CELL_SCHEMA.keys()) for key, part in sorted(parts.items())}


def mark_cleaned(cells: pl.DataFrame) -> pl.DataFrame:
    """Adds ``clean`` to cells that have ``raw``, and drops those of which nothing is left."""
    return cells.with_columns(clean(cells["raw"]).alias("clean")).filter(pl.col("clean") != "")
