"""A night after the office has waived every rule: what comes of it, and what the waterfall said before."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from include.nightly.in_process import run_night
from include.platform import database, postgres
from include.platform.settings import Settings
from tests import shared
from tests.questions import spared


@pytest.fixture(scope="module")
def waived(made_programme: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    folder = tmp_path_factory.mktemp("waived")
    copy = shared.copied(made_programme, folder)
    inbox, registry = folder / "inbox", folder / "registry"
    shutil.copytree(copy.inbox, inbox)
    shutil.copytree(copy.registry, registry)
    settings = replace(copy, inbox=str(inbox), registry=registry)
    try:
        spared.write(inbox, registry)
        run_night(settings, "waived")
        yield settings
    finally:
        postgres.stop(settings)


def test_no_cell_stops_the_night(waived: Settings) -> None:
    """Nor a question: what each column of the marts holds is read as BI tools read it."""
    with database.connected(waived, "bi_reader") as connection:
        told = connection.execute(
            sa.text("""
            select s.status, count(*) filter (where not f.waived and f.severity in ('critical', 'error'))
            from marts.fct_submission as s inner join marts.fct_finding as f using (submission_id)
            where s.project_code = :project group by s.status
            """),
            {"project": spared.PROJECT},
        ).all()
        names = connection.scalars(
            sa.text("""
            select table_name from information_schema.tables where table_schema = 'marts' order by 1
            """)
        ).all()
        for name in names:
            connection.execute(sa.text(f"select md5(string_agg(t::text, '')) from marts.{name} as t"))
        rows = connection.execute(
            sa.text("""
            select 'standards', count(*) from marts.standard_in_force where project_code = :project and standard is null
            union all
            select 'practices', count(*) from marts.resource_saving where project_code = :project and practice is null
            union all
            select 'training', count(*) from marts.fct_training
            where project_code = :project and is_valid and topic is null
            union all
            select 'jobs', count(*) from marts.kpi_green_jobs where project_code = :project and sex is null
            order by 1
            """),
            {"project": spared.PROJECT},
        ).all()
    assert [tuple(row) for row in told] == [("accepted", 0)]
    assert len(names) > 60
    assert [sheet for sheet, count in rows if count] == ["jobs", "practices", "standards", "training"], rows
