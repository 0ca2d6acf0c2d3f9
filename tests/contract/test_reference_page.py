"""docs/contract.md says what the contract's data say."""

from __future__ import annotations

from include.contract import load_contract
from include.contract.reference_page import PAGE, render


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run python -m include.contract.reference_page"


def test_the_page_names_every_sheet_column_code_and_rule() -> None:
    page, contract = render(), load_contract()
    for sheet in contract.sheets.values():
        assert f"## Sheet {sheet.key}" in page
        for column in sheet.columns:
            assert f"| `{column.key}` | {column.labels['es']} |" in page
            if column.codelist:
                assert f"### Code list {column.codelist}\n" in page
    for rule in contract.rules.values():
        assert f"| {rule.key} | {rule.sheet} | {rule.severity} |" in page
    for code in contract.codelists["practice"]:
        assert f"| `{code}` |" in page
