"""Dates and periods written as text (submission.md, Reading a value)."""

from __future__ import annotations

import re
from datetime import date

#: Numbers in this range are read as an Excel serial.
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


def parse_date(text: str) -> tuple[date | None, float | None]:
    """The date in a cleaned text, or the Excel serial it holds, or neither."""
    if match := _ISO.fullmatch(text):
        year, month, day = match[1], match[2], match[3]
    elif match := _DAY_FIRST.fullmatch(text):
        year, month, day = match[4], match[3], match[1]
    elif _SERIAL.fullmatch(text):
        serial = float(text.replace(",", "."))
        return None, serial if FIRST_SERIAL <= serial <= LAST_SERIAL else None
    else:
        return None, None
    try:
        return date(int(year), int(month), int(day)), None
    except ValueError:
        return None, None


def parse_period(text: str) -> str | None:
    """A semester such as ``2024-S1`` from the ways it is written; None for anything else."""
    for pattern in _PERIODS:
        if match := pattern.fullmatch(text.casefold()):
            semester = {"i": "1", "ii": "2"}.get(match["semester"], match["semester"])
            return f"{match['year']}-S{semester}"
    return None
