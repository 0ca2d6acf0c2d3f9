"""The submission as a whole, judged on one row a submission (``work.cover``)."""

from __future__ import annotations

from expectations.rule_expectation import ExpectRowsToKeepRule, rule

EXPECTATIONS: list[ExpectRowsToKeepRule] = [
    # a project code or period that could not be read has its F03 already
    rule(
        "F04",
        "project_code",
        "project_code is not null and (not is_project_known or project_code <> upper(drop_folder))",
    ),
    rule("F05", "period", "period is not null and not is_period_ended"),
    rule("F11", None, "is_enterprises_judged and enterprise_rows = 0 and nothing_to_report is not true"),
]
