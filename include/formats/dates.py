"""Dates and periods written as text, and the days that spreadsheets count (submission.md, Reading a value)."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

#: Days from day 0 of a workbook's serials to 1970-01-01. The 1900 system counts 29 February 1900, which did not exist.
EPOCH_1900, EPOCH_1904 = -25_569, -24_107
#: Numbers in this range are read as an Excel serial: dates of 1954 to 2119.
FIRST_SERIAL, LAST_SERIAL = 20_000, 80_000

_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp]\.? ?[Mm]\.?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_ISO = re.compile(rf"(\d{{4}})-(\d{{2}})-(\d{{2}}){_TIME}", re.ASCII)
_DAY_FIRST = re.compile(rf"(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}}){_TIME}", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?", re.ASCII)
_PERIODS = (
    re.compile(r"(?P<year>\d{4})[ -]?s(?P<semester>[12])", re.ASCII),
    re.compile(r"(?P<year>\d{4})[ -](?P<semester>[12])", re.ASCII),
    re.compile(r"s(?P<semester>[12])[ -]?(?P<year>\d{4})", re.ASCII),
    re.compile(r"(?P<year>\d{4})[ -](?P<semester>ii?)", re.ASCII),
)


def written_date(text: str) -> tuple[int, int, int] | None:
    """Year, month and day as a cleaned text writes them, whether the calendar has that day or not."""
    if match := _ISO.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _DAY_FIRST.fullmatch(text):
        return int(match[4]), int(match[3]), int(match[1])
    return None


def parse_date(text: str) -> tuple[date | None, float | None]:
    """The date in a cleaned text, or the Excel serial it holds, or neither."""
    if written := written_date(text):
        with suppress(ValueError):
            return date(*written), None
    elif _SERIAL.fullmatch(text) and FIRST_SERIAL <= (serial := float(text.replace(",", "."))) <= LAST_SERIAL:
        return None, serial
    return None, None


def parse_period(text: str) -> str | None:
    """A semester such as ``2024-S1`` from the ways it is written; None for anything else."""
    for pattern in _PERIODS:
        if match := pattern.fullmatch(text.casefold()):
            semester = {"i": "1", "ii": "2"}.get(match["semester"], match["semester"])
            return f"{match['year']}-S{semester}"
    return None
