"""Combinations of filters drawn at random, each tile asked as a reader, and what differs from the rows."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from include.dashboards.pages import Filter, Page, Tile
from tests.dashboards.reader import Reader
from tests.dashboards.rows import Expected, Rows

#: Columns that say nothing of which group a row is: the indicator's unit, and a link.
_BESIDE = ("unit", "behind")
#: Datasets of rows that count: where a scope has none at all, a number says that there are no data.
_BY_ROWS = ("summary", "results", "lapsing")
#: Amounts are floats on their way through JSON.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Asked:
    """A tile that was asked: how long it took, in seconds, and what differs, in words."""

    tile: str
    seconds: float
    cells: int
    differences: tuple[str, ...]


def draw(page: Page, offered: Mapping[str, Sequence[Any]], chance: random.Random) -> dict[str, list[Any]]:
    """One value of each filter that takes one; of the others now and then a few; by the filter's column."""
    chosen = {}
    for one in page.filters:
        values = list(offered[one.name])
        if one.one:
            chosen[one.column] = [chance.choice(values)]
        elif values and chance.random() < 0.5:
            chosen[one.column] = chance.sample(values, min(len(values), chance.choice((1, 1, 2, 3))))
    return chosen


def asked(
    reader: Reader, rows: Rows, page: Page, language: str, filters: dict[str, list[Any]], country: str | None
) -> Iterator[Asked]:
    """Each tile of a page under the filters."""
    for tile in page.tiles:
        followed = {one.column: filters[one.column] for one in page.filters_of(tile) if one.column in filters}
        expected = rows.expected(tile, language, followed, country)
        began = time.monotonic()
        shown = reader.rows(tile, language, followed)
        seconds = time.monotonic() - began
        if expected is None:
            yield Asked(tile.name, seconds, 0, () if shown else ("it shows nothing",))
            continue
        found = _as_expected(tile, shown)
        if tile.dataset.name == "evidence" and len(shown) < 1000:  # all of them are there
            found = {(): {"contribution": sum(row["contribution"] or 0 for row in shown)}}
        elif tile.dataset.name == "evidence":
            yield Asked(tile.name, seconds, 0, ())
            continue
        where = f"{page.name}/{tile.name} {language} {followed}"
        yield Asked(
            tile.name, seconds, sum(map(len, expected.values())), tuple(differences(where, tile, expected, found))
        )


def differences(where: str, tile: Tile, expected: Expected, found: Expected) -> Iterator[str]:
    """In words, where a tile shows something else than the rows say; nothing and 0 are one in a group without rows."""
    names = [one.name for one in tile.measures]
    for key in sorted({*expected, *found}, key=str):
        for name in names:
            wanted, shown = expected.get(key, {}), found.get(key, {})
            if wanted and name not in wanted:
                continue  # not counted here
            left, right = wanted.get(name), shown.get(name)
            nothing_is_zero = not wanted or not shown or tile.kind != "number" or tile.dataset.name in _BY_ROWS
            if not _same(left, right, nothing_is_zero):
                yield f"{where} {key} {name}: shows {right}, rows say {left}"


def _same(left: Any, right: Any, nothing_is_zero: bool) -> bool:
    if left is None or right is None:
        return left == right or (nothing_is_zero and not left and not right)
    return math.isclose(float(left), float(right), rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _as_expected(tile: Tile, shown: Sequence[Mapping[str, Any]]) -> Expected:
    found: Expected = {}
    for row in shown:
        columns = [column for column in tile.by if column not in _BESIDE]
        key = tuple(_day(row[one]) if one.endswith("_on") or one == "as_of" else row[one] for one in columns)
        assert key not in found, f"{tile.name} shows {key} twice"
        found[key] = {one.name: row[one.name] for one in tile.measures}
    return found


def _day(value: Any) -> Any:
    """A day as Superset's interface gives it: milliseconds since 1970, or a text."""
    if isinstance(value, int | float | Decimal):
        return datetime.fromtimestamp(float(value) / 1000, UTC).date()
    return date.fromisoformat(str(value)[:10]) if value else None


def offers(reader: Reader, page: Page, language: str) -> dict[str, list[Any]]:
    """What each filter of a page offers to a reader."""
    return {one.name: _values(reader, one, language) for one in page.filters}


def _values(reader: Reader, one: Filter, language: str) -> list[Any]:
    return [value for value in reader.values(one, language) if value is not None]
