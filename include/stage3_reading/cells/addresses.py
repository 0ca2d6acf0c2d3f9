"""Addresses of cells: ``B7`` is row 7, column 2."""

from __future__ import annotations

import re
from functools import lru_cache

from include.stage3_reading.container.refusal import NotReadable

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384


def row_number(text: str) -> int:
    """A row's number. Raises NotReadable."""
    if not re.fullmatch(r"[1-9][0-9]{0,6}", text):
        raise NotReadable("a row without a number")
    return int(text)


def address(text: str) -> tuple[int, int]:
    """Row and column, from 1, of an address such as ``B7``. Raises NotReadable."""
    match = re.fullmatch(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})", text)
    if not match:
        raise NotReadable("a cell without an address")
    return int(match[2]), column_number(match[1].upper())


def column_number(letters: str) -> int:
    """1 for ``A``."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


@lru_cache(maxsize=LAST_COLUMN)
def column_letters(number: int) -> str:
    """``A`` for 1."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
