"""Standards, and other items: topics, practices, resources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from include.dashboards.pages import Tile
from tests.dashboards.rows.warehouse import GOOD, Expected, Warehouse


class Standards(Warehouse):
    """Standards, and other items: topics, practices, resources."""

    def _items(self, tile: Tile, language: str, filters: Mapping[str, Any], country: str | None) -> Expected:
        (period,), scope = self._chosen(filters, language)
        kpi, kind = tile.where.split("'")[1], tile.where.split("'")[3]
        keys: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
        for row in self._in_scope(self.items[period], scope, None):
            if (row["kpi"], row["item_kind"]) == (kpi, kind):
                keys[row["item"]][0].add(row["enterprise_key"])
                if row["grade"] in GOOD:
                    keys[row["item"]][1].add(row["enterprise_key"])
        return {
            (self.word(kind, item, language),): {
                "enterprises_with_item": len(every),
                "enterprises_with_item_evidenced": len(good),
            }
            for item, (every, good) in keys.items()
        }

    def _lapsing(self, tile: Tile, language: str, filters: Mapping[str, Any], country: str | None) -> Expected:
        (period,), scope = self._chosen(filters, language)
        until = self.periods[period]["period_end"].replace(year=self.periods[period]["period_end"].year + 1)
        counted = [row for row in self.counted[period] if row["kpi"] == "msmes_standards"]
        there = {(row["project_code"], row["enterprise_key"]) for row in self._in_scope(counted, scope, country)}
        groups: dict[tuple[Any, ...], set[str]] = defaultdict(set)
        for row in self.in_force:
            if row["period"] != period or (row["project_code"], row["enterprise_key"]) not in there:
                continue
            if "enterprises_in_group" in {one.name for one in tile.measures}:
                if self.group_roles[row["submission_id"], row["row_number"]] == "member":
                    groups[()].add(row["enterprise_key"])
            elif row["valid_to"] and row["valid_to"] <= until and not row["is_renewed"]:
                lapses = f"{row['valid_to'].year}-S{1 if row['valid_to'].month < 7 else 2}"
                said = {"standard_label": self.word("standard", row["standard"], language), "lapses_in": lapses}
                groups[tuple(said[column] for column in tile.by)].add(row["enterprise_key"])
        return {key: {one.name: len(keys) for one in tile.measures} for key, keys in groups.items()}
