"""Text as it is compared and kept: NFC, no control characters, blanks collapsed and trimmed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import polars as pl

#: Texts that stand for an empty value, after trimming, in any case and without accents.
EMPTY = frozenset(
    (
        "", "-", "--", "n/a", "n/d", "s/d", "na", "nd", "sd",
        "no aplica", "no tiene", "ninguno", "ninguna", "sin dato", "sin datos",
        "nao se aplica", "nao tem", "nenhum", "nenhuma", "sem dados",
        "not applicable", "none", "no data",
    )
)  # fmt: skip
_LONGEST_EMPTY = max(map(len, EMPTY))

#: Blanks: everything Unicode calls a separator, and the control characters that move the cursor.
_BLANKS = r"[\t\n\x0B\f\r\x1C-\x1F\x85\p{Z}]+"
#: Other control and format characters (marks of direction, of no width, soft hyphens), and variation selectors.
_INVISIBLE = r"[\p{Cc}\p{Cf}\u{180B}-\u{180D}\u{180F}\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}]"
_NEEDS_WORK = r"[^ -~]|  |^ | $"


def is_empty(texts: pl.Series) -> pl.Series:
    """Whether each cleaned text stands for an empty value."""
    short = (texts.str.len_chars() <= _LONGEST_EMPTY).fill_null(False)
    lower = texts.filter(short).str.to_lowercase()
    accented = lower.str.contains(r"[^ -~]")
    if accented.any():
        plain = lower.filter(accented).str.normalize("NFD").str.replace_all(r"\p{M}", "")
        lower = lower.scatter(accented.arg_true(), plain)
    empty = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(texts))
    return empty.set(short, False) if not len(lower) else empty.scatter(short.arg_true(), lower.is_in(list(EMPTY)))


def clean(texts: pl.Series) -> pl.Series:
    """Texts with blanks collapsed and trimmed, control characters removed, in Unicode NFC."""
    work = texts.str.contains(_NEEDS_WORK).fill_null(False)
    if not work.any():
        return texts
    worked = texts.filter(work).str.replace_all(_BLANKS, " ").str.replace_all(_INVISIBLE, "")
    worked = worked.str.normalize("NFC").str.replace_all(" +", " ").str.strip_chars(" ")
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
    text = fold("".join(character for character in text if unicodedata.category(character) not in ("Cc", "Cf")))
    while (shorter := re.sub(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}", "", text)) != text:
        text = shorter
    return re.sub(r"[\s_*:]+", "", text)


#: The same labels come back in every file. Longer ones are none, and would fill the memory of what was folded.
_LONG_LABEL = 200
_folded_once = lru_cache(maxsize=2**12)(_folded)
