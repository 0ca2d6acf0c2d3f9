"""``STATE/reports/index.html``: one page that leads to all pages written for whoever looks after the warehouse."""

from __future__ import annotations

import os
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from include.platform.settings import LIMA, Settings
from include.platform.statements import beside

_SQL = beside(__file__)

#: So many nights are listed, the last one first.
NIGHTS_SHOWN = 120

#: Below a night's folder of ``data_docs``.
_DATA_DOCS_INDEX = Path("uncommitted") / "data_docs" / "local_site" / "index.html"

#: Folders of ``reports`` with pages of their own, by what the page calls them; others with an ``index.html`` are
#: listed by their names.
_TITLES = {"dbt_docs": "Tables, columns and their lineage (dbt)", "releases": "Releases"}


_STYLE = (Path(__file__).with_name("index.css")).read_text(encoding="utf-8")


def write_index(settings: Settings, engine: sa.Engine) -> Path:
    """Write the page as of now, whole or not at all, and return it. It needs nothing from the network."""
    with engine.connect() as connection:
        nights = connection.execute(_SQL("nights"), {"shown": NIGHTS_SHOWN}).all()
    settings.reports.mkdir(mode=0o700, parents=True, exist_ok=True)
    page = settings.reports / "index.html"
    staged = page.with_name(".index.html.part")
    staged.write_text(_page(settings, nights), encoding="utf-8")
    os.replace(staged, page)
    return page


def _page(settings: Settings, nights: Iterable[sa.Row[Any]]) -> str:
    folders = sorted(path.parent.name for path in settings.reports.glob("*/index.html"))
    documents = "".join(
        f'<li><a href="{escape(name)}/index.html">{escape(_TITLES.get(name, name))}</a></li>' for name in folders
    )
    places = {"Answers to partners": settings.feedback, "Messages": settings.outbox, "Logs": settings.logs}
    folders_said = "".join(f"<li>{said}: <code>{escape(str(path))}</code></li>" for said, path in places.items())
    rows = "".join(_row(settings, night) for night in nights)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<title>AL-INVEST Verde warehouse</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>AL-INVEST Verde warehouse</h1>
<p>{escape(str(settings.state))}</p>
<h2>Documentation</h2>
<ul>{documents or "<li>None yet: the first night writes it.</li>"}</ul>
<h2>Nights</h2>
<table>
<thead><tr><th>Night</th><th>Load date</th><th>Began (Lima)</th><th>Ended</th><th>Taken</th><th>Accepted</th>
<th>Returned</th><th>Warnings</th><th>Great Expectations</th></tr></thead>
<tbody>{rows}</tbody>
</table>
<h2>Folders</h2>
<ul>{folders_said}</ul>
</body>
</html>
"""


def _row(settings: Settings, night: sa.Row[Any]) -> str:
    index = Path("data_docs") / night.night_id / _DATA_DOCS_INDEX
    is_there = (settings.reports / index).exists()
    data_docs = f'<a href="{escape(index.as_posix())}">Data Docs</a>' if is_there else "–"
    cells = (
        escape(night.night_id),
        f"{night.as_of:%Y-%m-%d}",
        f"{night.started_at.astimezone(LIMA):%Y-%m-%d %H:%M}",
        f'<span class="{escape(night.status)}">{escape(night.status)}</span>',
        *(f"{count:,}" for count in (night.taken, night.accepted, night.returned, night.warnings)),
        data_docs,
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>\n"
