"""Rules that hold on every sheet of rows: required values, repeated rows, keys, totals, known enterprises."""

from __future__ import annotations

from expectations.conditions import missing
from expectations.rule_expectation import ExpectRowsToKeepRule, rule
from include.contract import load_contract


def on_all_rows() -> list[ExpectRowsToKeepRule]:
    """Rules that decide whether a row is a data row at all; a row with one of them gets no other."""
    return [
        rule("R05", None, "is_total"),
        rule("R01", None, "is_repeat"),
    ]


def on_data_rows(sheet_key: str) -> list[ExpectRowsToKeepRule]:
    """Rules that every data row of ``sheet_key`` has to keep."""
    sheet = load_contract().sheets[sheet_key]
    rules = [rule("C01", column.key, missing(column.key)) for column in sheet.required_columns]
    rules.append(rule("R04", "enterprise_ref", "is_key_taken"))
    if sheet.kind == "detail":
        rules.append(rule("R02", "enterprise_ref", "not is_enterprise_listed"))
    return rules
