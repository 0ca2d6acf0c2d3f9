"""What was published when: each switch ends and begins stretches of the history, and never goes back in time."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from include.platform import database
from include.platform.nights import NightGoesBack
from include.platform.settings import Settings
from include.stage6_publication.history import HistoryBroken
from include.stage6_publication.promote import promote

COLUMNS = "period text, scope_type text, scope_code text, kpi text, unique_value numeric, valid numeric"
HISTORY = "marts.kpi_headline_history"


@pytest.fixture
def transformer(settings: Settings, loader: sa.Engine) -> Iterator[sa.Engine]:
    """The role that publishes; nights ``switch-0`` to ``switch-8``, of a day each."""
    engine = database.engine(settings, "transformer")
    drop = [f"drop table if exists {schema}.kpi_headline cascade" for schema in ("candidate_marts", "marts")]
    drop += [f"drop table if exists {schema}.counted_row cascade" for schema in ("candidate_marts", "marts")]
    drop += [f"delete from {table}" for table in (HISTORY, "marts.counted_row_ended")]
    drop.append(f"alter table {HISTORY} drop column if exists target_group")
    execute(engine, *drop)
    nights = ", ".join(f"('switch-{n}', '2020-01-0{n + 1}', '', '')" for n in range(9))
    execute(loader, f"insert into ops.night (night_id, as_of, inbox, registry) values {nights}")
    yield engine
    execute(engine, *drop)
    execute(loader, "delete from ops.night where night_id like 'switch-%'")
    engine.dispose()


def execute(engine: sa.Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def build(engine: sa.Engine, *figures: str, columns: str = COLUMNS) -> None:
    """The candidate with these figures (``kpi, unique_value, valid``) of the programme in 2025-S2."""
    rows = ", ".join(f"('2025-S2', 'programme', 'all', {figure})" for figure in figures)
    execute(
        engine,
        "drop table if exists candidate_marts.kpi_headline",
        f"create table candidate_marts.kpi_headline ({columns}, primary key (period, scope_type, scope_code, kpi))",
        f"insert into candidate_marts.kpi_headline values {rows}",
    )


def kept(engine: sa.Engine, columns: str = "kpi, unique_value, valid") -> list[tuple]:
    """The history: figures, and the numbers of the nights between which they stood, which are those of their days."""
    query = f"""
        select {columns}, right(from_night, 1), right(until_night, 1),
            extract(day from from_as_of) - 1 = right(from_night, 1)::int
            and (extract(day from until_as_of) - 1) is not distinct from right(until_night, 1)::int
        from {HISTORY} order by kpi, from_night
    """
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(sa.text(query.replace("::", "\\:\\:")))]
    assert all(row[-1] for row in rows)
    return [row[:-1] for row in rows]


def test_a_switch_ends_and_begins_stretches_and_a_quiet_one_none(transformer: sa.Engine) -> None:
    build(transformer, "'jobs', 1, 2", "'gone', 5, 5", "'same', 7, 7")
    promote(transformer, "switch-1")
    build(transformer, "'jobs', 1, 3", "'new', 4, 4", "'same', 7, 7")
    promote(transformer, "switch-2")
    expected = [
        ("gone", 5, 5, "1", "2"),
        ("jobs", 1, 2, "1", "2"),
        ("jobs", 1, 3, "2", None),
        ("new", 4, 4, "2", None),
        ("same", 7, 7, "1", None),
    ]
    assert kept(transformer) == expected
    promote(transformer, "switch-2")  # tried again after its commit
    promote(transformer, "switch-3")  # a quiet night
    assert kept(transformer) == expected
    with transformer.connect() as connection:
        for day, jobs in (("2020-01-01", None), ("2020-01-02", 2), ("2020-01-03", 3), ("2020-01-09", 3)):
            query = sa.text("select valid from marts.kpi_headline_on(:day) where kpi = 'jobs'")
            assert connection.scalar(query, {"day": day}) == jobs, day


def test_a_night_that_publishes_twice_leaves_no_stretch_of_no_length(transformer: sa.Engine) -> None:
    for night, value in (("switch-1", 1), ("switch-2", 2), ("switch-2", 3)):
        build(transformer, f"'jobs', {value}, 1", *(["'new', 4, 4"] if value > 1 else []))
        promote(transformer, night)
    assert kept(transformer) == [("jobs", 1, 1, "1", "2"), ("jobs", 3, 1, "2", None), ("new", 4, 4, "2", None)]
    moments = f"""
    select h.from_published_at = n.published_at and (h.until_published_at is null or n.night_id = 'switch-1')
    from {HISTORY} as h inner join ops.night as n on n.night_id = h.from_night
    """
    with transformer.connect() as connection:
        assert [*connection.scalars(sa.text(moments))] == [True] * 3, "a night has one moment"


def test_a_switch_that_fails_keeps_nothing_of_itself(transformer: sa.Engine) -> None:
    build(transformer, "'jobs', 1, 1")
    promote(transformer, "switch-1")
    execute(transformer, "create view marts.built_on_it as select valid from marts.kpi_headline")
    build(transformer, "'jobs', 2, 2, true", columns=COLUMNS.replace("valid numeric", "valid text, is_new boolean"))
    with pytest.raises(sa.exc.DBAPIError):
        promote(transformer, "switch-2")
    assert kept(transformer) == [("jobs", 1, 1, "1", None)]


def test_columns_of_the_mart_that_come_and_go(transformer: sa.Engine) -> None:
    build(transformer, "'jobs', 1, 1")
    promote(transformer, "switch-1")
    build(transformer, "'jobs', 1, 1, 'women'", columns=f"{COLUMNS}, target_group text")
    promote(transformer, "switch-2")
    build(transformer, "'jobs', 1", columns=COLUMNS.replace(", valid numeric", "").replace("numeric", "numeric(24,6)"))
    promote(transformer, "switch-3")
    columns = "kpi, unique_value, valid, target_group"
    assert kept(transformer, columns) == [
        ("jobs", 1, 1, None, "1", "2"),
        ("jobs", 1, 1, "women", "2", "3"),
        ("jobs", 1, None, None, "3", None),
    ]


def test_what_was_published_before_its_past_was_kept_is_the_beginning(
    transformer: sa.Engine, loader: sa.Engine
) -> None:
    build(transformer, "'jobs', 1, 1", "'same', 7, 7")
    promote(transformer, "switch-1")
    execute(transformer, f"delete from {HISTORY}")  # as of a software that kept none
    build(transformer, "'jobs', 2, 2", "'same', 7, 7")
    promote(transformer, "switch-2")
    assert kept(transformer) == [
        ("jobs", 1, 1, "1", "2"),
        ("jobs", 2, 2, "2", None),
        ("same", 7, 7, "1", None),
    ]


def test_what_was_published_by_a_night_that_nobody_wrote_down_is_the_beginning(
    transformer: sa.Engine, loader: sa.Engine
) -> None:
    """As after a first night that failed when it had switched, by a software that did not say so of nights."""
    build(transformer, "'jobs', 1, 1", "'same', 7, 7")
    promote(transformer, "switch-1")
    execute(transformer, f"delete from {HISTORY}")
    execute(loader, "update ops.night set published_at = null")
    build(transformer, "'jobs', 2, 2", "'same', 7, 7")
    promote(transformer, "switch-2")
    with transformer.connect() as connection:
        today = sa.text(f"select kpi, unique_value from {HISTORY} where until_night is null order by kpi")
        assert connection.execute(today).tuples().all() == [("jobs", 2), ("same", 7)]


def test_every_past_state_of_many_nights_is_the_one_that_was_seen(transformer: sa.Engine) -> None:
    rng, seen = random.Random(7), []
    for number in range(14):
        figures = {f"kpi-{n}": rng.choice([None, 1, 2]) for n in range(8) if rng.random() < 0.8}
        if number % 4 == 3:
            figures = seen[-1]  # a quiet night
        build(transformer, *(f"'{kpi}', {'null' if value is None else value}, 1" for kpi, value in figures.items()))
        promote(transformer, f"switch-{number // 2}")  # some publish twice
        seen.append(figures)
    with transformer.connect() as connection:
        for night in range(7):
            query = sa.text("select kpi, unique_value from marts.kpi_headline_on(:day)")
            shown = dict(connection.execute(query, {"day": f"2020-01-0{night + 1}"}).tuples().all())
            assert shown == seen[2 * night + 1], night
        empty = sa.text(f"select count(*) from {HISTORY} where from_night = until_night")
        assert connection.scalar(empty) == 0


def test_a_history_that_somebody_changed_stops_the_switch(transformer: sa.Engine) -> None:
    build(transformer, "'jobs', 1, 1", "'same', 7, 7")
    promote(transformer, "switch-1")
    execute(transformer, f"delete from {HISTORY} where kpi = 'same'")
    build(transformer, "'jobs', 2, 2", "'same', 7, 7")
    with pytest.raises(HistoryBroken, match=r"has 1 rows of today and marts\.kpi_headline 2"):
        promote(transformer, "switch-2")


def test_a_switch_never_goes_back(transformer: sa.Engine, loader: sa.Engine) -> None:
    """Two nights may overlap: the one of the earlier day comes too late."""
    build(transformer, "'jobs', 1, 1")
    promote(transformer, "switch-5")
    build(transformer, "'jobs', 2, 2")
    with pytest.raises(NightGoesBack, match=r"make reproduce AT=2020-01-05 reproduces"):
        promote(transformer, "switch-4")
    assert kept(transformer) == [("jobs", 1, 1, "5", None)]
    with transformer.connect() as connection:
        assert connection.scalar(sa.text("select unique_value from marts.kpi_headline")) == 1
        published = connection.scalars(sa.text("select night_id from ops.night where published_at is not null"))
        assert "switch-4" not in published.all()


def count_rows(engine: sa.Engine, *rows: str, **columns: str) -> None:
    """The candidate of rows that count: each ``submission, row, project, contribution`` of one indicator in 2025-S2."""
    names = ", ".join(("period, kpi, submission_id, row_number, project_code, contribution", *columns))
    more = "".join(f", {name} {type_}" for name, type_ in columns.items())
    key = "period text, kpi text, submission_id text, row_number integer, project_code text"
    execute(
        engine,
        "drop table if exists candidate_marts.counted_row",
        f"""
        create table candidate_marts.counted_row (
            {key}, contribution numeric, from_night text, from_as_of date{more},
            primary key (period, kpi, submission_id, row_number, project_code)
        )
        """,
        *(f"insert into candidate_marts.counted_row ({names}) values ('2025-S2', 'jobs', {row})" for row in rows),
    )


def test_rows_that_ended_together_are_kept_together_and_shown_one_by_one(transformer: sa.Engine) -> None:
    a, b, c = "'A-1', 1, 'A', {}", "'A-1', 2, 'A', {}", "'B-1', 1, 'B', {}"
    count_rows(transformer, a.format(1.50), b.format(2), c.format(3))
    promote(transformer, "switch-1")
    seen = {1: {("A-1", 1, 1.5), ("A-1", 2, 2), ("B-1", 1, 3)}}
    count_rows(transformer, a.format(4), c.format(4))
    promote(transformer, "switch-2")
    count_rows(transformer, a.format(5), c.format(3))  # the same night again
    promote(transformer, "switch-2")
    seen[2] = {("A-1", 1, 5), ("B-1", 1, 3)}
    count_rows(transformer, a.format("5, date '2020-01-01'"), counted_on="date")
    promote(transformer, "switch-4")
    seen[3], seen[4] = seen[2], {("A-1", 1, 5)}
    count_rows(transformer, a.format("5, null"), counted_on="date")
    promote(transformer, "switch-5")
    with transformer.connect() as connection:
        for night, rows in seen.items():
            query = sa.text("select submission_id, row_number, contribution from marts.counted_row_on(:day)")
            assert set(connection.execute(query, {"day": f"2020-01-0{night + 1}"}).tuples()) == rows, night
        counted = (
            "select (select count(*) from marts.counted_row_ended), count(*), count(counted_on), count(until_night)"
        )
        assert tuple(connection.execute(sa.text(f"{counted} from marts.counted_row_history")).one()) == (5, 7, 1, 6)
    count_rows(transformer, a.format("5, null"), counted_on="text")  # made anew, with all its rows
    promote(transformer, "switch-6")
    with transformer.connect() as connection:
        assert tuple(connection.execute(sa.text(f"{counted} from marts.counted_row_history")).one()) == (6, 8, 1, 7)
        since = connection.execute(sa.text("select from_night, from_as_of::text from marts.counted_row")).tuples()
        assert since.all() == [("switch-6", "2020-01-07")]
