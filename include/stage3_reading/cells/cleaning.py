"""Texts of cells cleaned, a column at a time; most need nothing, and the others are cleaned once each."""

from __future__ import annotations

import polars as pl

from include.formats.text import EMPTY, clean_text, fold

_LONGEST_EMPTY = max(map(len, EMPTY))
#: Beside ASCII, letters of Latin languages in one character are clean as they stand.
_NEEDS_WORK = r"[^ -~\x{A1}-\x{AC}\x{AE}-\x{17F}]|  |^ | $"


def is_empty(texts: pl.Series) -> pl.Series:
    """Whether each cleaned text stands for an empty value; none of those has a digit."""
    short = texts.filter((texts.str.len_chars() <= _LONGEST_EMPTY) & ~texts.str.contains("[0-9]")).unique()
    empty = pl.Series([text for text in short if fold(text) in EMPTY], dtype=pl.String)
    return texts.is_in(empty.implode()).fill_null(False)


def clean(texts: pl.Series) -> pl.Series:
    """Each text as :func:`clean_text` cleans it."""
    work = texts.str.contains(_NEEDS_WORK).fill_null(False)
    if not work.any():
        return texts
    worked = texts.filter(work)
    distinct = worked.unique()
    cleaned = pl.Series(map(clean_text, distinct), dtype=pl.String)
    return texts.scatter(work.arg_true(), worked.replace_strict(distinct, cleaned, return_dtype=pl.String))


def was_repaired(raw: pl.Expr, cleaned: pl.Expr) -> pl.Expr:
    """Whether cleaning did more than bring the text to NFC."""
    return (raw != cleaned) & (raw.str.normalize("NFC") != cleaned)
