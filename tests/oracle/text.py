"""How text is compared (``submission.md``: Reading a sheet, Reading a value)."""

from __future__ import annotations

import re
import unicodedata

#: "After trimming, these are empty", in any case and without accents.
EMPTY_WORDS = {"", "-", "--", "n/a", "n/d", "s/d", "na", "nd", "sd"}
EMPTY_WORDS |= {"no aplica", "no tiene", "ninguno", "ninguna", "sin dato", "sin datos"}
EMPTY_WORDS |= {"nao se aplica", "nao tem", "nenhum", "nenhuma", "sem dados", "not applicable", "none", "no data"}

#: The values Excel shows for a failed formula; as CSV text they are C06.
ERROR_NAMES = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"}


def clean(text: str) -> str:
    """Blanks collapsed and trimmed, other control and format characters and variation selectors gone, Unicode NFC."""
    text = re.sub(r"\s", " ", text)
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf") and not _selects_variation(c))
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


def _selects_variation(character: str) -> bool:
    return "VARIATION SELECTOR" in unicodedata.name(character, "")


def without_accents(text: str) -> str:
    """Letters without their marks."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")


def fold(text: str) -> str:
    """A code or name as it is compared: without case, accents and outer blanks."""
    return without_accents(clean(text)).casefold()


def label_key(label: str) -> str:
    """A sheet or column label: case, accents, spaces, ``_ * :`` and brackets with their content do not matter."""
    label = re.sub(r"\([^)]*\)|\[[^\]]*\]|\{[^}]*\}", "", label)
    return re.sub(r"[\s_*:]", "", fold(label))


def is_empty(text: str) -> bool:
    """Whether a trimmed text stands for no value."""
    return fold(text) in EMPTY_WORDS
