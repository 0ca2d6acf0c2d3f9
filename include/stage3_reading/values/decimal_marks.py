"""Whether the cover's decimal mark is the one that a file's numbers are written with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from include.formats.numbers import OTHER
from include.stage3_reading.cells.grid import Kind
from include.stage3_reading.values.columns import Asked, Context
from include.stage3_reading.values.numbers import mark_proved_by


def without_contradicted_marks(asked: Sequence[Asked], contexts: Sequence[Context]) -> list[Context]:
    """The contexts; without its decimal mark where a number written as text can only be read with the other one.

    What is ambiguous in such a file stays so (C03). ``asked`` are the columns of its sheets of rows.
    """
    if not any(context.decimal_mark for context in contexts):
        return list(contexts)
    proved: set[tuple[int, str | None]] = set()
    for one in asked:
        if one.reader == "number":
            texts = pl.DataFrame({"file": one.file, "text": one.cells["clean"], "kind": one.cells["kind"]})
            telling = texts.filter((pl.col("kind") == int(Kind.TEXT)) & pl.col("text").str.contains("[.,]"))
            telling = telling.select("file", "text").unique()
            proved |= {(file, mark_proved_by(text)) for file, text in telling.iter_rows()}
    return [
        replace(context, decimal_mark=None) if (file, OTHER.get(context.decimal_mark or "", "")) in proved else context
        for file, context in enumerate(contexts)
    ]
