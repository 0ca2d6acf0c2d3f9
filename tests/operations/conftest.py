"""A small programme after its first night, whose STATE tests may copy but not change."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.demonstration import write_programme
from include.platform import database, postgres
from include.platform.settings import Settings
from tests.conftest import make_settings
from tests.end_to_end.stages import run_night

Rows = dict[str, list[str]]


@pytest.fixture(scope="session")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The small demonstration programme after one night."""
    settings = make_settings(tmp_path_factory.mktemp("operations") / "state", as_of=date(2026, 2, 20))
    write_programme(Path(settings.inbox), settings.registry, "small")
    run_night(settings, "first")
    yield settings
    postgres.stop(settings)


@pytest.fixture
def elsewhere(programme: Settings, tmp_path: Path) -> Iterator[Settings]:
    """A STATE without anything in it, on the same inbox and registry."""
    settings = dataclasses.replace(programme, state=tmp_path.resolve() / "state")
    yield settings
    postgres.stop(settings)


def rows_of(settings: Settings, *schemas: str, without: tuple[str, ...] = ()) -> Rows:
    """Every row of every table of the schemas, as text and in one order."""
    engine = database.engine(settings)
    try:
        with engine.connect() as connection:
            tables = connection.execute(
                sa.text("""
                select schemaname || '.' || tablename from pg_tables
                where schemaname = any(:schemas) and not schemaname || '.' || tablename = any(:without) order by 1
                """),
                {"schemas": list(schemas), "without": list(without)},
            ).scalars()
            return {
                table: list(connection.execute(sa.text(f"select t::text from {table} as t order by 1")).scalars())
                for table in tables.all()
            }
    finally:
        engine.dispose()
