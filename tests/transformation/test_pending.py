"""What a night has rebuilt for the deliveries that changed: periods from the first one on, and all projects where most
changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from include.platform import database
from include.platform.settings import Settings
from include.stage5_transformation import pending
from include.stage5_transformation.pending import Delivery
from tests.equality.filters import deliveries_of


@pytest.fixture
def connection(programme: Settings) -> Iterator[sa.Connection]:
    """One on the small programme after its night; what it does is rolled back."""
    with database.opened(programme, "transformer") as engine, engine.connect() as connection:
        pending.published(connection)
        yield connection
        connection.rollback()


def all_periods(connection: sa.Connection) -> list[str]:
    query = "select period from registry.reporting_calendar union select period from ops.submission order by 1"
    return [period for period in connection.scalars(sa.text(query)) if period]


def test_periods_are_rebuilt_from_the_first_that_a_changed_delivery_is_of(connection: sa.Connection) -> None:
    *_, before, last = all_periods(connection)
    pending.add_deliveries(connection, [Delivery("PE-01", "PE-01-0001", last)])
    assert pending.codes(connection, pending.PERIOD) == {last}
    pending.add_deliveries(connection, [Delivery("PE-01", "PE-01-0001", last), Delivery("PE-01", "gone", before)])
    assert pending.codes(connection, pending.PERIOD) == {before, last}
    assert pending.codes(connection, pending.CHANGED_SUBMISSION) == {"PE-01-0001", "gone"}
    assert pending.codes(connection, pending.CHANGED_PROJECT) == {"PE-01"}
    assert not pending.is_every_project(connection)


def test_a_delivery_of_an_unread_period_rebuilds_no_figure_of_any(connection: sa.Connection) -> None:
    pending.add_deliveries(connection, [Delivery("PE-01", "PE-01-0001", "")])
    assert pending.codes(connection, pending.PERIOD) == set()
    assert pending.conditions_by_kind(connection)[pending.PERIOD] == " in (null)"


def test_where_most_projects_changed_nobody_is_looked_for(connection: sa.Connection) -> None:
    projects = connection.scalars(sa.text("select distinct project_code from ops.submission")).all()
    most = projects[: len(projects) // 2 + 1]
    pending.add_deliveries(connection, deliveries_of(connection, most))
    assert pending.is_every_project(connection)
    assert pending.codes(connection, pending.ENTERPRISE) == set()
    conditions = pending.conditions_by_kind(connection)
    assert {kind for kind, condition in conditions.items() if condition} == {
        pending.CHANGED_SUBMISSION,
        pending.PERIOD,
    }
    share, of_all = pending.share_of_reports(connection)
    assert 0 < share <= of_all
