"""Declared totals against figures counted from rows, judged after the marts are built (``work.declared_totals``)."""

from __future__ import annotations

from expectations.rule_expectation import ExpectRowsToKeepRule, rule
from include.contract.model import seed

#: Smallest difference that counts (X01), in units and as a share of the declared total.
DIFFERENCE_UNITS = 2
DIFFERENCE_SHARE = 0.05

EXPECTATIONS: list[ExpectRowsToKeepRule] = [
    rule(
        "X01",
        field,
        f"abs({field} - counted_{field.removeprefix('declared_')}) "
        f"> greatest({DIFFERENCE_UNITS}, {DIFFERENCE_SHARE} * {field})",
    )
    for field in (row["declared_field"] for row in seed("kpis"))
    if field
]
