"""The rows of a warehouse in memory, with the words for their codes, and how a figure is counted from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]
#: Labels of a tile's columns -> measure -> value.
Expected = dict[tuple[Any, ...], dict[str, Any]]

_COUNTED = """
    select c.*, r.size_class, r.owner_sex, r.territory_code
    from marts.counted_row as c
    left join intermediate.int_reports as r
        on c.period = r.as_of_period and c.project_code = r.project_code and c.enterprise_key = r.enterprise_key
"""
#: Every row that counts for an indicator by item, not only the one that speaks for its enterprise.
_ITEMS = """
    select i.as_of_period as period, i.kpi, i.item_kind, i.item, i.project_code, i.enterprise_key, i.grade,
        i.country, i.pillar, i.value_chain
    from (
        select t.as_of_period, 'msmes_trained' as kpi, 'topic' as item_kind, t.topic as item, t.project_code,
            t.enterprise_key, t.grade, r.country, p.pillar, r.value_chain
        from intermediate.int_counted_training as t {joins}
        union all
        select t.as_of_period, 'msmes_practices', 'practice', t.practice, t.project_code, t.enterprise_key, t.grade,
            r.country, p.pillar, r.value_chain
        from intermediate.int_counted_practices as t {joins}
        union all
        select t.as_of_period, 'msmes_resource_saving', 'resource', t.resource, t.project_code, t.enterprise_key,
            t.grade, r.country, p.pillar, r.value_chain
        from intermediate.int_counted_practices as t {joins} where t.is_saving
        union all
        select t.as_of_period, 'msmes_standards', kind, item, t.project_code, t.enterprise_key, t.grade,
            r.country, p.pillar, r.value_chain
        from intermediate.int_counted_standards as t {joins}
        cross join lateral (values ('standard', t.standard), ('standard_kind', t.standard_kind)) as v (kind, item)
    ) as i
""".replace(
    "{joins}",
    """inner join marts.dim_project as p on t.project_code = p.project_code
        left join intermediate.int_reports as r on t.as_of_period = r.as_of_period
            and t.project_code = r.project_code and t.enterprise_key = r.enterprise_key""",
)
SCOPE_COLUMNS = {"country": "country", "pillar": "pillar", "value_chain": "value_chain", "project": "project_code"}
GOOD = ("A", "B")


class Warehouse:
    """The rows of a warehouse in memory."""

    def __init__(self, address: str) -> None:
        with psycopg.connect(address, row_factory=dict_row) as connection:

            def table(query: str) -> list[Row]:
                return connection.execute(query).fetchall()  # type: ignore[call-overload,no-any-return]

            self.counted: dict[str, list[Row]] = defaultdict(list)
            for row in table(_COUNTED):
                self.counted[row["period"]].append(row)
            self.items: dict[str, list[Row]] = defaultdict(list)
            for row in table(_ITEMS):
                self.items[row["period"]].append(row)
            self.projects = {row["project_code"]: row for row in table("select * from marts.dim_project")}
            self.periods = {row["period"]: row for row in table("select * from marts.dim_period")}
            self.headline = table("select * from marts.kpi_headline")
            self.claims = table("select * from marts.claims_ledger")
            self.targets = table("select * from marts.indicator_target where is_in_force")
            self.changes = table("select * from marts.figure_change")
            self.statuses = table("select * from marts.submission_status")
            self.findings = table("select * from marts.data_quality")
            self.overlaps = table("select * from marts.project_overlap")
            self.sales = {
                (row["submission_id"], row["row_number"]): row
                for row in table("select * from marts.fct_business_volume")
            }
            self.in_force = table("select * from marts.standard_in_force")
            self.group_roles = {
                (row["submission_id"], row["row_number"]): row["group_role"]
                for row in table("select submission_id, row_number, group_role from marts.fct_standard")
            }
            self.enterprises = table("select * from marts.dim_enterprise")
            self._codes = {(row["code_list"], row["code"]): row for row in table("select * from marts.dim_code")}
            self._countries = {row["country"]: row for row in table("select * from marts.dim_country")}
            self._scopes = table("select * from marts.dim_scope")
            self._kpis = {row["kpi"]: row for row in table("select * from marts.dim_kpi")}
            self._causes = {row["cause"]: row for row in table("select * from marts.dim_change_cause")}
            self._territories = {
                (row["country"], row["territory_code"]): row for row in table("select * from marts.dim_territory")
            }

    def word(self, code_list: str, code: str | None, language: str) -> str | None:
        """The label of a code."""
        found = self._codes.get((code_list, code or ""))
        return found[f"label_{language}"] if found else None

    def country(self, code: str | None, language: str) -> str | None:
        return self._countries[code][f"name_{language}"] if code in self._countries else None

    def project(self, code: str) -> str:
        return f"{code} {self.projects[code]['title']}" if code in self.projects else code

    def scopes(self, language: str) -> dict[str, tuple[str, str]]:
        """What a reader calls a scope -> its type and code."""
        found = {}
        for scope in self._scopes:
            kind, code, label = scope["scope_type"], scope["scope_code"], scope[f"label_{language}"]
            if kind == "programme":
                label = label[:1].upper() + label[1:]
            elif kind == "project":
                label = f"{code} {label}"
            else:
                label = f"{label} ({self.word('scope_type', kind, language)})"
            assert label not in found, f"two scopes are called {label}"
            found[label] = (kind, code)
        return found

    def indicators(self, language: str) -> dict[str, str]:
        """What a reader calls an indicator -> its code."""
        return {row[f"name_{language}"]: code for code, row in self._kpis.items()}

    def _in_scope(self, rows: Iterable[Row], scope: tuple[str, str], country: str | None) -> Iterator[Row]:
        kind, code = scope
        column = SCOPE_COLUMNS.get(kind)
        for row in rows:
            if column and row[column] != code:
                continue
            if country and self.projects[row["project_code"]]["country"] != country:
                continue
            yield row

    def _chosen(self, filters: Mapping[str, Sequence[Any]], language: str) -> tuple[list[str], tuple[str, str]]:
        periods = list(filters.get("period", self.counted))
        return periods, self.scopes(language)[filters["scope"][0]]

    @staticmethod
    def _amount(kpi: str, unit: str, rows: Sequence[Row], kind: str, evidenced: bool) -> Any:
        """A figure of an indicator from the rows of a scope."""
        rows = [row for row in rows if row["kpi"] == kpi]
        if evidenced:
            rows = [row for row in rows if row["evidence_grade"] in GOOD]
        if unit == "enterprises":
            return len({row["enterprise_key"] for row in rows})
        speaking = rows if kind == "project" else [row for row in rows if row[f"counts_in_{kind}"]]
        return sum((row["contribution"] for row in speaking), Decimal(0))

    def _keys(self, period: str, scope: tuple[str, str], country: str | None) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for row in self._in_scope(self.counted[period], scope, country):
            found[row["kpi"]].add(row["enterprise_key"])
        return found
