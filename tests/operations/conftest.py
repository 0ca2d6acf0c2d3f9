"""Warehouses beside the session's small programme, which tests here may copy but not change."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from include.operations.backup import backup
from include.platform import database, postgres
from include.platform.settings import Settings
from include.stage7_outputs.answers.answer import answer_partners
from tests import shared
from tests.equality.tables import named_columns

Rows = dict[str, list[str]]


@pytest.fixture
def elsewhere(programme: Settings, tmp_path: Path) -> Iterator[Settings]:
    """A STATE without anything in it, on the same inbox and registry."""
    settings = dataclasses.replace(programme, state=tmp_path.resolve() / "state")
    yield settings
    postgres.stop(settings)


def rows_of(settings: Settings, *schemas: str, without: tuple[str, ...] = ()) -> Rows:
    """Every row of every table of the schemas, as text and in one order; ``without`` names tables, and columns."""
    engine = database.engine(settings)
    try:
        with engine.connect() as connection:
            query = "select t::text from (select {} from {}) as t order by 1"
            return {
                table: list(connection.execute(sa.text(query.format(columns, table))).scalars())
                for table, columns in named_columns(connection, schemas, without).items()
            }
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def saved(programme: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the programme."""
    return backup(programme, tmp_path_factory.mktemp("backups") / "warehouse.tar")


@pytest.fixture(scope="module")
def copy(made_programme: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A warehouse of its own, equal to the programme's, with answers to partners; tests of a module share it."""

    def answer(settings: Settings) -> None:
        shared.copied(made_programme, settings.state.parent)
        answer_partners(settings)

    answered = dataclasses.replace(made_programme, state=shared.folder_of_all(tmp_path_factory, "answered") / "state")
    settings = shared.copied(shared.made_once(answered, answer), tmp_path_factory.mktemp("copy"))
    yield settings
    postgres.stop(settings)
