"""Text as it is compared and kept: NFC, no control characters, blanks collapsed and trimmed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: Texts that stand for an empty value, after trimming, in any case and without accents.
EMPTY = frozenset(
    (
        "", "-", "--", "n/a", "n/d", "s/d", "na", "nd", "sd",
        "no aplica", "no tiene", "ninguno", "ninguna", "sin dato", "sin datos",
        "nao se aplica", "nao tem", "nenhum", "nenhuma", "sem dados",
        "not applicable", "none", "no data",
    )
)  # fmt: skip

#: Blanks: everything Unicode calls a separator, and the control characters that move the cursor.
_BLANKS = re.compile(r"[\t\n\x0B\f\r\x1C-\x20\x85\xA0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]+")
#: Variation selectors, which show nothing; other characters that do not are known by their category.
_SELECTORS = re.compile(r"[\u180B-\u180D\u180F\uFE00-\uFE0F\U000E0100-\U000E01EF]")


def clean_text(text: str) -> str:
    """The text with blanks collapsed and trimmed, control and format characters removed, in Unicode NFC."""
    text = _SELECTORS.sub("", _BLANKS.sub(" ", text))
    if not text.isprintable():
        text = "".join(character for character in text if not _is_invisible(character))
    return re.sub(" +", " ", unicodedata.normalize("NFC", text)).strip(" ")


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf")


def without_accents(text: str) -> str:
    """The text without combining marks: ``n`` for ``ñ``."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))


def canonical_code(text: str) -> str:
    """A code without a list as it is compared (submission.md): upper case, no accents."""
    return without_accents(text).upper()


def fold(text: str) -> str:
    """A code or label of a code list as it is compared: without case, accents and outer blanks."""
    return without_accents(text.strip()).casefold()


def fold_label(text: str) -> str:
    """A sheet's name or a column's label as it is compared: also without blanks, ``_ * :`` and bracketed text."""
    return _folded(text) if len(text) > _LONG_LABEL else _folded_once(text)


def _folded(text: str) -> str:
    text = fold("".join(character for character in text if not _is_invisible(character)))
    while (shorter := re.sub(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}", "", text)) != text:
        text = shorter
    return re.sub(r"[\s_*:]+", "", text)


#: The same labels come back in every file. Longer ones are none, and would fill the memory of what was folded.
_LONG_LABEL = 200
_folded_once = lru_cache(maxsize=2**12)(_folded)
