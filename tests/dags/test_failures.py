"""Which failures a task tries again, and what it says of them."""

from __future__ import annotations

import psycopg
import pytest
import sqlalchemy as sa

from include.platform.causes import harmless, is_passing
from include.platform.settings import Settings
from include.stage1_registry.files import Fault
from include.stage1_registry.load import RegistryBroken


def test_a_lost_connection_is_worth_a_retry() -> None:
    nobody_there = sa.create_engine("postgresql+psycopg://nobody:x@127.0.0.1:9/none")
    with pytest.raises(sa.exc.OperationalError) as caught:
        nobody_there.connect()
    assert is_passing(caught.value)
    assert is_passing(psycopg.OperationalError("the connection is lost"))


def test_a_broken_registry_is_not(settings: Settings) -> None:
    error = RegistryBroken([Fault("projects.csv", 3, "country is 'XX'"), Fault("claims.csv", None, "missing")])
    assert not is_passing(error)
    assert "projects.csv, row 3: country is 'XX'" in harmless(error) and "claims.csv" in harmless(error)


def test_what_a_database_says_is_told_without_the_row_at_fault(settings: Settings, loader: sa.Engine) -> None:
    insert = sa.text(
        "insert into raw.enterprises (submission_id, row_number, legal_name) values ('t', 1, 'Secret SAC')"
    )
    with pytest.raises(sa.exc.IntegrityError) as caught, loader.begin() as connection:
        connection.execute(insert, [{}, {}])
    assert not is_passing(caught.value)
    assert "duplicate key" in harmless(caught.value) and "Secret" not in harmless(caught.value)
    with pytest.raises(sa.exc.DataError) as caught_value, loader.begin() as connection:
        connection.execute(sa.text("select cast(:name as int)"), {"name": "Secret SAC"})
    assert "[SQL parameters hidden" in str(caught_value.value)
