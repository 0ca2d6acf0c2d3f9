"""Rules of the sales sheet (``work.sales``)."""

from __future__ import annotations

from expectations.conditions import missing
from expectations.rule_expectation import ExpectRowsToKeepRule, rule

#: Days of a twelve-month window, both ends included (S02).
WINDOW_DAYS = (362, 369)

#: Days by which the two windows' starts may differ in the year (S03).
SEASON_DAYS = 3


def _not_twelve_months(window: str) -> str:
    shortest, longest = WINDOW_DAYS
    return f"{window}_end - {window}_start + 1 not between {shortest} and {longest}"


#: Euros of an amount that need no confirming (S09).
AMOUNT_EUR = (100, 50_000_000)


def _implausible(window: str) -> str:
    """An amount above 0, as it stands for its window, at the window's rate; unknown where a month has none."""
    least, most = (f"{euros} * {window}_units_per_eur" for euros in AMOUNT_EUR)
    amount = f"{window}_amount"
    return f"{amount} > 0 and ({amount} < {least} or {amount} > {most})"


_DAY_OF_YEAR_APART = "abs(extract(doy from baseline_start) - extract(doy from current_start))"

EXPECTATIONS: list[ExpectRowsToKeepRule] = [
    rule("S01", "baseline_amount", missing("baseline_amount")),
    rule("S02", "baseline_end", _not_twelve_months("baseline")),
    rule("S02", "current_end", _not_twelve_months("current")),
    rule("S03", "current_start", f"least({_DAY_OF_YEAR_APART}, 365 - {_DAY_OF_YEAR_APART}) > {SEASON_DAYS}"),
    rule("S04", "current_start", "current_start <= baseline_end"),
    rule("S05", "current_end", "current_end > period_ends_on"),
    rule(
        "S06",
        "current_amount",
        "baseline_amount > 0 and (current_amount >= 10 * baseline_amount or current_amount * 10 <= baseline_amount)",
    ),
    rule("S07", "currency", "enterprise_country is not null and currency not in (country_currency, 'USD', 'EUR')"),
    rule("S08", "currency", "is_price_index_lacking or is_rate_lacking"),
    *(rule("S09", f"{window}_amount", _implausible(window)) for window in ("baseline", "current")),
]
