"""Which expectations judge which table of the night."""

from __future__ import annotations

from collections.abc import Iterable

from expectations import (
    cover,
    declared_totals,
    enterprises,
    every_sheet,
    jobs,
    practices,
    sales,
    standards,
    training,
)
from expectations.rule_expectation import ExpectRowsToKeepRule
from include.contract import load_contract

#: Sheet -> its own rules; those of every sheet hold on all.
_BY_SHEET = {
    "enterprises": enterprises.EXPECTATIONS,
    "training": training.EXPECTATIONS,
    "practices": practices.EXPECTATIONS,
    "jobs": jobs.EXPECTATIONS,
    "standards": standards.EXPECTATIONS,
    "sales": sales.EXPECTATIONS,
}

Suites = dict[str, list[ExpectRowsToKeepRule]]


def _on_data_rows(expectations: Iterable[ExpectRowsToKeepRule]) -> list[ExpectRowsToKeepRule]:
    return [
        expectation.copy(update={"violated_when": f"not is_total and not is_repeat and ({expectation.violated_when})"})
        for expectation in expectations
    ]


def submission_suites() -> Suites:
    """Suites by table of ``work``, judged first: whether a submission's rows can be judged at all."""
    return {"cover": [expectation.copy() for expectation in cover.EXPECTATIONS]}


def row_suites() -> Suites:
    """Suites by table of ``work``, one a sheet of rows."""
    return {
        sheet.key: every_sheet.on_all_rows()
        + _on_data_rows(every_sheet.on_data_rows(sheet.key) + _BY_SHEET.get(sheet.key, []))
        for sheet in load_contract().row_sheets
    }


def reconciliation_suites() -> Suites:
    """Suites by table of ``work``, judged when the marts are built."""
    return {"declared_totals": [expectation.copy() for expectation in declared_totals.EXPECTATIONS]}
