"""One sheet's non-blank cells, whatever container they came in; all reading of values starts from here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from itertools import pairwise

import numpy as np
import polars as pl

from include.stage3_reading.cells.cleaning import clean

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
#: not count; ``number`` is set for NUMBER, and for DATE holds days since 1970-01-01 (null for no date); ``zeros`` is
#: how many digits a number format of zeros alone shows at least, 0 in any other format.
CELL_SCHEMA = {
    "row": pl.Int32,
    "kind": pl.UInt8,
    "raw": pl.String,
    "clean": pl.String,
    "number": pl.Float64,
    "zeros": pl.UInt8,
}


#: Top, left, bottom and right of a merged range.
Range = tuple[int, int, int, int]


@dataclass(frozen=True)
class Grid:
    """Non-blank cells of a sheet (``column``, from 1, and CELL_SCHEMA) in the order of rows, then columns."""

    cells: pl.DataFrame
    #: days between 1970-01-01 and day 0 of the file's date serials
    epoch: int
    #: of the first records of a CSV file: how many fields they have, empty ones too
    widths: Mapping[int, int] = field(default_factory=dict)
    #: merged ranges that go over several rows
    merged_down: tuple[Range, ...] = ()

    @property
    def is_blank(self) -> bool:
        """Whether no cell holds anything."""
        return self.cells.is_empty()

    @cached_property
    def columns(self) -> dict[int, pl.DataFrame]:
        """The cells by column number, each column in the order of rows (CELL_SCHEMA)."""
        parts = self.cells.partition_by("column", as_dict=True, include_key=False, maintain_order=True)
        return {int(key[0]): part.select(CELL_SCHEMA.keys()) for key, part in sorted(parts.items())}

    def head(self, rows: int) -> Iterator[tuple[int, dict[int, str]]]:
        """The first ``rows`` rows as far as they hold anything: number, and texts by column; both in order."""
        row = self.cells["row"].to_numpy()
        row = row[: np.searchsorted(row, rows, side="right")]
        for start, end in pairwise([*np.flatnonzero(np.diff(row, prepend=0)), len(row)]):
            columns, texts = (self.cells[name].slice(start, end - start).to_list() for name in ("column", "clean"))
            yield int(row[start]), dict(zip(columns, texts, strict=True))

    def rows_below(self, header: int) -> pl.Series:
        """Numbers of the rows below ``header`` that hold anything, in order."""
        row = self.cells["row"].to_numpy()
        row = row[np.searchsorted(row, header, side="right") :]
        starts = np.ones(len(row), dtype=bool)
        starts[1:] = row[1:] != row[:-1]
        return pl.Series("row", row[starts], dtype=pl.Int32)


def dense(members: Sequence[tuple[Grid, Sequence[int], pl.Series]]) -> list[pl.DataFrame]:
    """The cells of each column in every grid's rows one grid after another; null but for ``row`` where blank.

    A member is a grid, the numbers of its columns (0 where it has none; all members name as many) and its rows.
    ``row`` of the cells counts all rows from 0, whichever grid they are of.
    """
    width, height = len(members[0][1]), sum(len(rows) for _, _, rows in members)
    places = np.full(width * height, -1, dtype=np.int64)
    first_row = first_cell = 0
    for grid, numbers, rows in members:
        wanted, row, column = (one.to_numpy() for one in (rows, grid.cells["row"], grid.cells["column"]))
        slot_of = np.full(max(*numbers, int(column.max(initial=0))) + 1, -1)
        slot_of[list(numbers)] = np.arange(width)
        slot_of[0] = -1
        at = np.searchsorted(wanted, row)
        chosen = np.flatnonzero((slot_of[column] >= 0) & (at < len(wanted)))
        chosen = chosen[wanted[at[chosen]] == row[chosen]]
        places[slot_of[column[chosen]] * height + first_row + at[chosen]] = first_cell + chosen
        first_row += len(wanted)
        first_cell += len(row)
    place = pl.Series(places).set(pl.Series(places < 0), None)
    names = [name for name in CELL_SCHEMA if name != "row"]
    cells = pl.concat([grid.cells.select(names) for grid, _, _ in members])
    cells = cells.select(pl.col(name).gather(place) for name in names)
    cells = cells.insert_column(0, pl.Series("row", np.tile(np.arange(height, dtype=np.int32), width)))
    return [cells.slice(slot * height, height) for slot in range(width)]


def mark_cleaned(cells: pl.DataFrame) -> pl.DataFrame:
    """Adds ``clean`` to cells that have ``raw``, and drops those of which nothing is left."""
    return cells.with_columns(clean(cells["raw"]).alias("clean")).filter(pl.col("clean") != "")
