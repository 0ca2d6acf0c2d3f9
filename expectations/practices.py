"""Rules of the practices sheet (``work.practices``)."""

from __future__ import annotations

from expectations.conditions import missing, read_or_blank
from expectations.rule_expectation import ExpectRowsToKeepRule, rule

#: What a resource saving is worked out from (P03): all of it or none.
_SAVING = ("resource", "unit", "baseline_value", "current_value")


def _first_missing(column: str) -> str:
    """``column`` is the first of the saving's columns that is blank, and some of the others are given."""
    earlier = [f"{name} is not null" for name in _SAVING[: _SAVING.index(column)]]
    given = f"num_nonnulls({', '.join(_SAVING)}) between 1 and {len(_SAVING) - 1}"
    return " and ".join([given, read_or_blank(*_SAVING), *earlier, f"{column} is null"])


EXPECTATIONS: list[ExpectRowsToKeepRule] = [
    rule("P01", "since_date", f"status = 'in_use' and {missing('since_date')}"),
    rule("P02", "since_date", "status = 'in_use' and since_date > period_ends_on"),
    *(rule("P03", column, _first_missing(column)) for column in _SAVING),
]
