"""What readers see, and what they have built, while the marts are being switched."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from include.platform import database, processes, secrets
from include.platform.settings import Settings
from include.stage6_publication.promote import promote
from tests.publication.clients import connected, rows

BOTH = "select (select value from marts.a_figure), (select value from marts.z_figure)"


@pytest.fixture
def transformer(programme: Settings) -> Iterator[sa.Engine]:
    """The role that publishes, with two marts beside those of the programme: the first and the last to be switched."""
    engine = database.engine(programme, "transformer")
    tables = ("a_figure", "z_figure")
    _execute(engine, *(f"create table candidate_marts.{t} (kpi text primary key, value int)" for t in tables))
    _execute(engine, *(f"insert into candidate_marts.{t} values ('green_jobs', 1)" for t in tables))
    promote(engine)
    yield engine
    _execute(engine, *(f"drop table if exists candidate_marts.{t}, marts.{t} cascade" for t in tables))
    promote(engine)
    engine.dispose()


@pytest.fixture
def analyst(programme: Settings) -> Iterator[str]:
    """An author of views with a schema of its own, made as docs/access.md says."""
    with connected(programme, "administrator") as administrator:
        administrator.execute(f"create role analyst login password '{secrets.password(programme, 'analyst')}'")
        administrator.execute("grant bi_reader to analyst; create schema analysts authorization analyst")
        yield "analyst"
        administrator.execute("drop schema analysts cascade; drop role analyst")


def _execute(engine: sa.Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def test_readers_see_yesterday_until_all_of_today_is_there(programme: Settings, transformer: sa.Engine) -> None:
    """The switch is held up between the first and the last mart by a lock on a row of the last."""
    _execute(
        transformer, "update candidate_marts.a_figure set value = 2", "update candidate_marts.z_figure set value = 2"
    )
    with (
        ThreadPoolExecutor(1) as pool,  # waits last, when the lock is gone whatever happened
        connected(programme, "bi_reader") as begun_before,
        transformer.connect() as holder,
    ):
        begun_before.execute("begin")
        assert begun_before.execute("select value from marts.a_figure").fetchall() == [(1,)]
        holder.execute(sa.text("select 1 from marts.z_figure for update"))
        switch = pool.submit(promote, transformer)
        waiting = "select count(*) from pg_stat_activity where usename = 'transformer' and wait_event_type = 'Lock'"
        assert processes.wait_until(lambda: rows(programme, "administrator", waiting) == [(1,)], 60)
        assert rows(programme, "bi_reader", BOTH) == [(1, 1)], "half of the switch is seen"
        holder.rollback()
        switch.result()
        assert rows(programme, "bi_reader", BOTH) == [(2, 2)]
        assert begun_before.execute(BOTH).fetchall() == [(1, 1)], "one transaction sees one night"


def test_what_an_analyst_built_survives_and_shows_the_new_figures(
    programme: Settings, transformer: sa.Engine, analyst: str
) -> None:
    built = {
        "on_a_table": "select value from marts.a_figure",
        "on_a_view": "select kpi, sum(contribution) as total from marts.kpi_evidence group by 1",
        "on_two": "select count(*) from marts.kpi_green_jobs join marts.dim_project using (project_code)",
    }
    with connected(programme, analyst) as client:
        for name, query in built.items():
            client.execute(f"create view analysts.{name} as {query}")
    oids = "select oid, relname from pg_class where relnamespace = 'analysts'::regnamespace order by 2"
    before, evidence = rows(programme, analyst, oids), rows(programme, analyst, "table analysts.on_a_view")
    assert len(before) == 3 and evidence
    _execute(
        transformer,
        "update candidate_marts.a_figure set value = 3",
        "alter table candidate_marts.a_figure add column unit text default 'people'",
    )
    promote(transformer)
    assert rows(programme, analyst, oids) == before
    assert rows(programme, analyst, "table analysts.on_a_table") == [(3,)]
    assert rows(programme, analyst, "table analysts.on_a_view") == evidence
    assert rows(programme, "bi_reader", "select unit from marts.a_figure") == [("people",)]


def test_a_table_below_a_published_view_is_made_anew(programme: Settings, transformer: sa.Engine, analyst: str) -> None:
    """As when a column goes; refused, with the name, while something of somebody else's stands on the view."""
    total = "select count(*), sum(contribution) from marts.kpi_evidence"
    before = rows(programme, "bi_reader", total)
    _execute(transformer, "alter table marts.counted_row add column of_yesterday int")
    with connected(programme, analyst) as client:
        client.execute("create view analysts.trail as select * from marts.kpi_evidence")
        with pytest.raises(sa.exc.DBAPIError, match=r"analysts\.trail depends on view marts\.kpi_evidence"):
            promote(transformer)
        assert client.execute("select count(*) from analysts.trail").fetchone() == before[0][:1]
        client.execute("set default_transaction_read_only = off")
        client.execute("drop view analysts.trail")
    promote(transformer)
    assert rows(programme, "bi_reader", total) == before
    columns = (
        "select count(*) from pg_attribute where attrelid = 'marts.counted_row'::regclass and attname = 'of_yesterday'"
    )
    assert rows(programme, "bi_reader", columns) == [(0,)]
    shown = "select relrowsecurity, (select reloptions from pg_class where oid = 'marts.kpi_evidence'::regclass)"
    assert rows(programme, "bi_reader", f"{shown} from pg_class where oid = 'marts.counted_row'::regclass") == [
        (True, ["security_invoker=true"])
    ]
