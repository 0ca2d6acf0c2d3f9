"""What the monitoring officer asks, as her role: everything a figure rests on is hers to read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from include.nightly import validate
from include.nightly.in_process import run_again
from include.platform import database, postgres
from include.platform.settings import Settings
from tests import shared
from tests.keys import lost_keys


@pytest.fixture(scope="module")
def officer(programme: Settings) -> Iterator[sa.Connection]:
    engine = database.engine(programme, "me_officer")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_what_a_cover_declares_stands_beside_what_counts(officer: sa.Connection) -> None:
    """And who signed it: of the project's delivery that counts, found by what the figure's rows name."""
    found = officer.execute(
        sa.text("""
        select c.submitted_by, c.declared_green_jobs, h.claimed, h.unique_value
        from restricted.cover as c
        inner join marts.submission_status as s using (submission_id)
        inner join marts.kpi_headline as h
            on h.scope_type = 'project' and h.scope_code = s.project_code and h.period = s.period
            and h.kpi = 'green_jobs'
        where s.project_code = 'PE-09' and s.period = '2025-S2'
        """)
    ).one()
    assert found.submitted_by
    assert found.declared_green_jobs == found.claimed == found.unique_value


def test_the_rate_behind_euros_leads_to_its_source(officer: sa.Connection) -> None:
    """The mean of the reference figures is the rate that the row was converted by."""
    rows = officer.execute(
        sa.text("""
        select f.current_units_per_eur, avg(r.units_per_eur) as mean, count(r.source) as sources, count(*) as months
        from marts.kpi_evidence as e
        inner join marts.fct_business_volume as f using (submission_id, row_number)
        cross join lateral generate_series(
            date_trunc('month', f.current_start), date_trunc('month', f.current_end), interval '1 month'
        ) as m (month)
        left join reference.fx_monthly as r on r.currency = f.currency and r.month = to_char(m.month, 'YYYY-MM')
        where e.kpi = 'volume_change_real_eur' and e.scope_type = 'programme' and e.period = '2025-S2'
        group by f.submission_id, f.row_number, f.current_units_per_eur
        """)
    ).all()
    assert len(rows) > 10
    assert all(abs(row.current_units_per_eur - row.mean) < 1e-6 and row.sources == row.months for row in rows)


def test_every_waived_finding_says_who_waived_it(
    made_programme: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A waiver that the office writes today names itself on what is there already, and goes with its line."""
    settings = shared.copied(made_programme, tmp_path_factory.mktemp("waived"))
    try:
        with database.transaction(settings, "loader") as connection:
            rule, project = connection.execute(
                sa.text("""
                select f.rule, s.project_code from ops.finding as f inner join ops.submission as s using (submission_id)
                where s.is_current and f.rule = 'R02' and f.row_number is not null order by 2 limit 1
                """)
            ).one()
            connection.execute(
                sa.text("""
                insert into registry.waivers values
                (:rule, null, null, null, 'for everybody', 'nobody', '2031-12-31'),
                (:rule, :project, null, null, 'seen on site', 'M. Quispe', '2030-12-31')
                """),
                {"rule": rule, "project": project},
            )
        run_again(settings, validate.STEPS)
        question = sa.text("""
            select distinct s.project_code = :project, f.waived, f.waived_by, f.waiver_reason, f.waived_until::text
            from ops.finding as f inner join ops.submission as s using (submission_id)
            where f.rule = :rule order by 1
        """)
        with database.connected(settings, "me_officer") as connection:
            told = [tuple(row) for row in connection.execute(question, {"rule": rule, "project": project})]
        assert told == [
            (False, True, "nobody", "for everybody", "2031-12-31"),
            (True, True, "M. Quispe", "seen on site", "2030-12-31"),
        ]
        with database.transaction(settings, "loader") as connection:
            connection.execute(sa.text("delete from registry.waivers where rule = :rule"), {"rule": rule})
        run_again(settings, validate.STEPS)
        with database.connected(settings, "me_officer") as connection:
            told = [tuple(row) for row in connection.execute(question, {"rule": rule, "project": project})]
        assert told == [(False, False, None, None, None), (True, False, None, None, None)]
    finally:
        postgres.stop(settings)


def test_every_key_of_every_mart_leads_to_the_enterprise(officer: sa.Connection) -> None:
    assert lost_keys(officer) == []


@pytest.mark.parametrize("schema", ["marts", "restricted", "ops", "registry", "reference"])
def test_every_table_is_read(officer: sa.Connection, schema: str) -> None:
    names = officer.scalars(
        sa.text("select relname from pg_class where relnamespace = to_regnamespace(:schema) and relkind in ('r', 'v')"),
        {"schema": schema},
    ).all()
    assert len(names) > 2
    query = """
        select count(*) filter (where not has_table_privilege(:schema || '.' || name, 'select'))
        from unnest(cast(:names as text[])) as n (name)
    """
    assert officer.scalar(sa.text(query), {"schema": schema, "names": list(names)}) == 0
