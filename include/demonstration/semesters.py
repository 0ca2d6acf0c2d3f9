"""Semesters: their days, and when reports on them are due."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

#: days from a semester's end to the day its report is due
DAYS_TO_REPORT = 45


def bounds(period: str) -> tuple[date, date]:
    """First and last day of a semester such as ``2024-S1``."""
    year = int(period[:4])
    if period.endswith("S1"):
        return date(year, 1, 1), date(year, 6, 30)
    return date(year, 7, 1), date(year, 12, 31)


def due_on(period: str) -> date:
    return bounds(period)[1] + timedelta(days=DAYS_TO_REPORT)


def following(period: str) -> str:
    """The semester after ``period``."""
    year = int(period[:4])
    return f"{year}-S2" if period.endswith("S1") else f"{year + 1}-S1"


def day_within(random: Random, first: date, last: date) -> date:
    """A day from ``first`` to ``last``, both included (``first`` where they are the wrong way round)."""
    return first + timedelta(days=random.randint(0, max(0, (last - first).days)))
