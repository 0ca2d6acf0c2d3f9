"""Rows behind a figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.dashboards.pages import Tile
from tests.dashboards.rows.warehouse import Expected, Warehouse


class Figure(Warehouse):
    """Rows behind a figure."""

    def _evidence(self, tile: Tile, language: str, filters: Mapping[str, Any], country: str | None) -> Expected:
        """Only the sum of all rows: it is the figure, or the part of it that own projects report."""
        (period,), scope = self._chosen(filters, language)
        kpi = self.indicators(language)[filters["indicator"][0]]
        return {
            (): {
                "contribution": self._amount(
                    kpi,
                    self._kpis[kpi]["unit"],
                    list(self._in_scope(self.counted[period], scope, country)),
                    scope[0],
                    False,
                )
            }
        }
