"""What tiles should show, counted from rows: a second way that shares no SQL with the datasets.

Rows are those that count (``marts.counted_row``) with the attributes of their report, read as the administrator; a
country office's reader is given those of its own projects. Only words for codes come from the same dimensions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import dict_row

from include.contract.locales import LANGUAGES
from include.dashboards.pages import Tile

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
_SCOPE_COLUMNS = {"country": "country", "pillar": "pillar", "value_chain": "value_chain", "project": "project_code"}
_GOOD = ("A", "B")


class Rows:
    """The rows of a warehouse in memory, and what tiles should show of them."""

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
            self.enterprises = table("select * from marts.dim_enterprise")
            self.standards = {
                row["standard"]: row["standard_name"] for row in table("select * from marts.dim_standard")
            }
            self._codes = {(row["code_list"], row["code"]): row for row in table("select * from marts.dim_code")}
            self._countries = {row["country"]: row for row in table("select * from marts.dim_country")}
            self._scopes = table("select * from marts.dim_scope")
            self._kpis = {row["kpi"]: row for row in table("select * from marts.dim_kpi")}
            self._causes = {row["cause"]: row for row in table("select * from marts.dim_change_cause")}
            self._territories = {
                (row["country"], row["territory_code"]): row for row in table("select * from marts.dim_territory")
            }

    # --- words ------------------------------------------------------------------------------------------

    def word(self, code_list: str, code: str | None, language: str) -> str | None:
        """The label of a code."""
        found = self._codes.get((code_list, code or ""))
        return found[f"label_{language}"] if found else None

    def country(self, code: str | None, language: str) -> str | None:
        return self._countries[code][f"name_{language}"] if code in self._countries else None

    def project(self, code: str) -> str:
        return f"{code} {self.projects[code]['title']}"

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

    # --- what is expected -------------------------------------------------------------------------------

    def expected(
        self, tile: Tile, language: str, filters: Mapping[str, Sequence[Any]], country: str | None
    ) -> Expected | None:
        """What a tile should show; None where it is nothing that is counted, such as a text.

        ``country`` is that of a country office's reader.
        """
        ways: dict[str, Callable[..., Expected]] = {
            "figures": self._figures,
            "beside": self._beside,
            "results": self._results,
            "jobs": self._results,
            "items": self._items,
            "volume_parts": self._volume_parts,
            "funnel": self._funnel,
            "topics": self._topics,
            "changes": self._changes,
            "deliveries": self._deliveries,
            "findings": self._findings,
            "overlap": self._overlap,
            "evidence": self._evidence,
            "cohorts": self._cohorts,
            "lapsing": self._lapsing,
        }
        way = ways.get(tile.dataset.name)
        return way(tile, language, filters, country) if way else None

    def _in_scope(self, rows: Iterable[Row], scope: tuple[str, str], country: str | None) -> Iterator[Row]:
        kind, code = scope
        column = _SCOPE_COLUMNS.get(kind)
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
            rows = [row for row in rows if row["evidence_grade"] in _GOOD]
        if unit == "enterprises":
            return len({row["enterprise_key"] for row in rows})
        speaking = rows if kind == "project" else [row for row in rows if row[f"counts_in_{kind}"]]
        return sum((row["contribution"] for row in speaking), Decimal(0))

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
            if row["kpi"] == kpi and (kind == "programme" or project[_SCOPE_COLUMNS[kind]] == code):
                known = last.get(row["project_code"])
                if known is None or known["due_period"] < row["due_period"]:
                    last[row["project_code"]] = row
        return sum((row["target"] for row in last.values()), Decimal(0)) if last else None

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

    def _items(self, tile: Tile, language: str, filters: Mapping[str, Any], country: str | None) -> Expected:
        (period,), scope = self._chosen(filters, language)
        kpi, kind = tile.where.split("'")[1], tile.where.split("'")[3]
        keys: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
        for row in self._in_scope(self.items[period], scope, None):
            if (row["kpi"], row["item_kind"]) == (kpi, kind):
                keys[row["item"]][0].add(row["enterprise_key"])
                if row["grade"] in _GOOD:
                    keys[row["item"]][1].add(row["enterprise_key"])
        return {
            (self.word(kind, item, language),): {
                "enterprises_with_item": len(every),
                "enterprises_with_item_evidenced": len(good),
            }
            for item, (every, good) in keys.items()
        }

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

    def _keys(self, period: str, scope: tuple[str, str], country: str | None) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for row in self._in_scope(self.counted[period], scope, country):
            found[row["kpi"]].add(row["enterprise_key"])
        return found

    _STAGES = ("msmes_trained", "msmes_practices", "msmes_standards", "msmes_volume_increased")

    def _funnel(self, tile: Tile, language: str, filters: Mapping[str, Any], country: str | None) -> Expected:
        (period,), scope = self._chosen(filters, language)
        keys, left, found = self._keys(period, scope, country), None, {}
        for number, kpi in enumerate(self._STAGES, 1):
            left = keys[kpi] if left is None else left & keys[kpi]
            found[f"{number}. {self._kpis[kpi][f'name_{language}']}",] = {"enterprises_at_stage": len(left)}
        return found

    def _cohorts(self, tile: Tile, language: str, filters: Mapping[str, Any], country: str | None) -> Expected:
        (period,), (kind, code) = self._chosen(filters, language)
        if kind not in ("programme", "country"):
            return {}
        current = {row["enterprise_key"]: row["current_enterprise_key"] for row in self.enterprises}
        own = {
            row["enterprise_key"]
            for rows in self.counted.values()
            for row in rows
            if not country or self.projects[row["project_code"]]["country"] == country
        }
        reached = {
            kpi: {current[key] for key in keys}
            for kpi, keys in self._keys(period, ("programme", "all"), country).items()
        }
        found: Expected = {}
        for row in self.enterprises:
            if not (row["is_current_key"] and row["is_valid"] and row["first_joined_on"]):
                continue
            if (kind == "country" and row["country"] != code) or (country and row["enterprise_key"] not in own):
                continue
            joined = row["first_joined_on"]
            cohort = f"{joined.year}-S{1 if joined.month < 7 else 2}"
            if cohort > period:
                continue
            counts = found.setdefault((cohort,), dict.fromkeys([one.name for one in tile.measures], 0))
            counts["joined"] += 1
            stages = ("cohort_trained", "cohort_practice", "cohort_standard", "cohort_business")
            for name, kpi in zip(stages, self._STAGES, strict=True):
                counts[name] += row["enterprise_key"] in reached.get(kpi, ())
        return found

    def _topics(self, tile: Tile, language: str, filters: Mapping[str, Any], country: str | None) -> Expected:
        (period,), scope = self._chosen(filters, language)
        practising = self._keys(period, ("programme", "all"), country)["msmes_practices"]
        topics: dict[str, set[str]] = defaultdict(set)
        for row in self._in_scope(self.items[period], scope, country):
            if row["kpi"] == "msmes_trained":
                topics[row["item"]].add(row["enterprise_key"])
        return {
            (self.word("topic", topic, language),): {
                "trained_in_topic": len(keys),
                "practising_of_topic": len(keys & practising),
            }
            for topic, keys in topics.items()
        }

    def _lapsing(self, tile: Tile, language: str, filters: Mapping[str, Any], country: str | None) -> Expected:
        (period,), (kind, code) = self._chosen(filters, language)
        until = self.periods[period]["period_end"].replace(year=self.periods[period]["period_end"].year + 1)
        groups: dict[tuple[Any, ...], set[str]] = defaultdict(set)
        for row in self.in_force:
            project = self.projects[row["project_code"]]
            if row["period"] != period or (country and project["country"] != country) or kind == "value_chain":
                continue
            if kind != "programme" and project[_SCOPE_COLUMNS[kind]] != code:
                continue
            if row["valid_to"] and row["valid_to"] <= until and not row["is_renewed"]:
                lapses = f"{row['valid_to'].year}-S{1 if row['valid_to'].month < 7 else 2}"
                said = {"standard_label": self.standards[row["standard"]], "lapses_in": lapses}
                groups[tuple(said[column] for column in tile.by)].add(row["enterprise_key"])
        return {key: {"enterprises_lapsing": len(keys)} for key, keys in groups.items()}

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

    def _of_projects(
        self, rows: Iterable[Row], language: str, filters: Mapping[str, Any], country: str | None
    ) -> Iterator[Row]:
        for row in rows:
            project = self.projects[row["project_code"]]
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
            return {
                (
                    row["project"],
                    self.word("timeliness", row["timeliness"], language),
                    self.word("status", row["status"], language),
                    row["due_on"],
                    row["first_received_on"],
                ): {"days_late": row["days_late"]}
                for row in rows
            }
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
            said = {
                "project": row["project"],
                "rule_label": f"{row['rule']} {self.word('rule', row['rule'], language) or ''}",
                "severity": self.word("severity", row["severity"], language),
            }
            key = tuple(said[column] for column in tile.by)
            sums = found.setdefault(key, {"findings": 0, "findings_waived": 0})
            sums["findings"] += row["finding_count"] or 0
            sums["findings_waived"] += row["waived_count"] or 0
        return found

    def _overlap(self, tile: Tile, language: str, filters: Mapping[str, Any], country: str | None) -> Expected:
        return {
            (row["project"], self.project(row["other_project_code"])): {
                "enterprises_in_common": row["enterprise_count"]
            }
            for row in self._of_projects(self.overlaps, language, filters, country)
            if not country or self.projects[row["other_project_code"]]["country"] == country
        }

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


assert set(LANGUAGES) == {"es", "pt", "en"}
