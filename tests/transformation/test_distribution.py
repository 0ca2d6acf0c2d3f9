"""What a distributed PostgreSQL would be asked to do with the tables; a plain one only writes it down."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from include.platform import database
from include.platform.settings import Settings
from include.stage5_transformation import dbt


@pytest.fixture
def asked(built: Settings) -> Iterator[sa.Engine]:
    """A warehouse with functions of the names and arguments of Citus, which note what they are asked."""
    engine = database.engine(built)
    with engine.begin() as connection:
        connection.exec_driver_sql("""
        create table public.asked (table_name text, distribution_column text);
        grant insert on public.asked to transformer;
        create function public.create_distributed_table(name regclass, spread_by text) returns void language sql
        as 'insert into public.asked values (name::text, spread_by)';
        """)
    yield engine
    with engine.begin() as connection:
        connection.exec_driver_sql("""
        drop function public.create_distributed_table;
        drop table public.asked;
        """)
    engine.dispose()


def test_what_is_of_a_project_is_spread_by_it_and_marts_are_gathered(
    built: Settings, asked: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = sa.text("select * from candidate_marts.kpi_headline order by headline_key")
    with asked.connect() as connection:
        before = connection.execute(figures).all()
    monkeypatch.setenv("WAREHOUSE_IS_DISTRIBUTED", "yes")
    dbt.run(built, "run", "--full-refresh")
    with asked.connect() as connection:
        spread = dict(
            connection.execute(sa.text("select table_name, distribution_column from public.asked")).tuples().all()
        )
        after = connection.execute(figures).all()
    assert {"intermediate.int_job_rows", "intermediate.int_reports", "intermediate.int_surviving_values"} <= {
        name.removesuffix("__dbt_tmp") for name in spread
    }
    assert {name.split(".")[0] for name in spread} == {"intermediate"}
    assert set(spread.values()) == {"project_code"}
    assert before == after


def test_a_plain_database_is_asked_for_nothing(built: Settings, asked: sa.Engine) -> None:
    dbt.run(built, "run", "--full-refresh", "--select", "int_reports", "fct_training")
    with asked.connect() as connection:
        assert connection.scalar(sa.text("select count(*) from public.asked")) == 0
