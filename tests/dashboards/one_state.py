"""A page that is opened while the night switches: between two of its tiles, as late as can be.

The browser's questions are held. Some of a page's are let through; then two figures and the moment of publication
change in one transaction, as the switch does it; then the others are. What the page shows is looked at all along. All
is put back, so it is tried on a demonstration alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from include.dashboards import chromium, links

#: The two tiles: measures of the first page.
EARLY, LATE = "msmes_trained", "green_jobs"
#: So much more the switch makes of both.
MORE = 7_000_000

_FIGURES = """
    select kpi, unique_value from marts.kpi_headline
    where
        kpi in (%(early)s, %(late)s) and scope_type = 'programme'
        and period = (select max(period) from marts.kpi_headline)
"""
_SWITCH = """
    update marts.kpi_headline set unique_value = unique_value + %(more)s
    where kpi in (%(early)s, %(late)s) and scope_type = 'programme'
"""
_PUBLISHED = """
    update ops.night set published_at = published_at + %(moment)s * interval '1 microsecond'
    where published_at = (select max(published_at) from ops.night)
"""
#: What stands in the tiles now: no number where one waits.
_SHOWN = """
[...document.querySelectorAll('.dashboard-component-chart-holder .header-line')].map(e => e.innerText.trim())
"""


def run(tab: chromium.Tab, database: str, address: str) -> Iterator[str]:
    """Try it; yields in words what a reader saw of two states, and what was not as it should be."""
    with psycopg.connect(database, autocommit=True) as connection:
        told = {"early": EARLY, "late": LATE}
        figures = {kpi: f"{int(value):,}" for kpi, value in connection.execute(_FIGURES, told)}
        later = {kpi: f"{int(text.replace(',', '')) + MORE:,}" for kpi, text in figures.items()}
        seen: list[tuple[str, ...]] = []
        # Colours of all measures of a page are told with each question of it.
        tab.hold("*/api/v1/chart/data*", lambda body: f'"metrics":["{LATE}"]' in body)
        tab.navigate(address + links.path("programme", "en"), chromium.DESKTOP)
        tab.wait(lambda: figures[EARLY] in (tab.evaluate(_SHOWN) or []) and bool(tab.held))
        with _switched(connection):
            tab.let_go()
            deadline = time.monotonic() + chromium.PAGE_SECONDS
            while later[LATE] not in (shown := tuple(tab.evaluate(_SHOWN) or [])) or later[EARLY] not in shown:
                seen.append(shown)
                if time.monotonic() > deadline:
                    yield f"the page never shows the new state; last {shown}"
                    break
                time.sleep(0.02)
        old, new = set(figures.values()), set(later.values())
        if mixed := [shown for shown in seen if old & set(shown) and new & set(shown)]:
            yield f"a page opened during the switch shows two states: {mixed[0]}"
        if not any(figures[EARLY] in shown for shown in seen):
            yield "the page showed nothing before the switch: it was not tried"


@contextmanager
def _switched(connection: psycopg.Connection) -> Iterator[None]:
    """Both figures and the moment of publication at once; put back at the end."""
    _switch(connection, 1)
    try:
        yield
    finally:
        _switch(connection, -1)


def _switch(connection: psycopg.Connection, sign: int) -> None:
    with connection.transaction():
        connection.execute(_SWITCH, {"early": EARLY, "late": LATE, "more": sign * MORE})
        connection.execute(_PUBLISHED, {"moment": sign})
