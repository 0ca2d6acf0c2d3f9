"""The pages as ``dashboards/definition/pages.yml`` says them: filters above, tiles in rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from include.contract.indicators import load_indicators
from include.contract.locales import LANGUAGES
from include.dashboards.datasets import Dataset, load_datasets
from include.dashboards.definition import Measure
from include.dashboards.words import DefinitionError, Words, check_keys, read, words

FILE = "pages.yml"
#: Kinds of tiles -> how many columns each is by, at least and at most.
KINDS = {
    "number": (0, 0),
    "table": (1, 8),
    "bar": (1, 1),
    "line": (1, 1),
    "world_map": (1, 1),
    "peru_map": (1, 1),
}
#: Twelfths of a page's width.
COLUMNS = 12
#: Screens for which a page is laid out.
WIDE, PHONE = "wide", "phone"


@dataclass(frozen=True)
class Filter:
    """A filter of a page: the values of a column that a reader chooses from.

    ``one``: exactly one value is chosen, at first the first by ``order`` (a measure of the dataset) or by the column
    itself; otherwise any number, and none means all.
    """

    name: str
    dataset: Dataset
    column: str
    one: bool
    order: str
    descending: bool

    @property
    def titles(self) -> Words:
        return self.dataset.columns[self.column]


@dataclass(frozen=True)
class Tile:
    """A tile of a page: measures of a dataset by its columns.

    ``ignores``: filters of the page by name that it does not follow. ``where``: SQL that holds for all its rows.
    ``order``: the measure by which its rows are sorted, the largest first, or ``*_turn``, the smallest first.
    ``screen``: the one it is for, empty for both: a table of many columns is another one on a phone.
    """

    name: str
    kind: str
    dataset: Dataset
    titles: Words
    empty: Words
    by: tuple[str, ...]
    measures: tuple[Measure, ...]
    where: str
    order: str
    ignores: tuple[str, ...]
    width: int
    height: int
    screen: str = ""

    def is_on(self, *, is_phone: bool) -> bool:
        """Whether a page has it on a phone, or on a wide screen."""
        return self.screen in ("", PHONE if is_phone else WIDE)

    @property
    def condition(self) -> str:
        """SQL that holds for all rows it asks for, empty for all: ``where``, and that one of its measures counts them.

        By the indicators that measures name an index finds the rows. A group that none of them counts is left out.
        """
        counted = dict.fromkeys(measure.rows for measure in self.measures)
        if not all(counted):
            counted = {}
        said = " or ".join(counted)
        if not (said and self.where):
            return said or self.where
        return f"{self.where} and ({said})"

    @property
    def definitions(self) -> Words:
        """What its measures mean, where they are few enough to say."""
        if len(self.measures) != 1:
            return dict.fromkeys(LANGUAGES, "")
        return self.measures[0].definitions


@dataclass(frozen=True)
class Page:
    """A page; ``kpis`` are the indicators whose meaning it explains."""

    name: str
    titles: Words
    intros: Words
    filters: tuple[Filter, ...]
    kpis: tuple[str, ...]
    rows: tuple[tuple[Tile, ...], ...]

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """All tiles, from top to bottom."""
        return tuple(tile for row in self.rows for tile in row)

    def filters_of(self, tile: Tile) -> tuple[Filter, ...]:
        """The filters that the tile follows."""
        return tuple(one for one in self.filters if one.name not in tile.ignores)


@lru_cache(maxsize=1)
def load_pages() -> dict[str, Page]:
    """Name -> page. Raises DefinitionError where the file says what cannot be.

    A tile that has not the column of one of its page's filters is refused unless it says that it ignores the filter:
    Superset would leave the filter out without a word.
    """
    said = read(FILE)
    check_keys(said, {"filters"}, {"version", "pages"}, FILE)
    pages = {one["name"]: _page(one) for one in said["pages"]}
    names = [tile.name for page in pages.values() for tile in page.tiles]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DefinitionError(f"{FILE}: there are two tiles {twice[0]}.")
    return pages


def _page(said: Mapping[str, Any]) -> Page:
    where = f"{FILE}: {said.get('name', '?')}"
    check_keys(said, set(), {"name", "title", "intro", "filters", "kpis", "rows"}, where)
    if unknown := sorted(set(said["kpis"]) - load_indicators().keys()):
        raise DefinitionError(f"{where} names the indicator {unknown[0]}, which does not exist.")
    page = Page(
        name=said["name"],
        titles=words(said["title"], f"{where}: title"),
        intros=words(said["intro"], f"{where}: intro"),
        filters=tuple(_filter(one, where) for one in said["filters"]),
        kpis=tuple(said["kpis"]),
        rows=tuple(tuple(_tile(tile, where) for tile in row) for row in said["rows"]),
    )
    _check(page, where)
    return page


def _filter(said: Mapping[str, Any], where: str) -> Filter:
    where = f"{where}: filter {said.get('name', '?')}"
    check_keys(said, {"one", "order", "descending"}, {"name", "dataset", "column"}, where)
    dataset = _dataset(said["dataset"], where)
    _check_column(dataset, said["column"], where)
    if said.get("order") and said["order"] not in dataset.measures:
        raise DefinitionError(f"{where} is ordered by {said['order']}, which is no measure of {dataset.name}.")
    return Filter(
        name=said["name"],
        dataset=dataset,
        column=said["column"],
        one=bool(said.get("one")),
        order=said.get("order", ""),
        descending=bool(said.get("descending")),
    )


def _tile(said: Mapping[str, Any], where: str) -> Tile:
    where = f"{where}: tile {said.get('name', '?')}"
    optional = {"title", "empty", "by", "measures", "where", "order", "ignores", "screen"}
    check_keys(said, optional, {"name", "kind", "dataset", "width", "height"}, where)
    if said["kind"] not in KINDS:
        raise DefinitionError(f"{where} is of kind {said['kind']}: choose one of {', '.join(KINDS)}.")
    if said.get("screen", "") not in ("", WIDE, PHONE):
        raise DefinitionError(f"{where} is for the screen {said['screen']}: choose {WIDE} or {PHONE}, or leave it out.")
    dataset, by = _dataset(said["dataset"], where), tuple(said.get("by", []))
    least, most = KINDS[said["kind"]]
    if not least <= len(by) <= most:
        raise DefinitionError(f"{where} is by {len(by)} columns; {said['kind']} takes {least} to {most}.")
    for column in by:
        _check_column(dataset, column, where)
    names = [*said.get("measures", []), *([said["order"]] if "order" in said else [])]
    if unknown := sorted(set(names) - dataset.measures.keys()):
        raise DefinitionError(f"{where} names the measure {unknown[0]}, which {dataset.name} has not.")
    measures = tuple(dataset.measures[name] for name in said.get("measures", []))
    titles = words(said["title"], f"{where}: title") if "title" in said else measures[0].labels
    empty = words(said["empty"], f"{where}: empty") if "empty" in said else dict.fromkeys(LANGUAGES, "")
    return Tile(
        name=said["name"],
        kind=said["kind"],
        dataset=dataset,
        titles=titles,
        empty=empty,
        by=by,
        measures=measures,
        where=said.get("where", ""),
        order=said.get("order", ""),
        ignores=tuple(said.get("ignores", [])),
        width=said["width"],
        height=said["height"],
        screen=said.get("screen", ""),
    )


def _check(page: Page, where: str) -> None:
    names = {one.name for one in page.filters}
    for row in page.rows:
        if sum(tile.width for tile in row) > COLUMNS:
            raise DefinitionError(f"{where}: the row of {row[0].name} is wider than {COLUMNS}.")
    for tile in page.tiles:
        if unknown := sorted(set(tile.ignores) - names):
            raise DefinitionError(f"{where}: tile {tile.name} ignores {unknown[0]}, which is no filter of the page.")
        for one in page.filters_of(tile):
            if one.column not in tile.dataset.columns:
                raise DefinitionError(
                    f"{where}: tile {tile.name} has no {one.column} to be filtered by; say that it ignores {one.name}."
                )


def _dataset(name: str, where: str) -> Dataset:
    datasets = load_datasets()
    if name not in datasets:
        raise DefinitionError(f"{where} names the dataset {name}, which does not exist.")
    return datasets[name]


def _check_column(dataset: Dataset, column: str, where: str) -> None:
    if column not in dataset.columns:
        raise DefinitionError(f"{where} names the column {column}, which readers of {dataset.name} do not see.")
