"""The indicators as the contract's data say them, once: unit, words in three languages, what may be added up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from include.contract.locales import LANGUAGES
from include.contract.model import DATA, ContractError, read_csv

UNITS = ("enterprises", "people", "FTE", "EUR")


@dataclass(frozen=True)
class Indicator:
    """An indicator; ``names`` and ``definitions`` are language -> words.

    ``adds_up_over``: the columns over which the figure of one scope and period is the sum of its parts. ``adding``: the
    code of the sentence that tells readers so (``adding`` of the labels).
    """

    key: str
    unit: str
    declared_field: str
    is_empty_without_values: bool
    is_stock: bool
    adding: str
    adds_up_over: tuple[str, ...]
    names: dict[str, str]
    definitions: dict[str, str]


@lru_cache(maxsize=1)
def load_indicators() -> dict[str, Indicator]:
    """Key -> indicator, in the order in which they are shown. Raises ContractError where a word or unit is missing."""
    indicators = {row["kpi"]: _indicator(row) for row in read_csv(DATA / "kpis.csv")}
    for indicator in indicators.values():
        if indicator.unit not in UNITS:
            raise ContractError(f"kpis.csv: the unit of {indicator.key} has to be one of {', '.join(UNITS)}.")
        for words in (indicator.names, indicator.definitions):
            if missing := [language for language, text in words.items() if not text]:
                raise ContractError(f"kpis.csv: {indicator.key} has no words in {', '.join(missing)}.")
    return indicators


def _indicator(row: dict[str, str]) -> Indicator:
    return Indicator(
        key=row["kpi"],
        unit=row["unit"],
        declared_field=row["declared_field"],
        is_empty_without_values=row["is_empty_without_values"] == "true",
        is_stock=row["is_stock"] == "true",
        adding=row["adding"],
        adds_up_over=tuple(row["adds_up_over"].split(";")),
        names={language: row[f"name_{language}"] for language in LANGUAGES},
        definitions={language: row[f"definition_{language}"] for language in LANGUAGES},
    )
