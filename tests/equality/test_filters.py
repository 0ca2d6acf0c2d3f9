"""What a night rebuilds is filtered at every reference, and each filter that is taken away is noticed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from include.platform import database
from include.platform.settings import Settings
from tests.equality.filters import Trial
from tests.equality.tables import contents, unequal

#: Model -> what it reads the whole of, and says so with ``rebuilt_by=none``; of others it says so, too, and reads what
#: is as of the periods that are rebuilt.
READ_WHOLE = {"kpi_waterfall": {"stg_projects"}, "int_cohort_parts": {"dim_enterprise"}}


@pytest.fixture(scope="module")
def trial(programme: Settings) -> Trial:
    """A night in which one of the projects changed that share enterprises."""
    return Trial(programme, ["PE-01"])


def test_every_reference_is_filtered_and_reads_more_without(trial: Trial) -> None:
    filters = trial.filters()
    assert len(filters) > 120
    for model in trial.models.values():
        whole = trial.reads_whole(model, model.sql)
        assert whole == READ_WHOLE.get(model.name, set()), model.name
        for filter_ in model.filters():
            if filter_.unfiltered:
                assert trial.reads_whole(model, model.without([filter_])) == whole | {filter_.reference}, str(filter_)


def test_rows_of_changed_deliveries_are_found_by_their_project(programme: Settings, trial: Trial) -> None:
    """By which tables that keep their rows have an index; by the delivery alone each would be gone through."""
    query = """
    select c.relname::text from pg_class as c inner join pg_attribute as a on a.attrelid = c.oid
    where c.relkind = 'r' and c.relnamespace = 'intermediate'::regnamespace and a.attname = 'project_code'
    """
    with database.connected(programme, "transformer") as connection:
        of_projects = set(connection.scalars(sa.text(query)))
    models = [model for model in trial.models.values() if model.unit == "changed submission"]
    filters = [one for model in models for one in model.filters() if one.reference in of_projects]
    assert len(filters) > 10
    for one in filters:
        condition = one.model.sql[one.begin : one.end]
        assert "submission_id:*/" in condition, str(one)
        assert "project_code:*/" in condition, str(one)


def test_a_model_without_its_filters_adds_other_rows(programme: Settings, trial: Trial) -> None:
    """What rests on waivers does in PE-01 alone, so that a night in which another project changed has to notice."""
    models = [model for model in trial.models.values() if not model.is_view and model.filters()]
    assert len(models) > 40
    unnoticed = {filters[0].model.name for filters in map(list, trial.unnoticed([m.filters() for m in models]))}
    assert unnoticed <= {"result_on_waivers"}
    other = Trial(programme, ["BR-01"])
    assert other.unnoticed([other.models[name].filters() for name in unnoticed]) == []


def test_filters_that_nothing_stands_in_for_are_noticed_one_by_one(trial: Trial) -> None:
    """Of models with one such reference: no other could keep the same rows out."""
    only = [model.filters() for model in trial.models.values() if not model.is_view and len(model.filters()) == 1]
    assert len(only) > 5
    assert trial.unnoticed(only) == []


def test_a_model_by_period_adds_no_rows_as_of_other_periods(programme: Settings) -> None:
    """All projects changed, in the last period alone: what filters keep out are rows as of others."""
    with database.connected(programme, "transformer") as connection:
        *_, last = connection.scalars(sa.text("select period from intermediate.int_periods order by period"))
        projects = connection.scalars(sa.text("select distinct project_code from ops.submission")).all()
    trial = Trial(programme, list(projects), since=last)
    models = [model for model in trial.models.values() if model.is_by_period and not model.is_view and model.filters()]
    assert len(models) > 25
    assert trial.unnoticed([model.filters() for model in models]) == []


def test_other_rows_make_the_table_unequal(programme: Settings, trial: Trial) -> None:
    """What stands behind trying a query for a build: one model built without its filter, compared as every night is."""
    model = trial.models["int_report_refs"]
    engine = database.engine(programme, "transformer")
    try:
        with engine.connect() as connection:
            before = contents(connection)
            for filters, faults in (((), 0), (model.filters(), 1)):
                with connection.begin_nested() as savepoint:
                    connection.exec_driver_sql(f"delete from {model.relation} where project_code = 'PE-01'")
                    connection.exec_driver_sql(f"insert into {model.relation} {model.without(filters)}")
                    found = unequal(contents(connection), before)
                    savepoint.rollback()
                assert len(found) == faults, found
    finally:
        engine.dispose()
