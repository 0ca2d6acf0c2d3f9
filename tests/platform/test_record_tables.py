"""Tables of the record are made where they are not there or not today's, and otherwise left alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from include.closing import canonical
from include.platform import database, schema
from include.platform.settings import Settings
from tests.conftest import own_warehouse

_SAID = sa.text("select obj_description(cast('marts.kpi_headline_on' as regproc), 'pg_proc')")
_MADE_BY = sa.text("select obj_description(cast('marts.figure_change_asked_idx' as regclass), 'pg_class')")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A warehouse of its own, in which nothing was ever published."""
    with own_warehouse(tmp_path_factory.mktemp("record")) as own:
        yield own


def test_what_stands_is_left_alone_and_what_another_script_made_is_made_again(settings: Settings) -> None:
    with database.transaction(settings, "transformer") as connection:
        said, made_by = connection.scalar(_SAID), connection.scalar(_MADE_BY)
        connection.execute(sa.text("comment on function marts.kpi_headline_on is 'left alone'"))
    schema.prepare(settings)
    with database.transaction(settings, "transformer") as connection:
        assert connection.scalar(_SAID) == "left alone"
        connection.execute(sa.text("comment on index marts.figure_change_asked_idx is 'another script'"))
    schema.prepare(settings)
    with database.connected(settings, "transformer") as connection:
        assert (connection.scalar(_SAID), connection.scalar(_MADE_BY)) == (said, made_by)


def test_releases_that_lost_a_trigger_are_guarded_again(settings: Settings) -> None:
    triggers = sa.text("select count(*) from pg_trigger where tgrelid = cast('marts.release_figure' as regclass)")
    with database.transaction(settings) as connection:
        count = connection.scalar(triggers)
        connection.execute(sa.text("drop trigger come_with_the_release on marts.release_figure"))
    schema.prepare(settings)
    with database.connected(settings) as connection:
        assert connection.scalar(triggers) == count > 2
    with database.connected(settings, "transformer") as connection, pytest.raises(sa.exc.ProgrammingError):
        connection.execute(sa.text("drop table marts.release"))


#: The tables as they were before they had keys of one column, the last days of periods and moments.
_BEFORE = {
    "transformer": (
        """
        alter table marts.figure_change drop column change_key, drop column period_end, drop column scope_key,
            drop column published_at
        """,
        """
        alter table marts.kpi_headline_history drop column stretch, drop column from_published_at,
            drop column until_published_at
        """,
        "alter table marts.counted_row_ended drop column stretch",
        """
        create table marts.counted_row (
            period text, kpi text, submission_id text, row_number integer, project_code text,
            contribution numeric(24, 6)
        );
        insert into marts.counted_row values ('2025-S2', 'green_jobs', 'PE-01-0001', 4, 'PE-01', 7),
            ('2025-S2', 'green_jobs', 'PE-01-0001', 5, 'PE-01', 8);
        create table marts.counted_row_standing (like marts.counted_row, from_night text, from_as_of date);
        insert into marts.counted_row_standing
        select *, 'unknown', '2026-02-19' from marts.counted_row where row_number = 4;
        insert into marts.counted_row_ended (
            period, project_code, from_night, until_night, from_as_of, until_as_of, stood
        )
        values ('2025-S2', 'PE-01', 'unknown', 'b', '2026-02-19', '2026-02-20', '[
            {"kpi": "green_jobs", "submission_id": "PE-01-0001", "row_number": 6},
            {"kpi": "green_jobs", "submission_id": "PE-01-0001", "row_number": 7, "contribution": 8.5}
        ]');
        """,
        """
        insert into marts.figure_change values ('2025-S2', 'country', 'PE', 'green_jobs', 'b', '2026-02-20', 'rule',
            null, null, 0, 1, 1, 0, 1), ('2025-S2', 'country', 'PE', 'green_jobs', 'unknown', '2026-02-19', 'first',
            null, null, 0, 1, 1, 0, 1)
        """,
        """
        insert into marts.kpi_headline_history (period, scope_type, scope_code, kpi, valid, from_night, until_night,
            from_as_of, until_as_of)
        values ('2025-S2', 'country', 'PE', 'green_jobs', 1, 'unknown', 'b', '2026-02-19', '2026-02-20'),
            ('2025-S2', 'country', 'PE', 'green_jobs', 2, 'b', null, '2026-02-20', null)
        """,
        "comment on index marts.figure_change_asked_idx is 'the script before'",
    ),
    "administrator": (
        "alter table marts.release drop column period_end",
        """
        alter table marts.release_figure drop column release_figure_key, drop column period_end, drop column scope_key,
            drop constraint release_figure_release_scope_type_scope_code_kpi_key,
            add primary key (release, scope_type, scope_code, kpi)
        """,
        """
        insert into marts.release_figure values
            ('2025-S2/1', '2025-S2', 'country', 'PE', 'green_jobs', 'people', 9, 8, 7, 6);
        insert into marts.release (release, period, night_id, as_of, proposed_by, approved_by, approved_at,
            figures_sha256, evidence_sha256, signature)
        values ('2025-S2/1', '2025-S2', 'b', '2026-02-20', 'ana', 'luis', now(), 'f', 'e', 's')
        """,
        "comment on trigger come_with_the_release on marts.release_figure is 'the script before'",
    ),
}


def test_what_the_record_holds_gets_what_later_tables_have(settings: Settings) -> None:
    """Keys, days and moments come to rows that are there; what was signed stays, byte for byte."""
    with database.transaction(settings, "loader") as connection:
        connection.execute(
            sa.text("""
            insert into ops.night (night_id, as_of, inbox, registry, published_at)
            values ('b', '2026-02-20', '', '', '2026-02-20 06:30+00')
            """)
        )
    for role, statements in _BEFORE.items():
        with database.transaction(settings, role) as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    try:
        with database.connected(settings) as connection:
            signed = canonical.released_figures(connection, "2025-S2/1")
        schema.prepare(settings)
        with database.connected(settings) as connection:
            moments = "to_char(published_at at time zone 'utc', 'MM-DD HH24:MI')"
            changes = f"select night_id, {moments}, period_end::text, scope_key, length(change_key)"
            assert _rows(connection, f"{changes} from marts.figure_change order by published_at") == [
                ("unknown", "02-19 00:00", "2025-12-31", "country:PE", 32),
                ("b", "02-20 06:30", "2025-12-31", "country:PE", 32),
            ]
            stretches = "select valid, from_published_at, until_published_at from marts.kpi_headline_history order by 1"
            (_, begun, ended), (_, again, never) = _rows(connection, stretches)
            assert begun < ended == again and never is None
            stood = "select row_number, contribution::float, from_night, from_as_of::text, until_night"
            assert _rows(connection, f"{stood} from marts.counted_row_history order by 1") == [
                (4, 7, "unknown", "2026-02-19", None),
                (5, 8, "b", "2026-02-20", None),
                (6, None, "unknown", "2026-02-19", "b"),
                (7, 8.5, "unknown", "2026-02-19", "b"),
            ]
            assert _rows(connection, "select to_regclass('marts.counted_row_standing')") == [(None,)]
            assert _rows(connection, "select release_figure_key, period_end::text from marts.release_figure") == [
                ("2025-S2/1/country:PE/green_jobs", "2025-12-31")
            ]
            assert _rows(connection, "select period_end::text from marts.release") == [("2025-12-31",)]
            assert canonical.released_figures(connection, "2025-S2/1") == signed
            assert signed.startswith(b"period\tscope_type\tscope_code\tkpi\tunit\tclaimed")
    finally:
        with database.transaction(settings) as connection:
            connection.execute(sa.text("drop table marts.counted_row cascade"))
            for table in ("counted_row_ended", "figure_change", "kpi_headline_history", "release_figure", "release"):
                connection.execute(sa.text(f"delete from marts.{table}"))
            connection.execute(sa.text("delete from ops.night where night_id = 'b'"))


def _rows(connection: sa.Connection, query: str) -> list[tuple]:
    return [tuple(row) for row in connection.exec_driver_sql(query)]
