"""Numbers written as text: in how many ways one can be read. Who asks decides between two (submission.md)."""

from __future__ import annotations

import re

#: From here on a number has more digits than a spreadsheet keeps.
TOO_LARGE = 1e15

_DIGITS = re.compile(r"[0-9.,]*[0-9][0-9.,]*")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{3})+")
#: The mark that stands for thousands where the other one stands for decimals.
OTHER = {",": ".", ".": ","}


def ways(digits: str) -> dict[str, str]:
    """By decimal mark: the number as ``1234.5``, for each mark with which digits, dots and commas can be read.

    ``1,234.50`` proves a point, and ``1.234.567`` a comma, because its points are thousands; ``1.234`` has two ways. A
    number without marks has one, under no mark. Empty for what is no number.
    """
    if not _DIGITS.fullmatch(digits):
        return {}
    marks = [character for character in digits if character in OTHER]
    if not marks:
        return {"": digits}
    mark = marks[-1]
    other = OTHER[mark]
    if len(marks) == 1:
        before, _, after = digits.partition(mark)
        found = {mark: f"{before}.{after}"}
        is_ambiguous = len(after) == 3 and 1 <= len(before) <= 3 and before != "0"
        return found | {other: before + after} if is_ambiguous else found
    if other not in marks:
        return {other: digits.replace(mark, "")} if _GROUPED.fullmatch(digits) else {}
    whole, _, fraction = digits.rpartition(mark)
    if mark in whole or not fraction or not _GROUPED.fullmatch(whole):
        return {}
    return {mark: f"{whole.replace(other, '')}.{fraction}"}


def proved_mark(digits: str) -> str | None:
    """The decimal mark with which alone a number can be read; None for any other text."""
    found = ways(digits)
    return next(iter(found)) or None if len(found) == 1 else None
