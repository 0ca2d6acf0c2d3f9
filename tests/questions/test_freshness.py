"""How old the sources may be, by dbt's own command."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from include.platform import database
from include.platform.settings import Settings
from include.stage5_transformation import dbt


def test_a_night_that_did_not_come_is_noticed(programme: Settings) -> None:
    assert dbt.run(programme, "source", "freshness").counts == {"source": 2}
    engine = database.engine(programme)
    move = sa.text("update ops.night set started_at = started_at - make_interval(days => :days)")
    with engine.begin() as connection:
        connection.execute(move, {"days": 4})
    try:
        with pytest.raises(dbt.TransformationFailed, match="source night"):
            dbt.run(programme, "source", "freshness")
    finally:
        with engine.begin() as connection:
            connection.execute(move, {"days": -4})
        engine.dispose()
