"""The SQL of a measure as each place that readers go by says it: the definition, dbt's semantic model, the page.

Nothing of it is written here: what a place says wrongly is asked wrongly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from include.dashboards import bi_page, semantic_models
from include.dashboards.definition import Measure, load_definition

#: A line of the page's table "filter, measure, on": what may be filtered, the SQL, and the mart.
_LINE = re.compile(r"^\| ((?:a scope and )?anything[^|]*) \| `([^`|]+)`, of one period[^|]* \| `(\w+)` \|$", re.MULTILINE)
#: Figures of enterprises, and of people and euros, by the words of the page's lines.
_LINES = {
    ("fct_result", "unique"): "anything, enterprises",
    ("fct_result_in_scope", "unique"): "a scope and anything besides, people and euros",
    ("fct_result", "valid"): "anything, each project on its own",
}


@dataclass(frozen=True)
class Said:
    """An aggregate and the conditions on rows under which its place says that it is right.

    ``is_guarded``: it is empty where nothing could be assessed; elsewhere no rows may be empty or 0.
    """

    place: str
    sql: str
    conditions: dict[str, str]
    is_guarded: bool = False


def measure_of(table: str, kpi: str, figure: str) -> Measure:
    """The one measure of a mart for an indicator's figure."""
    (measure,) = [one for one in load_definition().of_table(table) if (one.kpi, one.figure) == (kpi, figure)]
    return measure


def said_of(measure: Measure, scope_key: str | None) -> list[Said]:
    """All that is said of a measure, where one scope is picked or none."""
    scope = {"scope_key": scope_key} if scope_key else {}
    found = [Said("definition", measure.sql, scope, is_guarded=True)]
    if scope_key in (None, "programme:all") and semantic_models.is_metric(measure):
        found.append(Said("semantic model", _metrics()[measure.table, measure.name], {}))
    if words := _LINES.get((measure.table, measure.figure)):
        found.append(Said("page", _lines()[words, measure.table], {"kpi": measure.kpi, **scope}))
    return found


@lru_cache(maxsize=1)
def _metrics() -> dict[tuple[str, str], str]:
    """The aggregates of the semantic models that metrics are made of, as dbt reads them."""
    said = yaml.safe_load(semantic_models.FILE.read_text(encoding="utf-8"))
    aggregates = {"sum": "sum({})", "max": "max({})", "count_distinct": "count(distinct {})"}
    of_model: dict[str, tuple[str, dict[str, Any]]] = {
        one["name"]: (model["name"], one) for model in said["semantic_models"] for one in model["measures"]
    }
    found = {}
    for metric in said["metrics"]:
        table, one = of_model[metric["type_params"]["measure"]]
        found[table, metric["name"]] = aggregates[one["agg"]].format(one["expr"])
    return found


@lru_cache(maxsize=1)
def _lines() -> dict[tuple[str, str], str]:
    page = bi_page.PAGE.read_text(encoding="utf-8")
    return {(words, table): sql for words, sql, table in _LINE.findall(page)}
