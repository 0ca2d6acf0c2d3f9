"""A registry cell as text, date, month or number: read as leniently as submissions are, and guessed no more.

What is written twice over (``1.234`` is a thousand or one and a bit) is settled by the other numbers of the file, or a
fault. Every ValueError here is a message for the office.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from include.formats.dates import EPOCH_1900, parse_date, written_date
from include.formats.numbers import OTHER, TOO_LARGE, proved_mark, ways
from include.formats.text import clean_text
from include.stage1_registry.grid import Cell

_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[ '’](?=\d{3}(?!\d))")
_NUMBER = re.compile(r"([+-]?)([0-9](?:[0-9.,]*[0-9])?)")
#: What a spreadsheet writes where a formula went wrong, in any language.
_ERROR = re.compile(r"#\S*[A-Z\u00c0-\u00dc/]\S*[!?]?|#N/[ADP]")


def read_text(cell: Cell) -> str:
    """The cell as text in NFC without invisible characters; numbers as their digits, dates as ``YYYY-MM-DD``."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return clean_text(str(cell))


def check_text(cell: Cell) -> str:
    """As read_text. Raises ValueError for a date, which Excel made of a code, and for the error of a formula."""
    if isinstance(cell, date):
        raise ValueError("is a date, which Excel may have made of a code; format the column as text and type it again")
    text = read_text(cell)
    if _ERROR.fullmatch(text):
        raise ValueError(f"is '{text}', the error of a formula; mend the formula or type the value")
    return text


def read_date(cell: Cell) -> date:
    """A date cell; ``YYYY-MM-DD``; day first with ``/``, ``.`` or ``-``; Excel's number of a day."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = read_text(cell)
    day, serial = parse_date(text)
    if serial is not None and serial.is_integer():
        day = date(1970, 1, 1) + timedelta(days=EPOCH_1900 + serial)
    if day:
        return day
    if written_date(text):
        raise ValueError(f"is '{text}', a day that the calendar has not (the day comes first)")
    raise ValueError(f"is '{text}', not a date YYYY-MM-DD or DD/MM/YYYY")


def read_month(cell: Cell) -> str:
    """``YYYY-MM``, also where Excel made the first of the month of it."""
    text = read_text(cell)
    if found := _MONTH.fullmatch(text):
        year, month, day = int(found[1]), int(found[2]), 1
    else:
        try:
            read = read_date(cell)
        except ValueError:
            year = month = day = 0
        else:
            year, month, day = read.year, read.month, read.day
    if day != 1 or not 1 <= month <= 12:
        raise ValueError(f"is '{text}', not a month like 2024-01; format the column as text and type it again")
    return f"{year:04d}-{month:02d}"


def read_integer(cell: Cell) -> int:
    """A whole number, such as a year."""
    text = read_text(cell)
    if not re.fullmatch(r"\d{1,9}", text):
        raise ValueError(f"is '{text}', not a whole number")
    return int(text)


def read_number(cell: Cell, marks: frozenset[str] = frozenset(), usual: str | None = None) -> Decimal:
    """A number from 0 up, as a cell or as text in Spanish, Portuguese or English notation.

    ``marks`` are the decimal marks that other numbers of the file leave no doubt about (``decimal_marks``); ``usual``
    is the one of a file whose form is given, where none does.
    """
    if isinstance(cell, bool):
        raise ValueError("is TRUE or FALSE, not a number")
    if isinstance(cell, int | float):
        number = Decimal(str(cell))
        text = read_text(cell)
    else:
        text = read_text(cell)
        number = _number(text, marks, usual)
    if not number.is_finite() or number < 0:
        raise ValueError(f"is '{text}', not a number from 0 up")
    if number >= TOO_LARGE:
        raise ValueError(f"is '{text}', too large to be meant")
    return number


def decimal_marks(cells: Iterable[Cell]) -> frozenset[str]:
    """The marks that stand for the decimal one in at least one text number which can be read in one way alone."""
    texts = (_parts(read_text(cell))[1] for cell in cells if isinstance(cell, str))
    return frozenset(mark for mark in map(proved_mark, texts) if mark)


def _number(text: str, marks: frozenset[str], usual: str | None) -> Decimal:
    sign, body = _parts(text)
    found = ways(body)
    if len(found) == 2:
        mark = "," if "," in body else "."
        known = marks or ({usual} if usual == mark else set())
        if len(known) != 1:
            plain, broken = (found[one] for one in (OTHER[mark], mark))
            raise ValueError(f"is '{text}', which may be {plain} or {broken}0; write it in one of these ways")
        return Decimal(sign + found[next(iter(known))])
    for plain in found.values():
        return Decimal(sign + plain)
    raise ValueError(f"is '{text}', not a number like 1234.5 (thousands are groups of three digits)")


def _parts(text: str) -> tuple[str, str]:
    """Sign and digits with their marks; both empty where the text is no number."""
    text = _BETWEEN_DIGITS.sub("", text.replace("\u2212", "-"))
    found = _NUMBER.fullmatch(text)
    return (found[1], found[2]) if found else ("", "")
