"""Text as it is compared and kept: NFC, no control characters, blanks collapsed and trimmed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import polars as pl

#: Texts that stand for an empty value, after trimming, in any case.
EMPTY = ("", "-", "--", "n/a", "n/d", "s/d", "na", "nd", "sd")

#: Blanks: everything Unicode calls a separator, and the control characters that move the cursor.
_BLANKS = r"[\t\n\x0B\f\r\x1C-\x1F\x85\p{Z}]+"
#: Other control characters, and the invisible ones that word processors leave in texts.
_CONTROL = r"[\p{Cc}\u{AD}\u{200B}-\u{200F}\u{2060}\u{FEFF}]"
_NEEDS_WORK = r"[^ -~]|  |^ | $"


def clean(texts: pl.Series) -> pl.Series:
    """Texts with blanks collapsed and trimmed, control characters removed, in Unicode NFC."""
    work = texts.str.contains(_NEEDS_WORK).fill_null(False)
    if not work.any():
        return texts
    worked = texts.filter(work).str.normalize("NFC").str.replace_all(_BLANKS, " ").str.replace_all(_CONTROL, "")
    worked = worked.str.replace_all(" +", " ").str.strip_chars(" ")
    return texts.scatter(work.arg_true(), worked)


def was_repaired(raw: pl.Expr, cleaned: pl.Expr) -> pl.Expr:
    """Whether cleaning did more than bring the text to NFC."""
    return (raw != cleaned) & (raw.str.normalize("NFC") != cleaned)


def without_accents(text: str) -> str:
    """The text without combining marks: ``n`` for ``ñ``."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))


def fold(text: str) -> str:
    """A code or label of a code list as it is compared: without case, accents and outer blanks."""
    return without_accents(text.strip()).casefold()


def fold_label(text: str) -> str:
    """A sheet's name or a column's label as it is compared: also without blanks, ``_ * :`` and bracketed text."""
    return _folded(text) if len(text) > _LONG_LABEL else _folded_once(text)


def _folded(text: str) -> str:
    text = fold(text)
    while (shorter := re.sub(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}", "", text)) != text:
        text = shorter
    return re.sub(r"[\s_*:]+", "", text)


#: The same labels come back in every file. Longer ones are none, and would fill the memory of what was folded.
_LONG_LABEL = 200
_folded_once = lru_cache(maxsize=2**12)(_folded)
