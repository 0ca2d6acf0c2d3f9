"""Rules of the enterprises sheet (``work.enterprises``)."""

from __future__ import annotations

from expectations.conditions import missing
from expectations.rule_expectation import ExpectRowsToKeepRule, rule

EXPECTATIONS: list[ExpectRowsToKeepRule] = [
    rule("E03", "tax_id", "not tax_id_is_valid"),
    rule("E04", "tax_id", missing("tax_id")),
    rule("E05", "tax_id", "is_tax_id_taken"),
    rule("E07", "territory_code", f"{missing('territory_code')} or (country is not null and not is_territory_known)"),
    rule("E08", "territory_name", "is_territory_name_other"),
    rule("E10", "joined_on", "joined_on < project_start_date or joined_on > period_ends_on"),
]
