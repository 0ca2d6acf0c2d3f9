"""Rules of the standards sheet (``work.standards``)."""

from __future__ import annotations

from expectations.conditions import missing
from expectations.rule_expectation import ExpectRowsToKeepRule, rule

_HELD = "status in ('implemented', 'certified')"
_ENDS_BEFORE_IT_STARTS = "valid_to < valid_from"

EXPECTATIONS: list[ExpectRowsToKeepRule] = [
    rule("N01", "valid_from", f"{_HELD} and {missing('valid_from')}"),
    rule("N02", "certificate_no", f"status = 'certified' and {missing('certificate_no')}"),
    rule("N03", "valid_to", _ENDS_BEFORE_IT_STARTS),
    # outside its validity at the period's end; one that ends before it starts has its N03
    rule("N04", "valid_from", f"{_HELD} and valid_from > period_ends_on and ({_ENDS_BEFORE_IT_STARTS}) is not true"),
    rule(
        "N04",
        "valid_to",
        f"{_HELD} and valid_to < period_ends_on and (valid_from > period_ends_on) is not true "
        f"and ({_ENDS_BEFORE_IT_STARTS}) is not true",
    ),
    rule("N05", "valid_from", "valid_from < standard_available_from or valid_from > standard_available_until"),
]
