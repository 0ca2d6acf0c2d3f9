"""What readers ask of the marts: analysts' questions, and every tile of the dashboards as its page opens."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import psycopg
import yaml

from include.dashboards import assets, charts, fit
from include.dashboards.datasets import Dataset
from include.dashboards.pages import Filter, Page, Tile, load_pages
from include.platform.settings import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "tests" / "questions"
FILES = ("questions.yml", "results.yml")
LANGUAGE = "es"


@dataclass(frozen=True)
class Question:
    """A query and what it is called; values are parts of its text, as tools send it."""

    name: str
    sql: str


def of_analysts() -> list[Question]:
    """The questions of ``tests/questions``."""
    said: list[dict[str, Any]] = [
        one for name in FILES for one in yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    ]
    return [Question(one["question"], one["sql"]) for one in said]


def of_dashboards(reader: psycopg.Connection) -> list[Question]:
    """The tiles of all pages in one language, with the values chosen that a page opens with."""
    return [
        Question(f"tile {tile.name} of page {page.name}", _tile_sql(reader, page, tile))
        for page in load_pages().values()
        for tile in assets.all_tiles(page)
        if tile.is_on(is_phone=False)
    ]


def answers(reader: psycopg.Connection, questions: list[Question], times: int) -> dict[str, list[float]]:
    """Seconds of every question, asked so often after one time that is not counted."""
    seconds: dict[str, list[float]] = {}
    for question in questions:
        reader.execute(question.sql.encode()).fetchall()
        for _ in range(times):
            began = time.perf_counter()
            reader.execute(question.sql.encode()).fetchall()
            seconds.setdefault(question.name, []).append(time.perf_counter() - began)
    return seconds


def _tile_sql(reader: psycopg.Connection, page: Page, tile: Tile) -> str:
    """The select that Superset makes of a tile (:func:`charts.query`)."""
    asked = charts.query(tile, {})
    measures = [f"{tile.dataset.measures[name].sql} as {name}" for name in asked["metrics"]]
    conditions = [*_chosen(reader, page, tile), *([asked["extras"]["where"]] if tile.condition else [])]
    grouped = f" group by {', '.join(tile.by)}" if tile.by and measures else ""
    ordered = "".join(f" order by {column} {'asc' if up else 'desc'}" for column, up in asked["orderby"])
    return (
        f"select {', '.join([*tile.by, *measures])} from ({_sql(tile.dataset)}) as virtual_table"
        f"{' where ' + ' and '.join(conditions) if conditions else ''}{grouped}{ordered} limit {asked['row_limit']}"
    )


def _chosen(reader: psycopg.Connection, page: Page, tile: Tile) -> Iterator[str]:
    for one in page.filters_of(tile):
        if one.one:
            yield f"{one.column} in ('{_first(reader, one)}')"


def _first(reader: psycopg.Connection, one: Filter) -> str:
    """The value that a filter of one value opens with."""
    order = one.dataset.measures[one.order].sql if one.order else one.column
    way = "desc" if one.descending else "asc"
    query = f"select {one.column} from ({_sql(one.dataset)}) as asked group by 1 order by {order} {way} limit 1"
    row = reader.execute(query.encode()).fetchone()
    return str(row[0]).replace("'", "''") if row else ""


def _sql(dataset: Dataset) -> str:
    return str(_files()[f"{fit.FOLDER}{dataset.name}_{LANGUAGE}.yaml"]["sql"])


@lru_cache(maxsize=1)
def _files() -> Mapping[str, Mapping[str, Any]]:
    return assets.make("postgresql://").files
