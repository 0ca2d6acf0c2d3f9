"""Numbers written as text (submission.md, Reading a value)."""

from __future__ import annotations

import re

#: From here on a number has more digits than a spreadsheet keeps.
TOO_LARGE = 1e15

#: Texts that are numbers whatever the column and the cover say; the vectorised reading takes these.
PLAIN_NUMBER = r"^-?[0-9]{1,15}(\.([0-9]{1,2}|[0-9]{4,15}))?$"

_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")


_JOINED = re.compile(r"(?<=\d)(?: |'|’)+(?=\d)")
_DIGITS = re.compile(r"[0-9.,]*[0-9][0-9.,]*")


def proved_mark(text: str) -> str | None:
    """The decimal mark, ``,`` or ``.``, with which alone a cleaned text can be read as a number; None for any other.

    ``1,234.50`` proves a point and ``1.234.567`` a comma, because its points are thousands.
    """
    digits = _JOINED.sub("", text).lstrip("-−")
    if not _DIGITS.fullmatch(digits) or parse_number(digits, integer=False, decimal_mark=None)[0] is None:
        return None
    dots, commas = digits.count("."), digits.count(",")
    if dots and commas:
        return "." if digits.rfind(".") > digits.rfind(",") else ","
    if dots + commas > 1:
        return "," if dots else "."
    if dots + commas == 1:  # not three digits after it, or too many before: a decimal mark
        return "." if dots else ","
    return None


def parse_number(text: str, *, integer: bool, decimal_mark: str | None) -> tuple[float | None, str | None]:
    """The number in a cleaned text and the rule it breaks, one of the two.

    ``decimal_mark`` is the cover's. C02 for what is no number, C03 for an ambiguous one in a decimal column.
    """
    text = _JOINED.sub("", text)
    sign, digits = (-1.0, text[1:]) if text[:1] in ("-", "−") else (1.0, text)
    if not _DIGITS.fullmatch(digits):
        return None, "C02"
    dots, commas = digits.count("."), digits.count(",")
    if dots and commas:
        mark = "." if digits.rfind(".") > digits.rfind(",") else ","
        whole, _, fraction = digits.rpartition(mark)
        thousands = "," if mark == "." else "."
        if mark in whole or thousands in fraction or not fraction or not _GROUPED.fullmatch(whole):
            return None, "C02"
        plain = whole.replace(thousands, "") + "." + fraction
    elif dots + commas > 1:
        if not _GROUPED.fullmatch(digits):
            return None, "C02"
        plain = re.sub("[.,]", "", digits)
    elif dots + commas == 1:
        mark = "." if dots else ","
        before, _, after = digits.partition(mark)
        could_be_thousands = len(after) == 3 and 1 <= len(before) <= 3 and before != "0"
        if could_be_thousands and not integer and decimal_mark is None:
            return None, "C03"
        is_thousands = could_be_thousands and (integer or mark != decimal_mark)
        plain = before + after if is_thousands else f"{before}.{after}"
    else:
        plain = digits
    number = sign * float(plain)
    return (None, "C02") if number in (float("inf"), float("-inf")) else (number, None)
