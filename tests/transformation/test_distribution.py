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
        create function public.create_reference_table(name regclass) returns void language sql
        as 'insert into public.asked values (name::text, null)';
        """)
    yield engine
    with engine.begin() as connection:
        connection.exec_driver_sql("""
        drop function public.create_distributed_table, public.create_reference_table;
        drop table public.asked;
        """)
    engine.dispose()


def test_tables_are_spread_by_project_or_enterprise_or_stand_on_every_node(built: Settings, asked: sa.Engine) -> None:
    dbt.run(built, "run", "--full-refresh", "--vars", "{is_distributed: true}")
    with asked.connect() as connection:
        rows = connection.execute(sa.text("select table_name, distribution_column from public.asked")).tuples()
        spread = {name.split(".")[-1]: column for name, column in rows}
    by_project = {name for name, column in spread.items() if column == "project_code"}
    by_enterprise = {name for name, column in spread.items() if column == "enterprise_key"}
    everywhere = {name for name, column in spread.items() if column is None}
    facts = {"fct_training", "fct_practice", "fct_green_jobs", "fct_standard", "fct_business_volume", "fct_finding"}
    assert facts | {"counted_row", "int_reports", "int_indicator_values", "dim_project"} <= by_project
    assert {"dim_enterprise", "dim_enterprise_history"} <= by_enterprise
    assert {"dim_country", "dim_isic", "dim_period", "dim_standard", "kpi_headline"} <= everywhere


def test_a_plain_database_is_asked_for_nothing(built: Settings, asked: sa.Engine) -> None:
    dbt.run(built, "run", "--full-refresh", "--select", "dim_country", "fct_training")
    with asked.connect() as connection:
        assert connection.scalar(sa.text("select count(*) from public.asked")) == 0
