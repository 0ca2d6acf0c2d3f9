"""What may not be told, looked for where it must not be."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl


def found(values: Iterable[str], text: str) -> list[str]:
    """Those that stand anywhere in the text, all looked for in one pass: there are thousands, and it is long."""
    return list(pl.Series([text]).str.extract_many(sorted(values), overlapping=True).explode().drop_nulls())
