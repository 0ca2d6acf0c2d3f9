"""Superset's assets follow from the definition alone, and say nothing that a reader would not understand."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from include.contract.indicators import load_indicators
from include.contract.locales import LANGUAGES
from include.dashboards import assets, charts, datasets, links, pages
from include.dashboards.definition import load_definition
from include.dashboards.words import DefinitionError, read

URI = "postgresql+psycopg2://127.0.0.1:5432/warehouse"
FILES = assets.make(URI).files


def _of(kind: str) -> dict[str, Any]:
    return {name: content for name, content in FILES.items() if name.startswith(f"{kind}/")}


def test_each_page_is_there_in_each_language_for_each_screen() -> None:
    slugs = {content["slug"] for content in _of("dashboards").values()}
    names = {"programme", "green-jobs", "standards", "business-volume", "training", "partners", "figure"}
    assert slugs == {
        links.slug(name, language, is_phone=is_phone)
        for name in names
        for language in LANGUAGES
        for is_phone in (False, True)
    }


def test_assets_are_the_same_each_time_and_hold_no_login() -> None:
    assert assets.make(URI).sha256 == assets.make(URI).sha256
    assert "@" not in FILES["databases/warehouse.yaml"]["sqlalchemy_uri"]
    identifiers = [content["uuid"] for content in FILES.values() if "uuid" in content]
    assert len(identifiers) == len(set(identifiers)) > 250


def test_every_tile_of_a_page_is_placed_and_every_placed_one_is_a_chart() -> None:
    known = {content["uuid"] for content in _of("charts").values()}
    for name, board in _of("dashboards").items():
        placed = [one["meta"] for one in board["position"].values() if isinstance(one, dict) and one["type"] == "CHART"]
        page = next(page for page in pages.load_pages().values() if name.startswith(f"dashboards/{page.name}-"))
        tiles = [tile for tile in assets.all_tiles(page) if tile.is_on(is_phone=name.endswith("-phone.yaml"))]
        assert len(placed) == len(tiles) and {one["uuid"] for one in placed} <= known
        widths = {one["width"] for one in placed}
        assert widths == {pages.COLUMNS} if name.endswith("-phone.yaml") else max(widths) <= pages.COLUMNS


def test_a_table_of_many_columns_is_another_one_on_a_phone() -> None:
    tiles = {tile.name: tile for page in pages.load_pages().values() for tile in page.tiles}
    for tile in tiles.values():
        columns = len(tile.by) + len(tile.measures)
        assert columns <= 5 or tile.screen == pages.WIDE or tile.kind != "table", (tile.name, columns)
    phone = {tile.name for tile in tiles.values() if tile.is_on(is_phone=True)}
    assert "beside" not in phone and {"beside_evidence", "beside_target", "trained"} <= phone
    shown = [FILES[f"charts/{name}_es.yaml"]["params"] for name in ("beside_evidence", "beside_target")]
    assert [one["metrics"] for one in shown] == [["figure", "figure_evidenced"], ["target", "released", "published"]]
    tile = {"name": "x", "kind": "number", "dataset": "figures", "measures": ["green_jobs"], "width": 3, "height": 9}
    with pytest.raises(DefinitionError, match=r"tile x is for the screen round: choose wide or phone, or leave it out"):
        pages._tile({**tile, "screen": "round"}, "pages.yml: p")


def test_a_tile_follows_each_filter_of_its_page_or_says_that_it_does_not() -> None:
    """Superset leaves out a filter whose column a dataset has not, without a word."""
    for page in pages.load_pages().values():
        for tile in page.tiles:
            for one in page.filters:
                follows = one.column in tile.dataset.columns and one.name not in tile.ignores
                title = assets.chart_title(tile, page, "es")
                is_said = "no sigue el filtro" in title or not tile.measures  # a word means the same under any filter
                assert follows or is_said, (page.name, tile.name, one.name)


def test_a_tile_that_has_not_a_filters_column_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    said = read(pages.FILE)
    said["pages"][1]["rows"][2][1].pop("ignores")
    monkeypatch.setattr(pages, "read", lambda _name: said)
    pages.load_pages.cache_clear()
    try:
        with pytest.raises(DefinitionError, match=r"green-jobs: tile jobs_peru has no sex to be filtered by"):
            pages.load_pages()
    finally:
        pages.load_pages.cache_clear()


def test_figures_that_cannot_be_added_are_guarded() -> None:
    """A measure of an indicator is empty over two periods or scopes; so is what pages ask besides of the same marts."""
    counts = {"order", "reports", "findings", "rows"}
    for dataset in datasets.load_datasets().values():
        for measure in dataset.measures.values():
            if measure.unit not in counts:
                assert "period" in measure.needs and measure.sql.startswith("case when min(period)"), measure.name


def test_filters_of_what_cannot_be_added_take_one_value_from_the_start() -> None:
    for board in _of("dashboards").values():
        for one in board["metadata"]["native_filter_configuration"]:
            if one["id"] in (links.filter_id("period"), links.filter_id("scope"), links.filter_id("indicator")):
                assert one["requiredFirst"] is one["controlValues"]["enableEmptyFilter"] is True
                assert (
                    one["controlValues"]["multiSelect"] is False and one["controlValues"]["defaultToFirstItem"] is True
                )
        assert board["metadata"]["cross_filters_enabled"] is False


def test_a_measure_has_one_colour_whatever_is_more_under_a_filter() -> None:
    """By itself Superset gives the first colour to whichever has most."""
    for page in pages.load_pages().values():
        board = FILES[f"dashboards/{links.slug(page.name, 'es', is_phone=False)}.yaml"]
        for tile in page.tiles:
            if tile.kind in ("bar", "line") and len(tile.measures) > 1:
                colours = [board["metadata"]["label_colors"][measure.name] for measure in tile.measures]
                assert colours == list(charts.palette()[: len(colours)]), (page.name, tile.name)


def test_a_column_of_numbers_stands_at_the_right_though_it_is_empty() -> None:
    said = FILES["charts/beside_es.yaml"]["params"]
    assert {one["horizontalAlign"] for one in said["column_config"].values()} == {"right"}
    assert set(said["metrics"]) == said["column_config"].keys()


def test_readers_see_words_in_one_language_and_no_code() -> None:
    spanish = {content["slice_name"] for name, content in _of("charts").items() if name.endswith("_es.yaml")}
    english = {content["slice_name"] for name, content in _of("charts").items() if name.endswith("_en.yaml")}
    assert spanish.isdisjoint(english)
    for content in _of("charts").values():
        assert not re.search(r"[a-z]_[a-z]", content["slice_name"])
    for name, content in _of("datasets").items():
        language = name.removesuffix(".yaml")[-2:]
        assert not {f"label_{other}" for other in LANGUAGES if other != language} & set(
            re.findall(r"label_\w\w", content["sql"])
        )
        assert "standard_name" not in content["sql"]  # as its owner calls it: in no language of the page
        assert "{" not in content["sql"] and ":" not in re.sub(r"'[^']*'", "", content["sql"])
        assert all(one["verbose_name"] for one in (*content["columns"], *content["metrics"]))


def test_a_chart_asks_for_what_it_shows() -> None:
    for page in pages.load_pages().values():
        for tile in page.tiles:
            said, question = charts.parameters(tile, "en"), charts.query(tile, {"period": ["2025-S2"]})
            metrics = [said["metric"]] if "metric" in said else said["metrics"]
            assert question["metrics"][: len(metrics)] == metrics
            assert question["filters"] == [{"col": "period", "op": "IN", "val": ["2025-S2"]}]
            asked = [one["sqlExpression"] for one in said["adhoc_filters"]]
            assert asked == ([tile.condition] if tile.condition else [])
            assert question["extras"]["where"] == "".join(f"({one})" for one in asked)


def test_a_tile_asks_for_no_row_that_none_of_its_measures_counts() -> None:
    tiles = {tile.name: tile for page in pages.load_pages().values() for tile in page.tiles}
    assert tiles["standards_by_country"].condition == "kpi = 'msmes_standards' or kpi = 'msmes_certified'"
    assert tiles["jobs_peru"].condition == "country_code = 'PE' and (kpi = 'green_jobs')"
    assert tiles["lapsing_by_semester"].condition == "is_lapsing"
    assert tiles["findings_by_rule"].condition == ""  # it counts all of them
    assert tiles["its_figure"].condition == ""  # of whichever indicator is chosen
    increased = load_definition().measures["msmes_volume_increased_filtered"]  # unknown where none can be assessed
    assert increased.rows == "kpi = 'msmes_volume_increased' or kpi = 'msmes_volume_assessable'"
    for tile in tiles.values():
        for measure in tile.measures:
            assert measure.where.startswith(measure.rows.split(" or ")[0]), tile.name


def test_a_count_of_enterprises_is_one_of_keys_where_several_projects_report_them() -> None:
    counted = "filter (where kpi = 'msmes_trained')"
    for name in ("summary", "results"):
        measures = datasets.load_datasets()[name].measures
        assert measures["msmes_trained"].sql.endswith(
            f"then coalesce(sum(enterprise_alone) {counted}, 0) + count(distinct enterprise_key) {counted} end"
        )
        assert "sum(evidenced_alone) filter" in measures["msmes_certified_evidenced"].sql
        assert (
            "coalesce(sum(unique_value) filter (where kpi = 'green_jobs_lost'), 0)" in measures["green_jobs_lost"].sql
        )


def test_each_indicator_of_the_first_page_is_explained_on_it() -> None:
    page = pages.load_pages()["programme"]
    shown = {measure.kpi for tile in page.tiles if tile.kind == "number" for measure in tile.measures}
    assert shown == set(page.kpis) and len(shown) == 8 and shown <= load_indicators().keys()
    meanings = assets.all_tiles(page)[-1]
    assert meanings.dataset.name == "meanings" and all(f"'{kpi}'" in meanings.where for kpi in page.kpis)


def test_what_the_definition_cannot_mean_is_said_with_its_place() -> None:
    tile = {"name": "x", "kind": "pie", "dataset": "figures", "width": 3, "height": 9}
    with pytest.raises(DefinitionError, match=r"pages.yml: p: tile x is of kind pie: choose one of number, table"):
        pages._tile(tile, "pages.yml: p")
    with pytest.raises(DefinitionError, match=r"names the measure jobs, which figures has not"):
        pages._tile({**tile, "kind": "number", "measures": ["jobs"]}, "pages.yml: p")
    with pytest.raises(DefinitionError, match=r"names the dataset none, which does not exist"):
        pages._tile({**tile, "kind": "number", "dataset": "none"}, "pages.yml: p")
    one = pages.load_pages()["programme"].rows[0][0]
    with pytest.raises(DefinitionError, match="wider than 12"):
        pages._check(replace(pages.load_pages()["programme"], rows=((replace(one, width=13),),)), "pages.yml")


def test_a_measure_of_pages_alone_is_not_called_as_one_of_an_indicator() -> None:
    """The net of created and lost jobs is no indicator; where one of its name comes, the two are not mistaken."""
    net = next(one for one in read(datasets.FILE)["datasets"] if one["name"] == "summary")["own"][1]
    assert datasets._own(net, "jobs").name == "green_jobs_net"
    with pytest.raises(DefinitionError, match="jobs: green_jobs_lost is called as a measure of the indicator green_"):
        datasets._own({**net, "name": "green_jobs_lost"}, "jobs")
    with pytest.raises(DefinitionError, match=r"datasets.yml: summary has two measures green_jobs_net\."):
        datasets._dataset({"name": "summary", "columns": {"period": "period"}, "own": [net, net]}, {}, {})
