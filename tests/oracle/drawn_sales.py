"""Sales rows: windows, amounts and currencies around every limit of S01 to S09."""

from __future__ import annotations

import datetime as dt

from tests.oracle.contract import load_contract
from tests.oracle.drawn_rows import DAY, Context, RowValues, grade
from tests.oracle.model import period_end
from tests.oracle.world import Enterprise

Window = tuple[dt.date, dt.date]


def year_from(start: dt.date, days: int = 365) -> Window:
    """A window of so many days."""
    return start, start + (days - 1) * DAY


def windows(context: Context) -> tuple[Window, Window]:
    """A baseline and a current window."""
    rng, last = context.rng, period_end(context.period)
    year = last.year if last.month == 12 else last.year - 1
    plain = [
        (year_from(dt.date(2021, 1, 1)), (dt.date(year, 1, 1), dt.date(year, 12, 31))),
        (year_from(dt.date(2020, 7, 1)), (dt.date(last.year - 1, 7, 1), dt.date(last.year, 6, 30))),
        (year_from(dt.date(2019, 1, 1)), (dt.date(year, 1, 1), dt.date(year, 12, 31))),
    ]
    if last.month == 12 and rng.random() < 0.5:
        plain = plain[:1]
    if not context.rarely():
        return plain[0] if rng.random() < 0.6 else rng.choice([w for w in plain if w[1][1] <= last])
    current = (dt.date(year, 1, 1), dt.date(year, 12, 31))
    length = rng.choice([361, 362, 369, 370, 366, 0, -30])
    shift = rng.choice([-5, -4, -3, -2, 2, 3, 4, 5])
    leap = rng.choice([2020, 2021, 2019])
    return rng.choice(
        [
            (year_from(dt.date(2021, 1, 1), length), current),
            (year_from(dt.date(2020, 7, 1)), year_from(dt.date(year - 1, 7, 1), length)),
            (year_from(dt.date(2021, 1, 1) + shift * DAY), current),
            (year_from(dt.date(leap, 12, 31) + shift * DAY), current),
            (year_from(dt.date(leap, 3, 1)), year_from(dt.date(year - 1, 3, 1) + shift * DAY)),
            (year_from(dt.date(2020, 2, 27)), year_from(dt.date(year - 1, 3, 1))),
            ((current[0] - 366 * DAY, current[0]), current),
            ((current[0] - 366 * DAY, current[0] - DAY), current),
            (year_from(dt.date(2021, 1, 1)), (last - 364 * DAY, last)),
            (year_from(dt.date(2021, 1, 1)), (last - 363 * DAY, last + DAY)),
            (year_from(dt.date(2018, 7, 1)), year_from(dt.date(year - 1, 7, 1))),
            (year_from(dt.date(2018, 1, 1)), current),
            (year_from(dt.date(2021, 1, 1)), (dt.date(2025, 1, 1), dt.date(2025, 12, 31))),
            (current, (dt.date(2021, 1, 1), dt.date(2021, 12, 31))),
        ]
    )


def sales_rows(context: Context, item: Enterprise) -> list[RowValues]:
    """Usually one sales row for an enterprise."""
    rng = context.rng
    if rng.random() < 0.25:
        return []
    first, second = windows(context)
    base: object = round(rng.uniform(1000, 90000), 2)
    now: object = round(float(str(base)) * rng.uniform(0.6, 1.9), 2)
    if context.rarely():
        base, now = rng.choice(
            [
                (1000, 10000),
                (1000, 9999.99),
                (1000, 100),
                (1000, 100.01),
                (0, 500),
                (0, 0),
                (None, 700),
                (12.5, 125),
                (1234.56, 12345.6),
                (100, 0),
                (500, 500),
                ("x", 900),
                (900, "x"),
                (-5, 10),
                (None, None),
                (0.3, 3),
            ]
        )
    own = load_contract().countries[item.country]["currency"]
    currency = rng.choice([own, own, own, "USD", "EUR"])
    if context.rarely():
        currency = rng.choice(["PEN", "BRL", "UYU", "CUP", "VES", "ARS", "usd", "soles"])
    if context.rarely() and context.often(0.5):
        currency = "EUR"
        base, now = rng.choice(
            [(100, 100), (99.99, 120), (120, 99.99), (50_000_000, 50_000_000), (50_000_000.01, 45_000_000), (0, 99)]
        )
    return [
        {
            "enterprise_ref": item.refs[context.project],
            "baseline_start": first[0],
            "baseline_end": first[1],
            "baseline_amount": base,
            "current_start": second[0],
            "current_end": second[1],
            "current_amount": now,
            "currency": currency,
            "evidence_grade": grade(context),
            "evidence_ref": None,
        }
    ]
