"""The first page: headline figures, what stands beside them, what changed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from include.dashboards.pages import Tile
from tests.dashboards.rows.warehouse import SCOPE_COLUMNS, Expected, Row, Warehouse


class Programme(Warehouse):
    """The first page: headline figures, what stands beside them, what changed."""

    def _figures(self, tile: Tile, language: str, filters: Mapping[str, Any], _country: str | None) -> Expected:
        """A headline figure is of all reports of the scope, whoever reads it."""
        periods, scope = self._chosen(filters, language)
        found: Expected = {}
        for period in periods:
            rows = list(self._in_scope(self.counted[period], scope, None))
            if not any(
                (one["period"], one["scope_type"], one["scope_code"]) == (period, *scope) for one in self.headline
            ):
                continue
            key = (period,) if tile.by else ()
            found[key] = {one.name: self._headline(one.kpi, period, scope, rows) for one in tile.measures}
        return found

    def _headline(self, kpi: str, period: str, scope: tuple[str, str], rows: list[Row], evidenced: bool = False) -> Any:
        unit = self._kpis[kpi]["unit"]
        if self._kpis[kpi]["is_empty_without_values"]:  # nothing assessable is empty, not 0
            basis = "msmes_volume_assessable" if unit == "enterprises" else kpi
            if not any(row["kpi"] == basis for row in rows):
                return None
        return self._amount(kpi, unit, rows, scope[0], evidenced)

    def _beside(self, tile: Tile, language: str, filters: Mapping[str, Any], _country: str | None) -> Expected:
        (period,), scope = self._chosen(filters, language)
        wanted = (
            [self.indicators(language)[name] for name in filters["indicator"]] if "indicator" in filters else self._kpis
        )
        rows, found = list(self._in_scope(self.counted[period], scope, None)), {}
        for one in self.headline:
            if (one["period"], one["scope_type"], one["scope_code"]) != (period, *scope) or one["kpi"] not in wanted:
                continue
            kpi = one["kpi"]
            said = [
                claim["claimed_value"]
                for claim in self.claims
                if (claim["as_of_period"], claim["scope_type"], claim["scope_code"], claim["kpi"])
                == (period, *scope, kpi)
            ]
            found[self._kpis[kpi][f"name_{language}"],] = {
                "figure": self._headline(kpi, period, scope, rows),
                "figure_evidenced": self._headline(kpi, period, scope, rows, evidenced=True),
                "figure_claimed": one["claimed"],
                "target": self._target(kpi, scope),
                "published": max(said, default=None),
            }
        return found

    def _target(self, kpi: str, scope: tuple[str, str]) -> Any:
        kind, code = scope
        if kind == "value_chain":
            return None
        last: dict[str, Row] = {}
        for row in self.targets:
            project = self.projects[row["project_code"]]
            if row["kpi"] == kpi and (kind == "programme" or project[SCOPE_COLUMNS[kind]] == code):
                known = last.get(row["project_code"])
                if known is None or known["due_period"] < row["due_period"]:
                    last[row["project_code"]] = row
        return sum((row["target"] for row in last.values()), Decimal(0)) if last else None

    def _changes(self, tile: Tile, language: str, filters: Mapping[str, Any], country: str | None) -> Expected:
        (period,), scope = self._chosen(filters, language)
        wanted = (
            [self.indicators(language)[name] for name in filters["indicator"]] if "indicator" in filters else self._kpis
        )
        visible = [row for row in self.changes if self._sees_change(row, country)]
        last = max((row["published_at"] for row in visible), default=None)
        found: Expected = {}
        for row in visible:
            if (row["period"], row["scope_type"], row["scope_code"]) != (period, *scope) or row["kpi"] not in wanted:
                continue
            if "is_last_night" in tile.where and row["published_at"] != last:
                continue
            said = {
                "indicator": self._kpis[row["kpi"]][f"name_{language}"],
                "cause": self._causes[row["cause"]][f"label_{language}"],
                "as_of": row["as_of"],
            }
            sums = found.setdefault(tuple(said[column] for column in tile.by), {"change": 0, "change_evidenced": 0})
            sums["change"] += row["difference_unique"] or 0
            sums["change_evidenced"] += row["difference_evidenced"] or 0
        return found

    def _sees_change(self, row: Row, country: str | None) -> bool:
        if not country:
            return True
        own = {code for code, project in self.projects.items() if project["country"] == country}
        is_scope = (row["scope_type"], row["scope_code"]) == ("country", country) or (
            row["scope_type"] == "project" and row["scope_code"] in own
        )
        return is_scope and (row["project_code"] is None or row["project_code"] in own)
