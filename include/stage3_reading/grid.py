"""One sheet's non-blank cells, whatever container they came in; all reading of values starts from here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
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
    """Non-blank cells of a sheet (``column``, from 1, and CELL_SCHEMA) in the order of rows, then columns."""

    cells: pl.DataFrame
    #: days between 1970-01-01 and day 0 of the file's date serials
    epoch: int

    @property
    def is_blank(self) -> bool:
        """Whether no cell holds anything."""
        return self.cells.is_empty()

    @cached_property
    def columns(self) -> dict[int, pl.DataFrame]:
        """The cells by column number, each column in the order of rows (CELL_SCHEMA)."""
        parts = self.cells.partition_by("column", as_dict=True, include_key=False, maintain_order=True)
        return {int(key[0]): part.select(CELL_SCHEMA.keys()) for key, part in sorted(parts.items())}

    def head(self, rows: int) -> dict[int, dict[int, str]]:
        """Texts of the first ``rows`` rows: row -> column -> text, both in order."""
        found: dict[int, dict[int, str]] = {}
        cells = self.cells.head(int(self.cells["row"].search_sorted(rows, side="right")))
        for row, column, text in zip(cells["row"], cells["column"], cells["clean"], strict=True):
            found.setdefault(row, {})[column] = text
        return found

    def rows_below(self, header: int) -> pl.Series:
        """Numbers of the rows below ``header`` that hold anything, in order."""
        row = self.cells["row"].to_numpy()
        row = row[np.searchsorted(row, header, side="right") :]
        starts = np.ones(len(row), dtype=bool)
        starts[1:] = row[1:] != row[:-1]
        return pl.Series("row", row[starts], dtype=pl.Int32)

    def dense(self, columns: list[int], rows: pl.Series) -> list[pl.DataFrame]:
        """The cells of each of ``columns``, one a row of ``rows``; null but for ``row`` where the cell is blank."""
        if not columns:
            return []
        wanted = rows.to_numpy()
        places = np.full(len(columns) * len(wanted), -1, dtype=np.int64)
        row, column = self.cells["row"].to_numpy(), self.cells["column"].to_numpy()
        slot_of = np.full(max(*columns, int(column.max(initial=0))) + 1, -1)
        slot_of[columns] = np.arange(len(columns))
        at = np.searchsorted(wanted, row)
        chosen = np.flatnonzero((slot_of[column] >= 0) & (at < len(wanted)))
        chosen = chosen[wanted[at[chosen]] == row[chosen]]
        places[slot_of[column[chosen]] * len(wanted) + at[chosen]] = chosen
        place = pl.Series(places).set(pl.Series(places < 0), None)
        cells = self.cells.select(pl.col(name).gather(place) for name in CELL_SCHEMA if name != "row")
        cells = cells.insert_column(0, pl.Series("row", np.tile(wanted, len(columns)), dtype=pl.Int32))
        return [cells.slice(slot * len(wanted), len(wanted)) for slot in range(len(columns))]


def mark_cleaned(cells: pl.DataFrame) -> pl.DataFrame:
    """Adds ``clean`` to cells that have ``raw``, and drops those of which nothing is left."""
    return cells.with_columns(clean(cells["raw"]).alias("clean")).filter(pl.col("clean") != "")
