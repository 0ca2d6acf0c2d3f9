"""The project's data beside the written contract's tables: nothing is left out, nothing says something else."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from include.contract.model import DATA, SEEDS
from tests.contract_place import IS_HERE, REFERENCE, SPEC

pytestmark = pytest.mark.skipif(not IS_HERE, reason="the contract's pages are not beside the project")

_TABLES = [
    (DATA / "columns.csv", SPEC / "columns.csv"),
    (DATA / "rules.csv", SPEC / "rules.csv"),
    (DATA / "sheets.csv", SPEC / "sheets.csv"),
    (DATA / "spellings.csv", SPEC / "spellings.csv"),
    (DATA / "generic_tax_ids.csv", REFERENCE / "generic_tax_ids.csv"),
    (SEEDS / "codelists.csv", SPEC / "codelists.csv"),
    (SEEDS / "standards.csv", SPEC / "standards.csv"),
    (SEEDS / "countries.csv", REFERENCE / "countries.csv"),
    (SEEDS / "territories.csv", REFERENCE / "territories.csv"),
    (SEEDS / "isic_classes.csv", REFERENCE / "isic4.csv"),
    (SEEDS / "fx_monthly.csv", REFERENCE / "fx_monthly.csv"),
    (SEEDS / "cpi_annual.csv", REFERENCE / "cpi_annual.csv"),
]


@pytest.mark.parametrize(("ours", "written"), _TABLES, ids=[written.name for _, written in _TABLES])
def test_a_table_says_what_the_contract_says(ours: Path, written: Path) -> None:
    wanted = _rows(written)
    columns = list(wanted[0])
    assert [{column: row[column] for column in columns} for row in _rows(ours)] == wanted


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
