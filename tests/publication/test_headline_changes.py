"""The headline figures a night's switch changes are recorded with it, old and new."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from include.platform import database
from include.platform.settings import Settings
from include.stage6_publication.promote import promote

COLUMNS = "period text, scope_type text, scope_code text, kpi text, unique_value numeric, valid numeric"


@pytest.fixture
def transformer(settings: Settings, loader: sa.Engine) -> Iterator[sa.Engine]:
    engine = database.engine(settings, "transformer")
    drop = [f"drop table if exists {schema}.kpi_headline cascade" for schema in ("candidate_marts", "marts")]
    execute(engine, *drop)
    yield engine
    execute(engine, *drop)
    execute(loader, "delete from ops.headline_change where night_id like 'switch-%'")
    engine.dispose()


def execute(engine: sa.Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def build(engine: sa.Engine, *figures: str, columns: str = COLUMNS) -> None:
    """The candidate with these figures (``kpi, unique_value, valid``) of the programme in 2025-S2."""
    rows = ", ".join(f"('2025-S2', 'programme', 'all', {figure})" for figure in figures)
    execute(
        engine,
        "drop table if exists candidate_marts.kpi_headline",
        f"create table candidate_marts.kpi_headline ({columns}, primary key (period, scope_type, scope_code, kpi))",
        f"insert into candidate_marts.kpi_headline values {rows}",
    )


def recorded(loader: sa.Engine, night_id: str) -> list[tuple]:
    query = sa.text("""
        select kpi, old_value, new_value, old_valid, new_valid from ops.headline_change
        where night_id = :night_id and period = '2025-S2' and scope_code = 'all' order by kpi
    """)
    with loader.connect() as connection:
        return [tuple(row) for row in connection.execute(query, {"night_id": night_id})]


def test_what_a_switch_changes_is_recorded_with_it(transformer: sa.Engine, loader: sa.Engine) -> None:
    build(transformer, "'jobs', 1, 2", "'gone', 5, 5", "'same', 7, 7", "'none', null, null")
    promote(transformer, "switch-1")
    assert recorded(loader, "switch-1") == [
        ("gone", None, 5, None, 5),
        ("jobs", None, 1, None, 2),
        ("same", None, 7, None, 7),
    ]
    build(transformer, "'jobs', 1, 3", "'new', 4, 4", "'same', 7, 7", "'none', 0, 0")
    promote(transformer, "switch-2")
    changed = [
        ("gone", 5, None, 5, None),
        ("jobs", 1, 1, 2, 3),
        ("new", None, 4, None, 4),
        ("none", None, 0, None, 0),
    ]
    assert recorded(loader, "switch-2") == changed
    promote(transformer, "switch-2")  # tried again after its commit
    promote(transformer, "switch-3")  # a quiet night
    assert recorded(loader, "switch-2") == changed and recorded(loader, "switch-3") == []


def test_a_switch_made_again_by_its_night_keeps_the_figure_of_before(transformer: sa.Engine, loader: sa.Engine) -> None:
    build(transformer, "'jobs', 1, 1")
    promote(transformer)
    build(transformer, "'jobs', 2, 2")
    promote(transformer, "switch-4")
    build(transformer, "'jobs', 3, 3")
    promote(transformer, "switch-4")
    assert recorded(loader, "switch-4") == [("jobs", 1, 3, 1, 3)]


def test_a_switch_that_fails_records_nothing(transformer: sa.Engine, loader: sa.Engine) -> None:
    build(transformer, "'jobs', 1, 1")
    promote(transformer)
    execute(transformer, "create view marts.built_on_it as select valid from marts.kpi_headline")
    build(transformer, "'jobs', 2, 2, true", columns=COLUMNS.replace("valid numeric", "valid text, is_new boolean"))
    with pytest.raises(sa.exc.DBAPIError):
        promote(transformer, "switch-5")
    assert recorded(loader, "switch-5") == []
