"""Addresses of cells: ``B7`` is row 7, column 2."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

from include.stage3_reading.refusal import NotReadable

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
#: Characters of the longest address in capitals that :func:`addresses` reads.
LONGEST = 10


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


def addresses(data: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows and columns of the addresses in capitals that begin at places in bytes, and how long they are.

    The length is 0 where there is none. Behind the last place there have to be more bytes than ``LONGEST``.
    """
    row, column = np.zeros(len(at), dtype=np.int32), np.zeros(len(at), dtype=np.int32)
    begin, goes_on = at, np.ones(len(at), dtype=bool)
    for _ in range(3):
        letter = data[at] - ord("A")  # of a byte, so that what comes before A is beyond Z
        goes_on &= letter < 26
        if not goes_on.any():
            break
        column = np.where(goes_on, column * 26 + letter + 1, column)
        at = at + goes_on
    goes_on = (column > 0) & (data[at] != ord("0"))
    for _ in range(7):
        digit = data[at] - ord("0")
        goes_on &= digit < 10
        if not goes_on.any():
            break
        row = np.where(goes_on, row * 10 + digit, row)
        at = at + goes_on
    return row, column, np.where(row > 0, at - begin, 0)


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
