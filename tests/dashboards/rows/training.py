"""From training to more business."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from include.dashboards.pages import Tile
from tests.dashboards.rows.warehouse import Expected, Warehouse


class Training(Warehouse):
    """From training to more business."""

    _STAGES = ("msmes_trained", "msmes_practices", "msmes_standards", "msmes_volume_increased")

    def _funnel(self, tile: Tile, language: str, filters: Mapping[str, Any], country: str | None) -> Expected:
        (period,), scope = self._chosen(filters, language)
        # An office's reader sees her scopes as they are in the programme, with what another country's project reports.
        keys, left, found = self._keys(period, scope, None), None, {}
        for number, kpi in enumerate(self._STAGES, 1):
            left = keys[kpi] if left is None else left & keys[kpi]
            found[f"{number}. {self._kpis[kpi][f'name_{language}']}",] = {"enterprises_at_stage": len(left)}
        return found

    def _cohorts(self, tile: Tile, language: str, filters: Mapping[str, Any], country: str | None) -> Expected:
        (period,), (kind, code) = self._chosen(filters, language)
        if kind not in ("programme", "country"):
            return {}
        current = {row["enterprise_key"]: row["current_enterprise_key"] for row in self.enterprises}
        reached = {
            kpi: {current[key] for key in keys} for kpi, keys in self._keys(period, ("programme", "all"), None).items()
        }
        found: Expected = {}
        for row in self.enterprises:
            if not (row["is_current_key"] and row["is_valid"] and row["first_joined_on"]):
                continue
            if kind == "country" and row["country"] != code:
                continue
            joined = row["first_joined_on"]
            cohort = f"{joined.year}-S{1 if joined.month < 7 else 2}"
            if cohort > period:
                continue
            stages = ("cohort_trained", "cohort_practice", "cohort_standard", "cohort_business")
            counts = found.setdefault((cohort,), dict.fromkeys(["joined", *stages], 0))
            counts["joined"] += 1
            for name, kpi in zip(stages, self._STAGES, strict=True):
                counts[name] += row["enterprise_key"] in reached.get(kpi, ())
        return found

    def _topics(self, tile: Tile, language: str, filters: Mapping[str, Any], country: str | None) -> Expected:
        (period,), scope = self._chosen(filters, language)
        # An office's reader sees her scopes as they are in the programme.
        telling = scope if scope[0] == "project" else ("programme", "all")
        practising = self._keys(period, telling, None)["msmes_practices"]
        topics: dict[str, set[str]] = defaultdict(set)
        for row in self._in_scope(self.items[period], scope, None):
            if row["kpi"] == "msmes_trained" and row["item"]:
                topics[row["item"]].add(row["enterprise_key"])
        return {
            (self.word("topic", topic, language),): {
                "trained_in_topic": len(keys),
                "practising_of_topic": len(keys & practising),
            }
            for topic, keys in topics.items()
        }
