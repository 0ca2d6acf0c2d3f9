"""A registry cell as text, date, month or number: read as leniently as submissions are, and guessed no more.

What is written twice over (``1.234`` is a thousand or one and a bit) is settled by the other numbers of the file, or a
fault. Every ValueError here is a message for the office.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from include.stage1_registry.grid import Cell

_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_ISO = re.compile(rf"(\d{{4}})-(\d{{2}})-(\d{{2}}){_TIME}")
_DAY_FIRST = re.compile(rf"(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}}){_TIME}")
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
#: Excel counts days from here; numbers within these bounds are dates of 1954 to 2119.
_SERIAL_FROM, _SERIAL_MIN, _SERIAL_MAX = date(1899, 12, 30), 20_000, 80_000

_BETWEEN_DIGITS = re.compile(r"(?<=\d)[ '’](?=\d{3}(?!\d))")
_NUMBER = re.compile(r"([+-]?)(\d[\d.,]*)")
_GROUPED = re.compile(r"\d{1,3}(\D)\d{3}(?:\1\d{3})*")
#: What a spreadsheet writes where a formula went wrong, in any language.
_ERROR = re.compile(r"#\S*[A-Z\u00c0-\u00dc/]\S*[!?]?|#N/[ADP]")
_TOO_LARGE = Decimal(10) ** 15


def read_text(cell: Cell) -> str:
    """The cell as text in NFC without invisible characters; numbers as their digits, dates as ``YYYY-MM-DD``."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    text = "".join(" " if one in "\t\r\n" else one for one in unicodedata.normalize("NFC", str(cell)))
    visible = "".join(one for one in text if unicodedata.category(one) not in ("Cc", "Cf"))
    return " ".join(visible.split())


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
    if re.fullmatch(r"\d{5}", text) and _SERIAL_MIN <= int(text) <= _SERIAL_MAX:
        return _SERIAL_FROM + timedelta(days=int(text))
    try:
        if found := _ISO.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _DAY_FIRST.fullmatch(text):
            return date(int(found[4]), int(found[3]), int(found[1]))
    except ValueError:
        raise ValueError(f"is '{text}', a day that the calendar has not (the day comes first)") from None
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
    if number >= _TOO_LARGE:
        raise ValueError(f"is '{text}', too large to be meant")
    return number


def decimal_marks(cells: Iterable[Cell]) -> frozenset[str]:
    """The marks that stand for the decimal one in at least one text number which can be read in one way alone."""
    found = set()
    for cell in cells:
        if isinstance(cell, str):
            _, body = _parts(read_text(cell))
            mark = _certain_mark(body)
            if mark:
                found.add(mark)
    return frozenset(found)


def _number(text: str, marks: frozenset[str], usual: str | None) -> Decimal:
    sign, body = _parts(text)
    if not body:
        raise ValueError(f"is '{text}', not a number like 1234.5")
    if _is_ambiguous(body):
        mark = "," if "," in body else "."
        other = _other(mark)
        if marks == {mark} or (not marks and mark == usual):
            return Decimal(sign + body.replace(mark, "."))
        if marks == {other}:
            return Decimal(sign + body.replace(mark, ""))
        plain, broken = body.replace(mark, ""), body.replace(mark, ".") + "0"
        raise ValueError(f"is '{text}', which may be {plain} or {broken}; write it in one of these ways")
    decimal = _certain_mark(body)
    decimal = decimal if decimal in body else ""
    whole, _, fraction = body.partition(decimal) if decimal else (body, "", "")
    if not whole.isdigit():
        if not _GROUPED.fullmatch(whole):
            raise ValueError(f"is '{text}', not a number like 1234.5 (thousands are groups of three digits)")
        whole = re.sub(r"\D", "", whole)
    if decimal and not fraction.isdigit():
        raise ValueError(f"is '{text}', not a number like 1234.5")
    return Decimal(f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}")


def _parts(text: str) -> tuple[str, str]:
    """Sign and digits with their marks; both empty where the text is no number."""
    text = _BETWEEN_DIGITS.sub("", text.replace("\u2212", "-"))
    found = _NUMBER.fullmatch(text)
    return (found[1], found[2]) if found else ("", "")


def _is_ambiguous(body: str) -> bool:
    return bool(re.fullmatch(r"\d{1,3}[.,]\d{3}", body)) and body[:-4] != "0"


def _certain_mark(body: str) -> str:
    """The decimal mark of a number that leaves no doubt about it; a mark that stands twice says it of the other one."""
    kinds = {one for one in ".," if one in body}
    if len(kinds) == 2:
        return max(kinds, key=body.rindex)
    if not kinds or _is_ambiguous(body):
        return ""
    (mark,) = kinds
    return mark if body.count(mark) == 1 else _other(mark)


def _other(mark: str) -> str:
    return "." if mark == "," else ","
