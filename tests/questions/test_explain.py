"""The trail of a figure, as the monitoring officer reads it."""

from __future__ import annotations

import io
import re

import pytest
import sqlalchemy as sa
from rich.console import Console

from include.platform import database
from include.platform.errors import PlatformError
from include.platform.settings import Settings
from include.stage6_publication.explain import explain


def _told(settings: Settings, kpi: str, scope: str, period: str, rows: int = 60) -> str:
    console = Console(file=io.StringIO(), width=220, no_color=True)
    explain(settings, kpi, scope, period, rows=rows, console=console)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_the_trail_ends_in_the_cells_of_the_file(programme: Settings) -> None:
    told = _told(programme, "green_jobs", "country:PE", "2025-S2")
    assert "in people" in told
    assert re.search(r"\d+ rows add up to 40; the figure is 40\.", told)
    engine = database.engine(programme)
    with engine.connect() as connection:
        row = connection.execute(
            sa.text("""
            select e.submission_id, e.file_name, e.row_number, j.current_headcount,
                r.column_letters ->> 'current_headcount' as letter
            from marts.kpi_evidence as e
            inner join raw.jobs as j on j.submission_id = e.submission_id and j.row_number = e.row_number
            inner join ops.sheet_reading as r on r.submission_id = e.submission_id and r.sheet = 'jobs'
            where e.scope_code = 'PE' and e.period = '2025-S2' and e.kpi = 'green_jobs'
            order by e.contribution desc, 1, 3 limit 1
            """)
        ).one()
    engine.dispose()
    assert row.file_name in told
    assert f"{row.letter}{row.row_number} current_headcount = {row.current_headcount}" in told


def test_every_indicator_has_a_trail(programme: Settings) -> None:
    engine = database.engine(programme, "me_officer")
    with engine.connect() as connection:
        figures = connection.execute(
            sa.text("""
            select distinct on (kpi, scope_type) kpi, scope_type, scope_code, unique_value from marts.kpi_headline
            where period = '2025-S2' and unique_value is not null order by 1, 2, unique_value desc
            """)
        ).all()
    engine.dispose()
    assert len(figures) == 15 * 5
    for figure in figures:
        scope = figure.scope_type if figure.scope_code == "all" else f"{figure.scope_type}:{figure.scope_code}"
        said = re.search(
            r"add up to ([^;]+); the figure is (\S+)\.\n", _told(programme, figure.kpi, scope, "2025-S2", 3)
        )
        assert said, figure
        assert said[1] == said[2], figure


def test_a_value_is_shown_as_received(programme: Settings) -> None:
    """Where what was read differs from what stands in the cell, the partner's own text is shown."""
    engine = database.engine(programme, "me_officer")
    with engine.connect() as connection:
        code, row = connection.execute(
            sa.text("""
            select s.submission_id, r.row_number from restricted.row_as_received as r
            inner join marts.fct_submission as s using (submission_id)
            where s.valid and r.sheet = 'practices' limit 1
            """)
        ).one()
    engine.dispose()
    administrator = database.engine(programme)
    with administrator.connect() as connection, connection.begin() as transaction:
        connection.execute(
            sa.text(
                'update raw.practices set received = \'{"unit": " m3 "}\' where (submission_id, row_number) = (:s, :r)'
            ),
            {"s": code, "r": row},
        )
        shown = connection.scalar(
            sa.text("""
            select cell_values ->> 'unit' from restricted.row_as_received
            where submission_id = :s and sheet = 'practices' and row_number = :r
            """),
            {"s": code, "r": row},
        )
        transaction.rollback()
    administrator.dispose()
    assert shown == " m3 "


@pytest.mark.parametrize(
    ("figure", "reason"),
    [
        (("green_job", "programme", "2025-S2"), "no indicator 'green_job'"),
        (("green_jobs", "programme", "2031-S1"), "no period '2031-S1'"),
        (("green_jobs", "country:XX", "2025-S2"), "no scope 'country:XX'"),
        (("green_jobs", "project:CO-01", "2024-S1"), "no such figure"),
    ],
)
def test_what_there_is_none_of_is_named(programme: Settings, figure: tuple[str, str, str], reason: str) -> None:
    with pytest.raises(PlatformError, match=reason):
        explain(programme, *figure)
