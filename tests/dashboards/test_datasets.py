"""Every column and measure that the dashboards ask for is in the marts that a night has published."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from include.dashboards import assets, datasets, fit
from include.operations.doctor.dashboards import look_at_dashboards
from include.platform import database
from include.platform.settings import Settings

DATASETS = sorted(
    name.removeprefix(fit.FOLDER).removesuffix(".yaml")
    for name in assets.make("postgresql://").files
    if name.startswith(fit.FOLDER)
)


@pytest.fixture(scope="module")
def reader(programme: Settings) -> Iterator[sa.Connection]:
    engine = sa.create_engine(database.url(programme, "bi_reader"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(scope="module")
def answers(reader: sa.Connection) -> dict[str, str]:
    return dict(fit.misfits(reader))


@pytest.mark.parametrize("name", DATASETS)
def test_a_dataset_is_answered(name: str, answers: dict[str, str]) -> None:
    assert name not in answers, answers[name]


def test_a_dataset_that_the_marts_do_not_answer_is_named(
    reader: sa.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = datasets.Dataset.sql
    monkeypatch.setattr(
        datasets.Dataset, "sql", lambda self, language: known(self, language).replace("marts.fct_result", "marts.gone")
    )
    refused = dict(fit.misfits(reader, ("es",)))
    assert {"results_es", "volume_spread_es"} <= refused.keys() and "figures_es" not in refused
    assert 'relation "marts.gone" does not exist' in refused["results_es"]


def test_the_doctor_says_nothing_of_dashboards_that_are_none(programme: Settings) -> None:
    assert list(look_at_dashboards(programme, has_database=True)) == []


def test_a_reader_learns_when_marts_were_switched_last(programme: Settings, reader: sa.Connection) -> None:
    """By which each answer to a page tells of which publication it is."""
    with database.connected(programme, "loader") as connection:
        last = connection.scalar(sa.text("select max(published_at) from ops.night"))
    assert last is not None and reader.scalar(sa.text("select access.published_at()")) == last
