"""Figures by what rows say of enterprises and jobs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from include.dashboards.pages import Tile
from tests.dashboards.rows.warehouse import Expected, Row, Warehouse


class GreenJobs(Warehouse):
    """Figures by what rows say of enterprises and jobs."""

    def _attributes(self, row: Row, language: str) -> dict[str, Any]:
        """What readers call a counting row's attributes, by the columns of datasets."""
        territory = self._territories.get((row["country"], row["territory_code"]))
        return {
            "period": row["period"],
            "country": self.country(row["country"], language),
            "country_code": row["country"],
            "value_chain": self.word("value_chain", row["value_chain"], language),
            "size": self.word("size_class", row["size_class"], language),
            "sex": self.word("sex", row["sex"], language),
            "age_group": self.word("age_group", row["age_group"], language),
            "project": self.project(row["project_code"]),
            "department": territory["division_name"] if territory else None,
            "department_iso": self._department(territory),
        }

    @staticmethod
    def _department(territory: Row | None) -> str | None:
        """Departments are told by the names of Superset's own map."""
        if not territory or territory["country"] != "PE":
            return None
        names = [
            "AMA",
            "ANC",
            "APU",
            "ARE",
            "AYA",
            "CAJ",
            "CAL",
            "CUS",
            "HUV",
            "HUC",
            "ICA",
            "JUN",
            "LAL",
            "LAM",
            "LIM",
            "LOR",
            "MDD",
            "MOQ",
            "PAS",
            "PIU",
            "PUN",
            "SAM",
            "TAC",
            "TUM",
            "UCA",
        ]
        return "PE-" + names[int(territory["territory_code"][:2]) - 1]

    def _results(self, tile: Tile, language: str, filters: Mapping[str, Any], country: str | None) -> Expected:
        (period,), scope = self._chosen(filters, language)
        groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in self._in_scope(self.counted[period], scope, country):
            said = self._attributes(row, language)
            chosen = all(said[column] in values for column, values in filters.items() if column in said)
            if chosen and not ("country_code = 'PE'" in tile.where and row["country"] != "PE"):
                groups[tuple(said[column] for column in tile.by)].append(row)
        return {
            key: {one.name: self._result(one.name, one.kpi, one.figure, rows, scope[0]) for one in tile.measures}
            for key, rows in groups.items()
        }

    def _result(self, name: str, kpi: str, figure: str, rows: list[Row], kind: str) -> Any:
        if name == "green_jobs_net":
            parts = (
                self._amount(one, "people", rows, kind, False) for one in ("green_jobs_created", "green_jobs_lost")
            )
            return next(parts) - next(parts)
        return self._amount(kpi, self._kpis[kpi]["unit"], rows, kind, figure == "evidenced")
