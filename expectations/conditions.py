"""Small pieces of SQL that conditions share. A null comparison is unknown, and unknown breaks no rule."""

from __future__ import annotations


def unread(column: str) -> str:
    """The cell holds something that could not be read as the column's type."""
    return f"'{column}' = any(unread)"


def missing(column: str) -> str:
    """Nothing was sent; a value that could not be read is reported for that, and is not missing."""
    return f"({column} is null and not {unread(column)})"


def read_or_blank(*columns: str) -> str:
    """None of the columns holds something that could not be read."""
    return f"not (unread && array[{', '.join(map(repr, columns))}])"
