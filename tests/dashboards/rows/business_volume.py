"""Business volume: parts of its change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from include.dashboards.pages import Tile
from tests.dashboards.rows.warehouse import Expected, Warehouse


class BusinessVolume(Warehouse):
    """Business volume: parts of its change."""

    def _volume_parts(self, tile: Tile, language: str, filters: Mapping[str, Any], country: str | None) -> Expected:
        (period,), scope = self._chosen(filters, language)
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for row in self._in_scope(self.counted[period], scope, country):
            if row["kpi"] == "volume_change_nominal_eur" and (scope[0] == "project" or row[f"counts_in_{scope[0]}"]):
                sold = self.sales[row["submission_id"], row["row_number"]]
                for part in ("volume", "price", "exchange"):
                    sums[part] += sold[f"{part}_eur"]
        return {
            (self.word("change_part", part, language),): {"volume_change_nominal_eur": amount}
            for part, amount in sums.items()
        }

    _BOUNDS = (-10_000, -1000, 0, 1000, 10_000)

    def _volume_spread(self, tile: Tile, language: str, filters: Mapping[str, Any], country: str | None) -> Expected:
        (period,), scope = self._chosen(filters, language)
        changes: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for row in self._in_scope(self.counted[period], scope, country):
            if row["kpi"] == "volume_change_real_eur" and (scope[0] == "project" or row[f"counts_in_{scope[0]}"]):
                changes[row["project_code"], row["enterprise_key"]] += row["contribution"]
        bands: dict[str, set[str]] = defaultdict(set)
        for (_, enterprise), change in changes.items():
            bands[_BANDS[language][sum(change >= bound for bound in self._BOUNDS)]].add(enterprise)
        return {(label,): {"enterprises_in_band": len(keys)} for label, keys in bands.items()}


_BANDS = {
    "es": [
        "1. más de 10.000 € menos",
        "2. de 1.000 a 10.000 € menos",
        "3. hasta 1.000 € menos",
        "4. de 0 a 1.000 € más",
        "5. de 1.000 a 10.000 € más",
        "6. más de 10.000 € más",
    ],
    "pt": [
        "1. mais de € 10.000 a menos",
        "2. de € 1.000 a € 10.000 a menos",
        "3. até € 1.000 a menos",
        "4. de 0 a € 1.000 a mais",
        "5. de € 1.000 a € 10.000 a mais",
        "6. mais de € 10.000 a mais",
    ],
    "en": [
        "1. more than €10,000 less",
        "2. €1,000 to €10,000 less",
        "3. up to €1,000 less",
        "4. 0 to €1,000 more",
        "5. €1,000 to €10,000 more",
        "6. more than €10,000 more",
    ],
}
