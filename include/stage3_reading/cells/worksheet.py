"""Cells of worksheets' XML, sparse: one row a cell that is there, whatever lies between cells.

How a cell goes through:

1. ``usual_writing`` looks at what stands around the cells and splits what is between at each ``<c ``.
2. One regular expression takes a cell apart: address, attributes, formula, value, and what lies before the next cell.
3. Type and format are looked up once for each distinct text of attributes; references such as ``&lt;`` are resolved.
4. If any byte of a sheet is not accounted for, the whole sheet goes to ``any_writing``, an XML parser, which is exact.
5. Both give the same (``decoded``), as tests draw sheets to see; the first takes a third of the time of all reading.
6. Here the cells are put in the order of rows, then columns, and none may stand twice at one address.
7. ``sheet_grid`` then says what a cell holds: shared text, number, date, error, formula without a value.

Small sheets are split together and share the cost of a query. A dense decoder would allocate the rectangle between the
first and the last cell, which a workbook of 1 KB can make half a terabyte; here a cell costs what it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from include.stage3_reading.cells.addresses import LAST_COLUMN, LAST_ROW
from include.stage3_reading.cells.any_writing import any_cells
from include.stage3_reading.cells.usual_writing import usual_cells
from include.stage3_reading.container.refusal import NotReadable


def sheets_cells(parts: Sequence[bytes]) -> pl.DataFrame:
    """Cells of sheets one after another, in the order of rows, then columns; ``sheet`` is the number of the part (and
    decoded.SCHEMA). Raises NotReadable for what is not a sheet."""
    cells = pl.concat(_cells(0, parts))
    order = (cells["sheet"].cast(pl.Int64) * (LAST_ROW + 1) + cells["row"]) * (LAST_COLUMN + 1) + cells["column"]
    if not (order.diff().drop_nulls() > 0).all():
        if order.n_unique() < len(order):
            raise NotReadable("two cells at one address")
        cells = cells.sort("sheet", "row", "column")
    return cells


def _cells(first: int, parts: Sequence[bytes]) -> Iterator[pl.DataFrame]:
    """Cells of parts, the first of which is number ``first``: halves where not all are in the usual writing."""
    cells = usual_cells(parts)
    if cells is not None:
        yield cells.with_columns(pl.col("sheet") + first)
    elif len(parts) == 1:
        yield any_cells(parts[0]).select(pl.lit(first, dtype=pl.Int32).alias("sheet"), pl.all())
    else:
        middle = len(parts) // 2
        yield from _cells(first, parts[:middle])
        yield from _cells(first + middle, parts[middle:])
