"""Builds by the statements that dbt sent before, on a real server: the same tables, and dbt where they would differ."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from include.platform import database, postgres
from include.platform.settings import Settings
from include.stage5_transformation import dbt, pending, replay
from include.stage5_transformation.outcome import Built, Node, TransformationFailed
from tests import shared
from tests.equality.filters import deliveries_of
from tests.equality.tables import contents


@pytest.fixture(scope="module")
def sent(made_programme: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The small programme in a warehouse of its own, of which dbt has sent a build in part, and everything."""
    settings = shared.copied(made_programme, tmp_path_factory.mktemp("sent"))
    with database.opened(settings, "transformer") as engine:
        for is_incremental in (False, True):
            build(settings, engine, ["PE-01"], is_incremental=is_incremental)
    yield settings
    postgres.stop(settings)


@pytest.fixture
def engine(sent: Settings) -> Iterator[sa.Engine]:
    """As the role that owns the tables."""
    with database.opened(sent, "transformer") as engine:
        yield engine


def build(settings: Settings, engine: sa.Engine, projects: list[str], *, is_incremental: bool = True) -> Built:
    """One build of these projects, or of everything."""
    with engine.begin() as connection:
        pending.published(connection)
        if is_incremental:
            pending.add_deliveries(connection, deliveries_of(connection, projects))
        else:
            pending.add_everything(connection)
    return replay.build(settings, is_incremental=is_incremental, is_later=False)


@contextmanager
def without_dbt(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever runs dbt here fails."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("dbt was run")

    with monkeypatch.context() as patched:
        patched.setattr(dbt, "run", refuse)
        yield


def codes_of(engine: sa.Engine) -> list[str]:
    with engine.connect() as connection:
        return list(
            connection.scalars(sa.text("select distinct project_code from intermediate.int_reports order by 1"))
        )


def test_what_is_sent_again_makes_what_dbt_makes(
    sent: Settings, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of other projects than those that it was sent for: their rows are spoilt before and are right after it."""
    with engine.connect() as connection:
        before = contents(connection)
    others = codes_of(engine)[-2:]
    for is_incremental in (True, False):
        with engine.begin() as connection:
            spoilt = connection.execute(
                sa.text("update candidate_marts.counted_row set contribution = -1 where project_code = any(:codes)"),
                {"codes": others},
            )
            assert spoilt.rowcount
        with without_dbt(monkeypatch):
            built = build(sent, engine, others, is_incremental=is_incremental)
        with engine.connect() as connection:
            assert contents(connection) == before
        assert built.counts["model"] > 50 and built.counts["test"] > 30 and built.seconds > 0
        assert "counted_row" in built.incremental_marts
    assert others != ["PE-01"]


def test_what_a_test_finds_is_said_by_dbt(sent: Settings, engine: sa.Engine) -> None:
    """A word that no closed list knows gets past the registry's checks: the test's answer is looked at."""
    with database.opened(sent, "loader") as loader, loader.begin() as connection:
        before = connection.execute(sa.text("select project_code, pillar from registry.projects limit 1")).one()
        spoil = sa.text("update registry.projects set pillar = :pillar where project_code = :code")
        connection.execute(spoil, {"pillar": "neither", "code": before.project_code})
    try:
        with pytest.raises(TransformationFailed, match="pillar is none of agriculture, circular"):
            build(sent, engine, [])
    finally:
        with database.opened(sent, "loader") as loader, loader.begin() as connection:
            connection.execute(spoil, {"pillar": before.pillar, "code": before.project_code})
    build(sent, engine, [])


def test_dbt_builds_where_a_table_has_another_column(
    sent: Settings, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("alter table candidate_marts.fct_training add column other text")
    with without_dbt(monkeypatch), pytest.raises(AssertionError, match="dbt was run"):
        build(sent, engine, ["PE-01"])
    build(sent, engine, ["PE-01"])
    with engine.begin() as connection:
        connection.exec_driver_sql("alter table candidate_marts.fct_training drop column other")


def test_a_script_is_kept_only_if_it_says_what_was_sent() -> None:
    """Codes with quotes come back as they were; one that looks like a mark does not, and nothing is kept."""
    sql = "delete from t where /*changed project:t.code:*/ {} /*.*/"
    built = Built({}, 1.0, {}, {"model.t": Node((), 1.0)})
    quoted = " in ('A', 'O''B')"
    heard = {"model.t": ["BEGIN", sql.format(f"t.code{quoted}"), "/* t */ select 1"]}
    script = replay.Script.of("", heard, built, {"changed project": quoted})
    assert script
    (statement,) = script.statements["model.t"]
    assert statement == sql.format("").replace("  ", " ")
    assert replay._filled(statement, {"changed project": " in (null)"}) == sql.format("t.code in (null)")
    assert replay._filled(statement, {"changed project": ""}) == sql.format("true")
    marked = {"model.t": [sql.format("t.code in ('A /*.*/')")]}
    assert replay.Script.of("", marked, built, {"changed project": " in ('A /*.*/')"}) is None
