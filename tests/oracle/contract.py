"""The tables of the written contract: ``spec/*.csv`` and ``reference/*.csv``, read as they stand."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from tests.contract_place import REFERENCE, SPEC
from tests.oracle.text import fold, label_key


@dataclass(frozen=True)
class Column:
    """One line of ``columns.csv``."""

    sheet: str
    key: str
    type: str
    required: bool
    codelist: str
    labels: tuple[str, ...]
    if_unreadable: str = "row"


@dataclass
class Contract:
    """Everything the pages refer to as a table."""

    columns: dict[str, list[Column]]
    sheet_labels: dict[str, str]
    optional_sheets: list[str]
    severities: dict[str, str]
    codes: dict[str, dict[str, str]]
    standards: dict[str, dict[str, str]]
    countries: dict[str, dict[str, str]]
    generic_tax_ids: set[str]
    territories: dict[str, dict[str, str]]
    price_index: dict[tuple[str, int], Decimal]
    rates: dict[tuple[str, str], Decimal]
    column_labels: dict[str, dict[str, str]] = field(default_factory=dict)

    def column(self, sheet: str, key: str) -> Column:
        """The column of that key."""
        return next(c for c in self.columns[sheet] if c.key == key)


def read_csv(path: Path) -> list[dict[str, str]]:
    """The records of a UTF-8 CSV."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


@lru_cache(maxsize=1)
def load_contract() -> Contract:
    """Read every table."""
    spec, reference = SPEC, REFERENCE
    columns: dict[str, list[Column]] = {}
    column_labels: dict[str, dict[str, str]] = {}
    for r in read_csv(spec / "columns.csv"):
        labels = tuple(r[k] for k in ("column", "label_es", "label_pt", "label_en"))
        columns.setdefault(r["sheet"], []).append(
            Column(
                r["sheet"], r["column"], r["type"], r["required"] == "yes", r["codelist"], labels, r["if_unreadable"]
            )
        )
        for label in labels:
            column_labels.setdefault(r["sheet"], {}).setdefault(label_key(label), r["column"])
    sheets = read_csv(spec / "sheets.csv")
    countries = {r["country"]: r for r in read_csv(reference / "countries.csv")}
    standards = {r["standard"]: r for r in read_csv(spec / "standards.csv")}
    codes: dict[str, dict[str, str]] = {}
    for r in read_csv(spec / "codelists.csv"):
        for name in ("code", "label_es", "label_pt", "label_en"):
            codes.setdefault(r["codelist"], {}).setdefault(fold(r[name]), r["code"])
    for r in read_csv(spec / "spellings.csv"):
        codes[r["codelist"]].setdefault(fold(r["spelling"]), r["code"])
    for code, r in countries.items():
        for name in (code, r["name_es"], r["name_pt"], r["name_en"]):
            codes.setdefault("country", {}).setdefault(fold(name), code)
    for code in [*(r["currency"] for r in countries.values()), "USD", "EUR"]:
        codes.setdefault("currency", {})[fold(code)] = code
    for r in read_csv(reference / "isic4.csv"):
        codes.setdefault("isic", {})[fold(r["isic_class"])] = r["isic_class"]
    for code, r in standards.items():
        for name in (code, r["name"]):
            codes.setdefault("standard", {}).setdefault(fold(name), code)
    territories: dict[str, dict[str, str]] = {}
    for r in read_csv(reference / "territories.csv"):
        territories.setdefault(r["country"], {})[r["territory_code"]] = r["name"]
    return Contract(
        columns=columns,
        sheet_labels={label_key(r[n]): r["sheet"] for r in sheets for n in ("sheet", "name_es", "name_pt", "name_en")},
        optional_sheets=[r["sheet"] for r in sheets if r["required"] == "no"],
        severities={r["rule"]: r["severity"] for r in read_csv(spec / "rules.csv")},
        codes=codes,
        standards=standards,
        countries=countries,
        generic_tax_ids={r["tax_id"] for r in read_csv(reference / "generic_tax_ids.csv")},
        territories=territories,
        price_index={
            (r["country"], int(r["year"])): Decimal(r["index_2019_100"]) for r in read_csv(reference / "cpi_annual.csv")
        },
        rates={
            (r["currency"], r["month"]): Decimal(r["units_per_eur"]) for r in read_csv(reference / "fx_monthly.csv")
        },
        column_labels=column_labels,
    )
