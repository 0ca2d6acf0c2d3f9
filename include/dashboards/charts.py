"""How a tile is drawn and asked: the parameters of Superset's charts, and the query that each sends."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from include.contract import locales
from include.dashboards.definition import Measure
from include.dashboards.pages import Tile
from include.dashboards.words import said_on_pages
from include.platform.settings import PROJECT_ROOT

#: Unit -> d3's format; which marks part thousands and decimals is the page's language's (superset_config.py).
FORMATS = {
    "enterprises": ",.0f",
    "people": ",.0f",
    "FTE": ",.1f",
    "EUR": ",.0f",
    "percent": ",.1f",
    "mixed": ",.0f",
}
_WHOLE = ",.0f"
COLOUR_SCHEME = "warehouse"
MOST_ROWS = 1000


@cache
def palette() -> tuple[str, ...]:
    """The colours of series, in their order; ``dashboards/superset_config.py`` has them of the same file."""
    return tuple(json.loads((PROJECT_ROOT / "dashboards" / "palette.json").read_text("utf-8")))


def visualization(tile: Tile) -> str:
    """Superset's name of the tile's kind."""
    names = {
        "number": "big_number_total",
        "bar": "echarts_timeseries_bar",
        "line": "echarts_timeseries_line",
        "peru_map": "country_map",
    }
    return names.get(tile.kind, tile.kind)


def parameters(tile: Tile, language: str) -> dict[str, Any]:
    """The parameters of the chart, as its editor would have them."""
    common = {"viz_type": visualization(tile), "adhoc_filters": _conditions(tile), "row_limit": MOST_ROWS}
    common |= {"color_scheme": COLOUR_SCHEME, "extra_form_data": {}, "time_range": "No filter"}
    return common | _KINDS[tile.kind](tile, language)


def query(tile: Tile, filters: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """The query the chart sends, with values chosen of columns; as the chart-data interface takes it."""
    metrics = [measure.name for measure in tile.measures]
    order = [*([tile.order] if tile.order and tile.order not in metrics else [])]
    return {
        "columns": list(tile.by),
        "metrics": [*metrics, *order],
        "filters": [{"col": column, "op": "IN", "val": list(values)} for column, values in filters.items()],
        "extras": {"where": f"({tile.condition})" if tile.condition else "", "having": ""},
        "orderby": [[tile.order, tile.order.endswith("turn")]] if tile.order else [],
        "row_limit": MOST_ROWS,
        "time_range": "No filter",
        "is_timeseries": False,
    }


def number_format(measure: Measure) -> str:
    """d3's format of a measure's numbers."""
    return FORMATS.get(measure.unit, _WHOLE)


def _conditions(tile: Tile) -> list[dict[str, Any]]:
    if not tile.condition:
        return []
    name = f"filter_{tile.name}"
    return [{"expressionType": "SQL", "clause": "WHERE", "sqlExpression": tile.condition, "filterOptionName": name}]


def _number(tile: Tile, language: str) -> dict[str, Any]:
    measure = tile.measures[0]
    return {
        "metric": measure.name,
        "subheader": said_on_pages().get(f"unit:{measure.unit}", {}).get(language, ""),
        "y_axis_format": number_format(measure),
        "header_font_size": 0.5,
        "subheader_font_size": 0.2,
    }


def _table(tile: Tile, language: str) -> dict[str, Any]:
    formats = {
        one.name: {
            "d3NumberFormat": number_format(one),
            "d3SmallNumberFormat": number_format(one),
            "horizontalAlign": "right",  # where there is none at all, Superset takes a column for one of texts
        }
        for one in tile.measures
    }
    return {
        "query_mode": "aggregate",
        "groupby": list(tile.by),
        "metrics": [measure.name for measure in tile.measures],
        "all_columns": [],
        "percent_metrics": [],
        "timeseries_limit_metric": tile.order or None,
        "order_desc": not tile.order.endswith("turn"),
        "order_by_cols": [],
        "table_timestamp_format": locales.day_in_percents(language),
        "show_cell_bars": False,
        "color_pn": False,
        "allow_render_html": True,
        "allow_rearrange_columns": False,
        "include_search": False,
        "server_pagination": False,
        "page_length": 0,
        "column_config": formats,
    }


#: Pixels of a line of a legend, of what stands before a name in it, and of a letter; and how wide a phone's tile is.
_LEGEND_LINE, _LEGEND_SIGN, _LETTER, _NARROW = 22, 45, 6.5, 330
#: Pixels that the name of a bar takes at most.
_NAME = 140


def _legend(tile: Tile, language: str) -> dict[str, Any]:
    """ECharts' options of a legend that is read whole on paper and on a phone: in one line, or a line a measure.

    Superset's own pages through it.
    """
    names = [measure.labels[language] for measure in tile.measures]
    if len(names) == 1:
        return {}
    is_short = sum(_LEGEND_SIGN + _LETTER * len(name) for name in names) <= _NARROW
    lines = 1 if is_short else len(names)
    shape = {"type": "plain", "orient": "horizontal" if is_short else "vertical"}
    return {"legend": {**shape, "left": 0, "top": 0, "itemGap": 8}, "grid": {"top": _LEGEND_LINE * lines + 14}}


def _series(tile: Tile, language: str) -> dict[str, Any]:
    return {
        "echart_options": json.dumps(_legend(tile, language)),
        "x_axis": tile.by[0],
        "metrics": [measure.name for measure in tile.measures],
        "groupby": [],
        "order_desc": True,
        "y_axis_format": number_format(tile.measures[0]),
        "show_legend": len(tile.measures) > 1,
        "legendType": "plain",
        "legendOrientation": "top",
        "rich_tooltip": True,
        "truncate_metric": True,
        "show_empty_columns": True,
        "x_axis_title_margin": 15,
        "y_axis_title_margin": 15,
        "xAxisForceCategorical": True,
        "x_axis_sort": tile.by[0],
        "x_axis_sort_asc": True,
        "minorTicks": False,
        "truncateYAxis": False,
    }


#: Columns whose values have an order of their own, which their labels follow.
_IN_ORDER = ("stage_label", "band_label", "age_group")


def _bar(tile: Tile, language: str) -> dict[str, Any]:
    """Bars from top to bottom: in their own order, or the longest first. Superset draws them from the bottom."""
    is_in_order = tile.by[0].endswith(_IN_ORDER)
    sort = {"x_axis_sort": tile.by[0] if is_in_order else tile.measures[0].name, "x_axis_sort_asc": not is_in_order}
    # Each bar says its number: an axis would say them again, and long ones into each other.
    options = _legend(tile, language) | {"xAxis": {"axisLabel": {"show": False}, "splitLine": {"show": False}}}
    # Long names take a second line: in one they would leave no room for bars on a phone.
    options |= {"yAxis": {"axisLabel": {"width": _NAME, "overflow": "break", "lineHeight": 14}}}
    drawn = {"orientation": "horizontal", "show_value": True, "x_axis_time_format": ""}
    return _series(tile, language) | sort | drawn | {"echart_options": json.dumps(options)}


def _line(tile: Tile, language: str) -> dict[str, Any]:
    return _series(tile, language) | {"markerEnabled": True, "markerSize": 6, "seriesType": "line", "opacity": 0.2}


def _map(tile: Tile, _language: str) -> dict[str, Any]:
    return {
        "color_scheme": None,  # shades of one colour by number
        "entity": tile.by[0],
        "metric": tile.measures[0].name,
        "linear_color_scheme": "warehouse_shades",
        "number_format": number_format(tile.measures[0]),
        "y_axis_format": number_format(tile.measures[0]),
    }


def _world_map(tile: Tile, language: str) -> dict[str, Any]:
    return _map(tile, language) | {"country_fieldtype": "cca2", "show_bubbles": False, "color_by": "metric"}


def _peru_map(tile: Tile, language: str) -> dict[str, Any]:
    return _map(tile, language) | {"select_country": "peru"}


_KINDS: dict[str, Callable[[Tile, str], dict[str, Any]]] = {
    "number": _number,
    "table": _table,
    "bar": _bar,
    "line": _line,
    "world_map": _world_map,
    "peru_map": _peru_map,
}
