"""Safety limits of a delivered file (submission.md, Safety limits)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from include.platform.settings import MAX_FILE_BYTES

MEGABYTE = 1024**2


@dataclass(frozen=True)
class Limits:
    """Sizes are in bytes; a file that exceeds any of them gets F02.

    Each has an environment variable of its name with the prefix ``READING_``, such as ``READING_MAX_PARTS``.
    """

    #: the file as delivered
    max_file_bytes: int = MAX_FILE_BYTES
    #: all parts inflated together, counted while inflating
    max_inflated_bytes: int = 1024 * MEGABYTE
    #: a part beyond ``ratio_from_bytes`` inflated may be at most ``max_ratio`` times its packed size
    max_ratio: int = 200
    ratio_from_bytes: int = 10 * MEGABYTE
    max_parts: int = 2_000
    #: cells that hold a value lie within so many rows and columns, counted from A1
    max_rows: int = 500_000
    max_columns: int = 256
    max_extent: int = 50_000_000
    #: texts of a sheet's cells, a string that many cells share counted in each
    max_text_bytes: int = 512 * MEGABYTE
    #: of the process that decodes: its address space, and what one file may take
    max_memory_bytes: int = 4096 * MEGABYTE
    max_cpu_seconds: int = 120
    max_wall_seconds: int = 1_200

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Limits:
        """The defaults, changed by the variables that are set. Raises ValueError where one is not a whole number."""
        given = {field.name: environment.get(f"READING_{field.name.upper()}", "").strip() for field in fields(cls)}
        return cls(**{name: int(value) for name, value in given.items() if value})

    def beyond(self, rows: np.ndarray, columns: np.ndarray) -> tuple[str, str, int, int] | None:
        """What is wrong with a sheet that has values at ``rows`` and ``columns``, in the order of rows.

        None, or a fault, its cause for the partner, and row and column of the first value beyond the limit (of the
        extent: of its far corner).
        """
        last_row, last_column = int(rows.max(initial=0)), int(columns.max(initial=0))
        if last_row > self.max_rows:
            at = int(np.argmax(rows > self.max_rows))
            return f"a value in row {rows[at]}, beyond {self.max_rows}", "far_row", int(rows[at]), int(columns[at])
        if last_column > self.max_columns:
            at = int(np.argmax(columns > self.max_columns))
            fault = f"a value in column {columns[at]}, beyond {self.max_columns}"
            return fault, "far_column", int(rows[at]), int(columns[at])
        if last_row * last_column > self.max_extent:
            fault = f"values spread over {last_row} x {last_column} cells, more than {self.max_extent}"
            return fault, "wide_extent", last_row, last_column
        return None
