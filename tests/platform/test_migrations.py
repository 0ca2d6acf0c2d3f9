"""A warehouse of every earlier version, with a night's data in it, comes to today's tables with all of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from include.closing import package
from include.nightly.in_process import run_night
from include.operations.archive_check import look
from include.platform import content, database, postgres, roles, schema, secrets
from include.platform.errors import UsageError
from include.platform.migrations.scope import SCHEMAS, VERSION_TABLE, include_name
from include.platform.settings import Settings
from include.platform.tables import metadata
from include.reproduction.reproduce import reproduce
from include.stage6_publication import kept_nights
from tests import shared
from tests.conftest import make_settings
from tests.publication.clients import rows

#: The schema of each released version, oldest first.
RELEASED = {"0.1.0": "0001"}

#: What schema ``marts`` has beside dbt's marts since the past is kept.
KEPT_SINCE = (
    *("kpi_headline_history", "counted_row_ended", "figure_change"),
    *("release_figure", "release"),
)

Table = tuple[str, str]


@pytest.fixture
def empty(programme: Settings) -> Iterator[Settings]:
    """A database without tables on the server of the session's programme."""
    name = "earlier"
    administrator = sa.make_url(postgres.connection_string(programme))
    with psycopg.connect(postgres.connection_string(programme), autocommit=True) as connection:
        connection.execute(f"create database {name}")
    address = administrator.set(database=name, password=secrets.password(programme, "administrator"))
    own = make_settings(programme.state / "earlier", warehouse_url=database.plain(address))
    own.state.mkdir()
    shutil.copytree(programme.secrets, own.secrets)  # roles belong to the whole server, and so do their passwords
    roles.prepare_roles(own)
    yield own
    with psycopg.connect(postgres.connection_string(programme), autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


@pytest.mark.parametrize("version", RELEASED)
def test_a_released_warehouse_keeps_every_row(version: str, programme: Settings, empty: Settings) -> None:
    configuration = schema.alembic_configuration(empty)
    command.upgrade(configuration, RELEASED[version])
    columns = _columns(empty)
    filled = {table: _copied(programme, empty, table, names) for table, names in columns.items()}
    assert {("ops", "finding"), ("ops", "submission"), ("raw", "jobs"), ("registry", "projects")} <= {
        table for table, rows in filled.items() if rows
    }
    schema.prepare(empty)
    assert {table: _rows(empty, table, names) for table, names in columns.items()} == filled
    engine = database.engine(empty, "loader")
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_schemas": True, "include_name": include_name, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_a_warehouse_that_kept_no_history_begins_it_with_what_stands(made_programme: Settings, tmp_path: Path) -> None:
    """Of the version before the past was kept, with a night in it: the same figures, and their past from there on."""
    settings = shared.copied(made_programme, tmp_path)
    figures = "select k::text from marts.kpi_headline as k order by 1"
    try:
        before = rows(settings, "transformer", figures)
        rows(settings, "transformer", "drop view staging.stg_load_date cascade")  # the version before had another one
        command.downgrade(schema.alembic_configuration(settings), "0010")
        rows(settings, "administrator", *(f"drop table if exists marts.{table} cascade" for table in KEPT_SINCE))
        rows(settings, "transformer", "drop table if exists intermediate.published_fact")
        for name in (*content.KINDS, package.FOLDER):
            shutil.rmtree(settings.archive / name, ignore_errors=True)
        (settings.archive / kept_nights.FILE).unlink()
        for night_id in ("after", "later"):
            run_night(settings, night_id)
            assert rows(settings, "transformer", figures) == before
            begun = "select distinct from_night, until_night from marts.kpi_headline_history"
            assert rows(settings, "transformer", begun) == [("programme", None)]
            assert rows(settings, "transformer", "select * from marts.figure_change") == [], "nothing has changed"
        listed = [(kept.night_id, bool(kept.row["rules_sha256"])) for kept in kept_nights.read(settings.archive)]
        assert listed == [("programme", False), ("after", True), ("later", True)]
        assert look(settings.archive).faults == []
        with pytest.raises(UsageError, match=r"What the night programme of .* judged by was not"):
            reproduce(settings, night_id="programme")
    finally:
        postgres.stop(settings)


def test_the_versions_are_those_of_the_migrations(settings: Settings) -> None:
    script = ScriptDirectory.from_config(schema.alembic_configuration(settings))
    known = [revision.revision for revision in script.walk_revisions()]
    assert len(script.get_heads()) == 1
    assert set(RELEASED.values()) <= set(known)


def _columns(settings: Settings) -> dict[Table, list[str]]:
    with psycopg.connect(database.plain(database.url(settings, "loader"))) as connection:
        rows = connection.execute(
            "select table_schema, table_name, array_agg(column_name::text order by ordinal_position)"
            " from information_schema.columns where table_schema = any(%s) and table_name <> %s group by 1, 2",
            [sorted(str(name) for name in SCHEMAS), VERSION_TABLE],
        ).fetchall()
    return {(schema_name, table): names for schema_name, table, names in rows}


def _copied(source: Settings, target: Settings, table: Table, names: list[str]) -> list[str]:
    """The table's rows of a real night, put into the earlier version's table."""
    named = ", ".join(f'"{name}"' for name in names)
    with (
        psycopg.connect(database.plain(database.url(source, "loader"))) as reading,
        psycopg.connect(database.plain(database.url(target, "loader"))) as writing,
        reading.cursor().copy(f'copy {table[0]}."{table[1]}" ({named}) to stdout') as rows,
        writing.cursor().copy(f'copy {table[0]}."{table[1]}" ({named}) from stdin') as taken,
    ):
        for row in rows:
            taken.write(row)
    return _rows(target, table, names)


def _rows(settings: Settings, table: Table, names: list[str]) -> list[str]:
    named = ", ".join(f'"{name}"' for name in names)
    with psycopg.connect(database.plain(database.url(settings, "loader"))) as connection:
        query = f'select row({named})::text from {table[0]}."{table[1]}" order by 1'
        return [str(text) for (text,) in connection.execute(query).fetchall()]
