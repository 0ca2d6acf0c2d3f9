"""Superset's assets from the definition: a database, and datasets, charts and dashboards in each language, as YAML.

They follow from the definition alone, so they are written where they are wanted and kept nowhere; their identifiers
are the same each time, so that an import takes the place of the one before.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from include.contract.locales import LANGUAGES, language_name
from include.dashboards import charts, layout, links
from include.dashboards.datasets import Dataset, load_datasets
from include.dashboards.pages import Filter, Page, Tile, load_pages
from include.dashboards.words import said_on_pages

DATABASE_NAME = "AL-INVEST Verde"
VERSION = "1.0.0"

_SPACE = uuid.UUID("3f0f4f0e-6e0b-5a57-9a4e-8f6d4e5b2a11")
#: What takes what tile: of every page the sentence of its day, and of pages with indicators their meanings.
_LOADED, _MEANINGS = "loaded", "meanings"
#: What a phone's table of sentences takes besides its rows, and what each row takes, in the grid's units.
_PHONE_HEAD, _PHONE_ROW = 20, 12


def identifier(*parts: str) -> str:
    """The identifier of an asset, always the same."""
    return str(uuid.uuid5(_SPACE, ":".join(parts)))


DATABASE_UUID = identifier("database")


@dataclass(frozen=True)
class Assets:
    """All assets: path below the folder -> content."""

    files: Mapping[str, Mapping[str, Any]]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(yaml.safe_dump(dict(self.files), sort_keys=True).encode()).hexdigest()


def write(folder: Path, uri: str) -> str:
    """Write the assets into an empty ``folder``, with the address of the warehouse; their hash."""
    made = make(uri)
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in made.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False), encoding="utf-8")
    return made.sha256


def make(uri: str) -> Assets:
    """The assets of all pages in all languages."""
    files: dict[str, Mapping[str, Any]] = {
        "metadata.yaml": {"version": VERSION, "type": "assets", "timestamp": "2026-01-01T00:00:00+00:00"},
        "databases/warehouse.yaml": _database(uri),
    }
    for language in LANGUAGES:
        for dataset in load_datasets().values():
            files[f"datasets/warehouse/{dataset.name}_{language}.yaml"] = _dataset(dataset, language)
        for page in load_pages().values():
            for tile in all_tiles(page):
                files[f"charts/{tile.name}_{language}.yaml"] = _chart(tile, page, language)
            for is_phone in (False, True):
                name = links.slug(page.name, language, is_phone=is_phone)
                files[f"dashboards/{name}.yaml"] = _dashboard(page, language, is_phone)
    return Assets(files)


def all_tiles(page: Page) -> tuple[Tile, ...]:
    """The page's tiles with those that every page has: of which day its figures are, and what they mean."""
    by = ("period", "scope", "sentence") if any(one.name == "scope" for one in page.filters) else ("period", "sentence")
    loaded = replace(_added(page, _LOADED, by, "", width=6, height=15), titles=said_on_pages()["shown"])
    if not page.kpis:
        return (loaded, *page.tiles)
    names = ", ".join(f"'{kpi}'" for kpi in page.kpis)
    by, height = ("indicator", "meaning", "unit"), 18 + 4 * len(page.kpis)
    meanings = _added(page, _MEANINGS, by, f"kpi in ({names})", width=12, height=height)
    return (loaded, *page.tiles, replace(meanings, titles=said_on_pages()["meanings"], order="turn"))


def _added(page: Page, dataset: str, by: tuple[str, ...], where: str, width: int, height: int) -> Tile:
    found = load_datasets()[dataset]
    return Tile(
        name=f"{page.name}_{dataset}",
        kind="table",
        dataset=found,
        titles=found.columns[by[0]],
        empty=dict.fromkeys(LANGUAGES, ""),
        by=by,
        measures=(),
        where=where,
        order="",
        ignores=tuple(one.name for one in page.filters if one.column not in found.columns),
        width=width,
        height=height,
    )


def _database(uri: str) -> dict[str, Any]:
    """The warehouse without a login (each query is made as that of who asks), read only, nothing uploaded."""
    return {
        "database_name": DATABASE_NAME,
        "sqlalchemy_uri": uri,
        "uuid": DATABASE_UUID,
        "version": VERSION,
        "expose_in_sqllab": True,
        "is_managed_externally": True,
        **dict.fromkeys(
            ("allow_run_async", "allow_ctas", "allow_cvas", "allow_dml", "allow_csv_upload", "impersonate_user"), False
        ),
        "extra": {"allows_virtual_table_explore": True, "metadata_params": {}, "engine_params": {}},
    }


def _dataset(dataset: Dataset, language: str) -> dict[str, Any]:
    link = links.to_figure(language, said_on_pages()["behind"][language])
    sql = replace(dataset, fragments={"figure_link": link, **dataset.fragments}).sql(language)
    columns = [
        {
            "column_name": name,
            "verbose_name": _sentence(titles[language]),
            "is_dttm": False,
            "is_active": True,
            "groupby": True,
            "filterable": True,
            "type": "TEXT",
        }
        for name, titles in dataset.columns.items()
    ]
    metrics = [
        {
            "metric_name": measure.name,
            "verbose_name": _sentence(measure.labels[language]),
            "expression": measure.sql,
            "description": measure.definitions[language] or None,
            "d3format": charts.number_format(measure),
        }
        for measure in dataset.measures.values()
    ]
    return {
        "table_name": f"{dataset.name} ({language_name(language)})",
        "schema": "marts",
        "sql": sql,
        "filter_select_enabled": True,
        "is_managed_externally": True,
        "uuid": identifier("dataset", dataset.name, language),
        "database_uuid": DATABASE_UUID,
        "columns": columns,
        "metrics": metrics,
        "version": VERSION,
    }


def _chart(tile: Tile, page: Page, language: str) -> dict[str, Any]:
    return {
        "slice_name": chart_title(tile, page, language),
        "description": tile.definitions[language] or None,
        "viz_type": charts.visualization(tile),
        "params": charts.parameters(tile, language),
        "cache_timeout": None,
        "is_managed_externally": True,
        "uuid": identifier("chart", tile.name, language),
        "dataset_uuid": identifier("dataset", tile.dataset.name, language),
        "version": VERSION,
    }


def chart_title(tile: Tile, page: Page, language: str) -> str:
    """A tile's title, with the filters it does not follow where the page's reader would think it does."""
    title = _sentence(tile.titles[language])
    if tile.name.startswith(f"{page.name}_") or not tile.measures:
        return title
    ignored = [one.titles[language] for one in page.filters if one.name in tile.ignores]
    return f"{title} ({said_on_pages()['not_filtered'][language]} {', '.join(ignored)})" if ignored else title


def _dashboard(page: Page, language: str, is_phone: bool) -> dict[str, Any]:
    title = page.titles[language]
    tiles = [tile for tile in all_tiles(page) if tile.is_on(is_phone=is_phone)]
    placed = {
        tile.name: layout.Chart(
            number, identifier("chart", tile.name, language), chart_title(tile, page, language), tile.width, tile.height
        )
        for number, tile in enumerate(tiles, 1)
    }
    if is_phone:  # narrow, sentences need more lines
        for tile in tiles:
            if tile.dataset.name == _LOADED:
                placed[tile.name] = replace(placed[tile.name], height=tile.height + 10)
            elif tile.dataset.name == _MEANINGS:
                # In a table of one indicator two columns of sentences share the width.
                lines = len(page.kpis) if tile.name.startswith(f"{page.name}_") else len(tile.by)
                placed[tile.name] = replace(placed[tile.name], height=_PHONE_HEAD + _PHONE_ROW * lines)
    rows: list[layout.Row] = [(layout.Text(_navigation(page, language), lines=4 if is_phone else 1),)]
    intro = layout.Text(
        f"{page.intros[language]} {said_on_pages()['source'][language]}", width=6, lines=5 if is_phone else 4
    )
    rows.append((intro, placed[f"{page.name}_{_LOADED}"]))
    rows += filter(None, ([placed[tile.name] for tile in row if tile in tiles] for row in page.rows))
    if page.kpis:
        rows.append((placed[f"{page.name}_{_MEANINGS}"],))
    return {
        "dashboard_title": title,
        "description": page.intros[language],
        "css": _CSS + (_PHONE_CSS if is_phone else "") + _empty(page, language),
        "slug": links.slug(page.name, language, is_phone=is_phone),
        "uuid": identifier("dashboard", page.name, language, "phone" if is_phone else "wide"),
        "position": layout.position(title, rows, is_phone=is_phone),
        "metadata": {
            "color_scheme": "",  # each chart's own: a map's shades of one colour would become a palette
            "cross_filters_enabled": False,  # a click would filter by what no filter offers
            "filter_bar_orientation": "HORIZONTAL",
            "native_filter_configuration": [
                _filter(one, language, [placed[tile.name].number for tile in tiles if one.name in tile.ignores])
                for one in page.filters
            ],
            "refresh_frequency": 0,
            "expanded_slices": {},
            "timed_refresh_immune_slices": [],
            "default_filters": "{}",
            "chart_configuration": {},
            "label_colors": _colours(page),
            "shared_label_colors": [],
        },
        "is_managed_externally": True,
        "published": True,
        "version": VERSION,
    }


def _navigation(page: Page, language: str) -> str:
    """The other pages, and this page in the other languages."""
    pages = [
        f"**{other.titles[language]}**"
        if other == page
        else f"[{other.titles[language]}]({links.path(name, language)})"
        for name, other in load_pages().items()
    ]
    languages = [f"[{language_name(one)}]({links.path(page.name, one)})" for one in LANGUAGES if one != language]
    return " · ".join(pages) + "  —  " + " · ".join(languages)


def _filter(one: Filter, language: str, excluded: list[int]) -> dict[str, Any]:
    return {
        "id": links.filter_id(one.name),
        "name": _sentence(one.titles[language]),
        "type": "NATIVE_FILTER",
        "filterType": "filter_select",
        "targets": [{"datasetUuid": identifier("dataset", one.dataset.name, language), "column": {"name": one.column}}],
        "controlValues": {
            "multiSelect": not one.one,
            "enableEmptyFilter": one.one,  # a value has to be chosen
            "defaultToFirstItem": one.one,
            "inverseSelection": False,
            "searchAllOptions": False,
            "sortAscending": not one.descending,
        },
        "requiredFirst": one.one,  # its first value holds before anything is asked
        "sortMetric": one.order or None,
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
        "cascadeParentIds": [],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": excluded},
        "description": "",
    }


def _colours(page: Page) -> dict[str, str]:
    """The colour of each measure that stands beside another: by its place there, whatever is more under a filter."""
    found: dict[str, str] = {}
    for tile in page.tiles:
        if len(tile.measures) > 1 and tile.kind in ("bar", "line"):
            for measure, colour in zip(tile.measures, charts.palette(), strict=False):
                found.setdefault(measure.name, colour)
    return found


def _empty(page: Page, language: str) -> str:
    """What stands where a tile has nothing to show, in place of Superset's word: why, where that is known."""
    nothing = json.dumps(said_on_pages()["nothing"][language], ensure_ascii=False)
    rules = [f".ant-empty::after {{ content: {nothing}; }}"]
    for tile in page.tiles:
        if said := tile.empty[language]:
            name, text = (json.dumps(one, ensure_ascii=False) for one in (chart_title(tile, page, language), said))
            rules.append(f".chart-slice[data-test-chart-name={name}] .ant-empty::after {{ content: {text}; }}")
    return "\n".join(rules) + "\n"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


#: What only its makers look at is not shown; a title has three lines before it is cut; nothing is a dash, not a word.
#: A page's languages are in its first line: Superset's own choice of them would only change its own words.
_CSS = """\
.header-with-actions .title-panel { font-weight: 600; }
.header-with-actions .metadata-bar, .header-with-actions [class*="skeleton"], .header-with-actions .fave-unfave-icon,
.header-with-actions [data-test="metadata-bar"] { display: none; }
.dashboard-component-chart-holder .header-title, .dashboard-component-chart-holder .header-title * {
  -webkit-line-clamp: 3 !important; font-size: 15px; line-height: 1.3;
}
.superset-legacy-chart-big-number .header-line { font-size: 36px !important; }
.superset-legacy-chart-big-number .subtitle-line { font-size: 14px !important; }
.chart-slice .ant-empty .ant-empty-description, .chart-slice .ant-empty-image,
.chart-slice :has(> [aria-label="empty"]) > :not([aria-label="empty"]) { display: none !important; }
td.dt-is-null { font-size: 0; }
td.dt-is-null::after { content: "–"; font-size: 12px; }
[data-test-viz-type="world_map"] .slice_container { overflow: hidden; }
[data-test-viz-type="world_map"] .slice_container svg { transform: scale(2); transform-origin: 10% 84%; }
li:has(.flag) { display: none !important; }
[data-test="filter-bar__clear-button"], [data-test="filter-bar__clear-button"] * { text-transform: none !important; }
@media print {
  header.top, [data-test="filter-bar"], .header-with-actions button, .right-button-panel { display: none !important; }
  .header-controls { display: none !important; }
}
"""

#: A phone's tables have narrow columns: small letters, and no arrows (a title sorts all the same). The programme's
#: countries are nearer on its map, and above stands nothing but the name, which leads to the pages, and settings.
_PHONE_CSS = """\
header.top .main-nav { display: none; }
[data-test-viz-type="world_map"] .slice_container svg { transform: scale(3.2); transform-origin: 17% 62%; }
.slice_container table th, .slice_container table td { padding: 5px 4px !important; }
.slice_container table th, .slice_container table td:not(.dt-is-null) { font-size: 11px !important; }
.slice_container table th svg, .slice_container table th .anticon { display: none !important; }
"""
