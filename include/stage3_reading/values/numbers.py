"""A number of a submission, written as text (submission.md, Reading a value)."""

from __future__ import annotations

import math
import re

from include.formats.numbers import proved_mark, ways

_JOINED = re.compile(r"(?<=\d)(?: |'|’)+(?=\d)")
_MINUS = ("-", "−")


def mark_proved_by(text: str) -> str | None:
    """The decimal mark with which alone a cleaned text can be read as a number; None for any other."""
    return proved_mark(_JOINED.sub("", text).lstrip("".join(_MINUS)))


def parse_number(text: str, integer: bool, decimal_mark: str | None) -> tuple[float | None, str | None]:
    """The number in a cleaned text and the rule it breaks, one of the two.

    ``decimal_mark`` is the cover's. C02 for what is no number, C03 for an ambiguous one in a decimal column; in an
    ``integer`` one, what may be thousands is thousands.
    """
    text = _JOINED.sub("", text)
    sign, digits = (-1.0, text[1:]) if text.startswith(_MINUS) else (1.0, text)
    found = ways(digits)
    if not found:
        return None, "C02"
    if len(found) == 1:
        (plain,) = found.values()
    elif integer:
        plain = min(found.values(), key=len)
    elif decimal_mark in found:
        plain = found[decimal_mark]
    else:
        return None, "C03"
    number = sign * float(plain)
    return (None, "C02") if math.isinf(number) else (number, None)
