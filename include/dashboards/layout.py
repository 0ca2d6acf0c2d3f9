"""Where tiles stand on a page: the grid of a wide screen, and one column for a phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from include.dashboards.pages import COLUMNS

#: Heights of a text in the grid's units, some 8 pixels: at its least, and for each line.
_LEAST, _LINE = 6, 3


@dataclass(frozen=True)
class Chart:
    """A chart on a page; ``number`` is its place among them, by which Superset tells them while importing."""

    number: int
    uuid: str
    title: str
    width: int
    height: int


@dataclass(frozen=True)
class Text:
    """A text on a page, in Markdown."""

    code: str
    width: int = COLUMNS
    lines: int = 1  # of the grid's, as wide as it is


Row = Sequence[Chart | Text]


def position(title: str, rows: Sequence[Row], *, is_phone: bool) -> dict[str, Any]:
    """Superset's layout of rows; on a phone each tile has a row of its own."""
    placed = [[one] for row in rows for one in row] if is_phone else [list(row) for row in rows]
    layout: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "parents": ["ROOT_ID"], "children": []},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": title}},
    }
    for number, row in enumerate(placed, 1):
        row_id, children = f"ROW-{number}", []
        for place, one in enumerate(row, 1):
            child = _child(one, f"{number}-{place}", COLUMNS if is_phone else one.width)
            layout[child["id"]] = child | {"parents": ["ROOT_ID", "GRID_ID", row_id], "children": []}
            children.append(child["id"])
        layout[row_id] = {
            "type": "ROW",
            "id": row_id,
            "parents": ["ROOT_ID", "GRID_ID"],
            "children": children,
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        layout["GRID_ID"]["children"].append(row_id)
    return layout


def _child(one: Chart | Text, place: str, width: int) -> dict[str, Any]:
    if isinstance(one, Text):
        height = _LEAST + _LINE * (one.lines - 1)
        return {
            "type": "MARKDOWN",
            "id": f"MARKDOWN-{place}",
            "meta": {"code": one.code, "width": width, "height": height},
        }
    meta = {"chartId": one.number, "uuid": one.uuid, "sliceName": one.title, "width": width, "height": one.height}
    return {"type": "CHART", "id": f"CHART-{place}", "meta": meta}
