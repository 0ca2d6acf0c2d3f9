"""Rules of the training sheet (``work.training``)."""

from __future__ import annotations

from expectations.conditions import read_or_blank
from expectations.rule_expectation import ExpectRowsToKeepRule, rule

EXPECTATIONS: list[ExpectRowsToKeepRule] = [
    rule("T01", "start_date", "start_date > period_ends_on"),
    # a session that ends before it starts has its T03
    rule("T02", "end_date", "end_date < period_starts_on and (end_date < start_date) is not true"),
    rule("T03", "end_date", "end_date < start_date"),
    rule("T04", "hours", "hours = 0 or hours > 2000"),
    rule(
        "T05",
        "women",
        f"coalesce(women, 0) = 0 and coalesce(men, 0) = 0 and {read_or_blank('women', 'men')}",
    ),
]
