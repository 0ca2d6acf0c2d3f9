"""The switch from candidates to published tables: only changed rows, in place, all at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from include.platform import database
from include.platform.settings import Settings
from include.stage6_publication.promote import Changes, promote


@pytest.fixture
def transformer(settings: Settings, loader: sa.Engine) -> Iterator[sa.Engine]:
    engine = database.engine(settings, "transformer")
    _drop(engine)
    execute(loader, "insert into ops.night (night_id, as_of, inbox, registry) values ('promoting', now(), '', '')")
    yield engine
    execute(loader, "delete from ops.night where night_id = 'promoting'")
    _drop(engine)
    engine.dispose()


def _drop(engine: sa.Engine) -> None:
    execute(
        engine,
        "drop table if exists candidate_marts.figure, candidate_marts.other",
        "drop view if exists marts.built_on_it",
        "drop table if exists marts.figure, marts.other",
    )


def execute(engine: sa.Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def build(engine: sa.Engine, rows: str, columns: str = "kpi text not null, value numeric") -> None:
    """The candidate as dbt would leave it."""
    execute(
        engine,
        "drop table if exists candidate_marts.figure",
        f"create table candidate_marts.figure ({columns}, primary key (kpi))",
        f"insert into candidate_marts.figure values {rows}",
        "comment on table candidate_marts.figure is 'one row a figure, isn''t it: 100 %'",
        "comment on column candidate_marts.figure.value is 'in EUR'",
    )


def published(engine: sa.Engine, query: str = "select * from marts.figure order by 1") -> list[tuple]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def changes(engine: sa.Engine) -> Changes:
    return next(change for change in promote(engine) if change.table == "marts.figure")


def test_only_changed_rows_are_touched(transformer: sa.Engine) -> None:
    build(transformer, "('a', 1), ('b', null), ('c', 3)")
    assert changes(transformer) == Changes("marts.figure", deleted=0, inserted=3)
    untouched = published(transformer, "select xmin::text from marts.figure where kpi = 'b'")
    build(transformer, "('a', 2), ('b', null), ('d', 4)")
    assert changes(transformer) == Changes("marts.figure", deleted=2, inserted=2)
    assert published(transformer) == [("a", 2), ("b", None), ("d", 4)]
    assert published(transformer, "select xmin::text from marts.figure where kpi = 'b'") == untouched
    assert changes(transformer) == Changes("marts.figure", deleted=0, inserted=0)


def test_what_was_built_on_a_mart_stays_and_a_new_column_appears(settings: Settings, transformer: sa.Engine) -> None:
    build(transformer, "('a', 1)")
    promote(transformer)
    execute(transformer, "create view marts.built_on_it as select value from marts.figure")
    build(transformer, "('a', 5, 'EUR')", "kpi text not null, value numeric, unit text")
    promote(transformer)
    assert published(transformer, "select * from marts.built_on_it") == [(5,)]
    assert published(transformer) == [("a", 5, "EUR")]
    reader = database.engine(settings, "bi_reader")
    assert published(reader) == [("a", 5, "EUR")], "grants survive"
    reader.dispose()


def test_a_dropped_column_is_refused_while_somebody_depends_on_it(transformer: sa.Engine) -> None:
    build(transformer, "('a', 1)")
    promote(transformer)
    execute(transformer, "create view marts.built_on_it as select value from marts.figure")
    execute(
        transformer,
        "drop table candidate_marts.figure",
        "create table candidate_marts.figure (kpi text primary key)",
        "insert into candidate_marts.figure values ('b')",
    )
    with pytest.raises(sa.exc.DBAPIError, match="depend"):
        promote(transformer)
    assert published(transformer) == [("a", 1)], "all stays as it was"
    execute(transformer, "drop view marts.built_on_it")
    promote(transformer)
    assert published(transformer) == [("b",)]


def test_a_column_may_be_empty_where_the_candidates_may(transformer: sa.Engine) -> None:
    """Also in a mart that has stood since it might not, and the other way round."""
    is_never_empty = (
        "select attnotnull from pg_attribute where attrelid = 'marts.figure'::regclass and attname = 'value'"
    )
    never = "kpi text not null, value numeric not null"
    build(transformer, "('a', 1)", never)
    promote(transformer)
    build(transformer, "('a', null)")
    promote(transformer)
    assert published(transformer) == [("a", None)]
    build(transformer, "('a', 2)", never)
    promote(transformer)
    assert published(transformer) == [("a", 2)]
    assert published(transformer, is_never_empty) == [(True,)]


def test_descriptions_are_what_bi_tools_see(transformer: sa.Engine) -> None:
    build(transformer, "('a', 1)")
    promote(transformer)
    shown = "select obj_description('marts.figure'::regclass), col_description('marts.figure'::regclass, 2)"
    assert published(transformer, shown) == [("one row a figure, isn't it: 100 %", "in EUR")]
    execute(transformer, "comment on column candidate_marts.figure.value is 'in thousand EUR'")
    promote(transformer)
    assert published(transformer, shown) == [("one row a figure, isn't it: 100 %", "in thousand EUR")]


def test_a_candidate_without_a_key_is_named(transformer: sa.Engine) -> None:
    execute(transformer, "create table candidate_marts.other (value int)")
    with pytest.raises(ValueError, match=r"candidate_marts\.\"other\" has no primary key"):
        promote(transformer)


def test_a_published_table_gets_indexes_that_its_candidate_got_later(transformer: sa.Engine) -> None:
    def indexes() -> list[tuple]:
        query = "select indexdef from pg_indexes where schemaname = 'marts' and tablename = 'figure' order by 1"
        return published(transformer, query)

    build(transformer, "('msmes_trained', 7)")
    promote(transformer)
    execute(transformer, "create index of_analysts on marts.figure (value desc)")
    assert len(indexes()) == 2
    build(transformer, "('msmes_trained', 7)")
    execute(
        transformer,
        "create index on candidate_marts.figure (kpi, value)",
        "create unique index on candidate_marts.figure (value, kpi)",
    )
    promote(transformer)
    got = [definition for (definition,) in indexes()]
    assert [one for one in got if one.endswith("(kpi, value)")]
    assert [one for one in got if one.startswith("CREATE UNIQUE") and one.endswith("(value, kpi)")]
    promote(transformer)
    assert len(indexes()) == 4


def test_an_index_of_no_row_is_made_on_the_mart(transformer: sa.Engine) -> None:
    """The candidate has it for readers alone; a table made anew and one that is kept get it once."""
    build(transformer, "('msmes_trained', 7)")
    execute(transformer, "create index on candidate_marts.figure (value) where false")
    for _ in range(2):
        promote(transformer)
        query = "select indexdef from pg_indexes where schemaname = 'marts' and tablename = 'figure' order by 1"
        (first, second) = [definition for (definition,) in published(transformer, query)]
        assert first.endswith("USING btree (value)") and second.startswith("CREATE UNIQUE") and "WHERE" not in second


def test_rows_lie_in_the_order_of_the_periods_index(transformer: sa.Engine) -> None:
    """Those that come later lie behind, in their own order."""
    columns = "kpi text not null, period text, value numeric"
    build(transformer, "('a', '2025-S2', 1), ('b', '2025-S1', 2), ('c', '2025-S2', 0)", columns)
    execute(
        transformer,
        "create index on candidate_marts.figure (value, period) where false",
        "create index on candidate_marts.figure (period, value) where false",
    )
    promote(transformer)
    as_they_lie = "select kpi from marts.figure order by ctid"
    assert published(transformer, as_they_lie) == [("b",), ("c",), ("a",)]
    execute(transformer, "insert into candidate_marts.figure values ('e', '2024-S2', 9), ('d', '2024-S2', 8)")
    promote(transformer)
    assert published(transformer, as_they_lie) == [("b",), ("c",), ("a",), ("d",), ("e",)]


def test_a_mart_that_was_a_view_becomes_a_table(transformer: sa.Engine) -> None:
    execute(transformer, "create view marts.figure as select 'msmes_trained' as kpi, 6 as value")
    build(transformer, "('msmes_trained', 7)")
    promote(transformer)
    kind = "select cast(relkind as text) from pg_class where oid = 'marts.figure'::regclass"
    assert (published(transformer, kind), published(transformer)) == ([("r",)], [("msmes_trained", 7)])


def test_another_key_makes_a_mart_anew_and_what_leads_to_it_still_does(transformer: sa.Engine) -> None:
    """Foreign keys follow from names: ``dim_figure`` has the key that ``figure_fact`` names."""
    leads = (
        "select conrelid::regclass::text, conenforced from pg_constraint where confrelid = 'marts.dim_figure'::regclass"
    )

    def build_star(key: str) -> None:
        execute(
            transformer,
            "drop table if exists candidate_marts.dim_figure, candidate_marts.figure_fact",
            f"create table candidate_marts.dim_figure (figure_code text, other text not null, primary key ({key}))",
            "insert into candidate_marts.dim_figure values ('a', 'x')",
            "create table candidate_marts.figure_fact (fact_key text primary key, figure_code text)",
            "insert into candidate_marts.figure_fact values ('1', 'a')",
        )

    try:
        build_star("figure_code")
        promote(transformer)
        assert published(transformer, leads) == [("marts.figure_fact", False)]
        build_star("figure_code, other")
        promote(transformer)
        assert published(transformer, leads) == [], "a key of two columns leads nowhere"
        build_star("figure_code")
        promote(transformer)
        assert published(transformer, leads) == [("marts.figure_fact", False)]
    finally:
        execute(
            transformer,
            "drop table if exists candidate_marts.dim_figure, candidate_marts.figure_fact",
            "drop table if exists marts.dim_figure, marts.figure_fact cascade",
        )
