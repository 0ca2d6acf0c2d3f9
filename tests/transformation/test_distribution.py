"""What a distributed PostgreSQL would be asked to do with the tables; a plain one only writes it down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

import pytest
import sqlalchemy as sa

from include.platform import database
from include.platform.settings import PROJECT_ROOT, Settings
from include.stage5_transformation import dbt

#: Tables of ``intermediate`` that every node has, or that rows on the coordinator are joined to.
_EVERYWHERE = {"int_periods", "int_current_versions", "int_window_price_indices", "int_window_exchange_rates"}
_JOIN = re.compile(
    r"join \{\{ ref\('(int_\w+)'\) \}\} as \w+(.*?)(?=\b(?:inner|left|cross|full|where|group|order|union|select)\b|\Z)",
    re.S,
)


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


def _looked_up(text: str) -> Iterator[str]:
    """What stands in the brackets of each ``exists``."""
    for found in re.finditer(r"\bexists \(", text):
        rest = text[found.end() :]
        depths = accumulate({"(": 1, ")": -1}.get(letter, 0) for letter in rest)
        yield rest[: next(end for end, depth in enumerate(depths) if depth < 0)]


def test_tables_of_projects_are_joined_and_looked_up_by_project() -> None:
    folders = ("models/intermediate", "macros")
    texts = {
        path: path.read_text() for folder in folders for path in (PROJECT_ROOT / "dbt_project" / folder).glob("*.sql")
    }
    across = [
        (path.name, table)
        for path, text in texts.items()
        for table, condition in _JOIN.findall(text)
        if table not in _EVERYWHERE and "project_code" not in condition
    ]
    across += [
        (path.name, part)
        for path, text in texts.items()
        for part in _looked_up(text)
        if "ref('int_" in part and "project_code" not in part
    ]
    assert not across, "a spread warehouse joins rows of projects by their project"
