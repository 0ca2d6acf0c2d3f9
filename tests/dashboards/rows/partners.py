"""Deliveries, findings, overlap of projects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from include.dashboards.pages import Tile
from tests.dashboards.rows.warehouse import Expected, Row, Warehouse


class Partners(Warehouse):
    """Deliveries, findings, overlap of projects."""

    def _of_projects(
        self, rows: Iterable[Row], language: str, filters: Mapping[str, Any], country: str | None
    ) -> Iterator[Row]:
        for row in rows:
            # A folder that is no project of the registry has findings, too.
            project = self.projects.get(row["project_code"], {"country": None, "pillar": None})
            said = {
                "period": row["period"],
                "country": self.country(project["country"], language),
                "pillar": self.word("pillar", project["pillar"], language),
                "project": self.project(row["project_code"]),
            }
            if (not country or project["country"] == country) and all(said[c] in v for c, v in filters.items()):
                yield {**row, **said}

    def _deliveries(self, tile: Tile, language: str, filters: Mapping[str, Any], country: str | None) -> Expected:
        rows = list(self._of_projects(self.statuses, language, filters, country))
        if tile.by:
            late: dict[tuple[Any, ...], list[int]] = {}
            for row in rows:
                said = {
                    **row,
                    "timeliness_label": self.word("timeliness", row["timeliness"], language),
                    "status_label": self.word("status", row["status"], language),
                }
                days = late.setdefault(tuple(said[column] for column in tile.by), [])
                days += [] if row["days_late"] is None else [row["days_late"]]
            return {key: {"days_late": max(days, default=None)} for key, days in late.items()}
        due = [row for row in rows if row["is_expected"]]
        counts = {
            "reports_due": len(due),
            "reports_on_time": sum(row["timeliness"] == "on_time" for row in due),
            "reports_late": sum(row["timeliness"] == "late" for row in due),
            "reports_missing": sum(row["timeliness"] == "missing" for row in due),
            "reports_returned": sum(row["status"] == "returned" for row in rows),
        }
        return {(): {one.name: counts[one.name] for one in tile.measures}}

    def _findings(self, tile: Tile, language: str, filters: Mapping[str, Any], country: str | None) -> Expected:
        found: Expected = {}
        for row in self._of_projects(self.findings, language, filters, country):
            if not row["finding_count"]:
                continue
            said = {
                "project": row["project"],
                "rule_label": f"{row['rule']} {self.word('rule', row['rule'], language) or ''}",
                "severity": self.word("severity", row["severity"], language),
            }
            key = tuple(said[column] for column in tile.by)
            sums = found.setdefault(key, {"findings": 0, "findings_waived": 0})
            sums["findings"] += row["finding_count"]
            sums["findings_waived"] += row["waived_count"] or 0
        return found

    def _overlap(self, tile: Tile, language: str, filters: Mapping[str, Any], country: str | None) -> Expected:
        return {
            (row["project"], self.project(row["other_project_code"])): {
                "enterprises_in_common": row["enterprise_count"]
            }
            for row in self._of_projects(self.overlaps, language, filters, country)
            if row["project_code"] != row["other_project_code"]
            and (not country or self.projects[row["other_project_code"]]["country"] == country)
        }
