"""Tables of the record are made where they are not there or not today's, and otherwise left alone."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from include.platform import database, schema
from include.platform.settings import Settings

_SAID = sa.text("select obj_description(cast('marts.kpi_headline_on' as regproc), 'pg_proc')")
_MADE_BY = sa.text("select obj_description(cast('marts.figure_change_asked_idx' as regclass), 'pg_class')")


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
