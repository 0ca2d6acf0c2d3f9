"""What a night has published is known to the planner, whatever autovacuum finds time for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from include.nightly import publish
from include.nightly.in_process import run_again
from include.platform import database
from include.platform.settings import Settings
from include.stage6_publication import statistics
from tests.publication.clients import rows

_UNKNOWN = """
select c.relname from pg_class as c inner join pg_namespace as n on c.relnamespace = n.oid
where
    n.nspname = any('{{{schemas}}}') and c.relkind = 'r'
    and pg_relation_size(c.oid) > 0 and (c.reltuples < 0 or ({is_vacuumed} and c.relallvisible = 0))
order by 1
"""


def test_published_tables_are_analysed_and_vacuumed(programme: Settings) -> None:
    run_again(programme, (publish.switch_marts,))  # other tests switch without a night
    for schemas, is_vacuumed in (("marts,restricted", "true"), ("candidate_marts,candidate_restricted", "false")):
        assert rows(programme, "transformer", _UNKNOWN.format(schemas=schemas, is_vacuumed=is_vacuumed)) == []


@pytest.fixture
def mine(programme: Settings) -> Iterator[None]:
    """A table of the transformer's own."""
    with database.transaction(programme, "transformer") as connection:
        connection.execute(sa.text("create table staging.mine as select generate_series(1, 1000) as n"))
    yield
    with database.transaction(programme, "transformer") as connection:
        connection.execute(sa.text("drop table staging.mine"))


def test_only_what_changed_is_looked_at_again(programme: Settings, mine: None) -> None:
    with database.opened(programme, "transformer") as engine:
        assert statistics.refresh(engine, "staging") == (["staging.mine"], ["staging.mine"])
        assert statistics.refresh(engine, "staging") == ([], [])


@pytest.mark.parametrize(("changed", "analysed"), [(10, []), (30, ["staging.mine"])])
def test_what_has_hardly_changed_is_vacuumed_alone(
    programme: Settings, mine: None, changed: int, analysed: list[str]
) -> None:
    with database.opened(programme, "transformer") as engine:
        statistics.refresh(engine, "staging")
        with engine.begin() as connection:
            connection.execute(sa.text(f"update staging.mine set n = -n where n <= {changed}"))
            connection.execute(sa.text("select pg_stat_force_next_flush()"))
        assert statistics.refresh(engine, "staging") == (["staging.mine"], analysed)


def test_what_several_nights_have_changed_is_analysed(programme: Settings, mine: None) -> None:
    seen = []
    with database.opened(programme, "transformer") as engine:
        statistics.refresh(engine, "staging")
        for night in range(3):
            with engine.begin() as connection:
                connection.execute(
                    sa.text(f"delete from staging.mine where n between {10 * night} and {10 * night + 8}")
                )
                connection.execute(sa.text("select pg_stat_force_next_flush()"))
            seen.append(statistics.refresh(engine, "staging")[1])
    assert seen == [[], [], ["staging.mine"]]


def test_what_autovacuum_has_analysed_alone_is_vacuumed(programme: Settings, mine: None) -> None:
    with database.transaction(programme, "transformer") as connection:
        connection.execute(sa.text("analyze staging.mine"))
    with database.opened(programme, "transformer") as engine:
        assert statistics.refresh(engine, "staging") == (["staging.mine"], [])
        assert statistics.refresh(engine, "staging") == ([], [])


def test_what_nobody_analysed_is_before_a_switch(programme: Settings, mine: None) -> None:
    def known() -> object:
        return connection.scalar(sa.text("select reltuples from pg_class where oid = 'staging.mine'::regclass"))

    with database.connected(programme, "transformer") as connection:
        assert known() == -1
        statistics.ensure(connection, "staging")
        assert known() == 1000
