"""How text is compared (``submission.md``: Reading a sheet, Reading a value)."""

from __future__ import annotations

import re
import unicodedata

#: "After trimming, these are empty", in any case.
EMPTY_WORDS = {"", "-", "--", "n/a", "n/d", "s/d", "na", "nd", "sd"}

#: The values Excel shows for a failed formula; as CSV text they are C06.
ERROR_NAMES = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"}


def clean(text: str) -> str:
    """Unicode NFC, control characters gone, blanks collapsed and trimmed."""
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"\s+", " ", text)
    text = "".join(c for c in text if unicodedata.category(c) != "Cc")
    return re.sub(r"\s+", " ", text).strip()


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
    return text.strip().casefold() in EMPTY_WORDS
