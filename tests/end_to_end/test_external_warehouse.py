"""A night on a PostgreSQL of somebody else's gives the figures of the embedded one."""

from __future__ import annotations

from pathlib import Path

from include.demonstration import expected_figures
from include.platform import database, postgres
from tests.conftest import make_settings
from tests.end_to_end.project import Project


def test_the_figures_are_the_same_on_an_external_server(tmp_path: Path) -> None:
    elsewhere = make_settings(tmp_path / "elsewhere")
    elsewhere.state.mkdir()
    postgres.ensure_running(elsewhere)
    try:
        address = database.plain(database.url(elsewhere))
        project = Project(tmp_path / "state", {"SIZE": "small", "AS_OF": "2026-02-20", "WAREHOUSE_URL": address})
        project.make("demo")
        expected = expected_figures("small")
        headline = dict(
            project.rows("""
            select kpi, unique_value::int from marts.kpi_headline
            where scope_type = 'country' and scope_code = 'PE' and period = (select max(period) from marts.kpi_headline)
            """)
        )
        assert headline["green_jobs"] == expected["green_jobs"]
        assert project.rows("select current_database()", "bi_reader") == [(database.url(elsewhere).database,)]
        assert not (project.state / "postgres").exists(), "no embedded server beside it"
        project.make("down")
    finally:
        postgres.stop(elsewhere)
