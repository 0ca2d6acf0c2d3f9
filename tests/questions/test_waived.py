"""A night after the office has waived every rule: what comes of it, and what the waterfall said before."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from include.dashboards import bi_page
from include.nightly.in_process import run_night
from include.platform import database, postgres
from include.platform.settings import Settings
from tests import shared
from tests.questions import spared

#: What rows state and no figure counts, with the figure as it stands.
_STATED = sa.text("""
    select h.period, h.scope_type, h.scope_code, h.kpi, h.valid, coalesce(-sum(w.amount), 0) as stated
    from marts.kpi_headline as h
    left join marts.kpi_waterfall as w
        on w.period = h.period and w.scope_key = h.scope_key and w.kpi = h.kpi and w.step = 'stated_not_counted'
    where h.unit = 'enterprises' and h.scope_type in ('country', 'project')
    group by h.period, h.scope_type, h.scope_code, h.kpi, h.valid
""")
#: The table of docs/bi.md: country, indicator, stated, brought.
_LINE = re.compile(r"^\| ([A-Z]{2}) \| (msmes_\w+) \| (\d+) \| (\d+) \|$", re.MULTILINE)


#: What figures come to, and how much of them rests on waivers, where the project that is spared every rule is not.
_RESTING = sa.text("""
    select period, scope_key, kpi, coalesce(unique_value, 0) as unique_value, on_waivers
    from marts.figure_on_waivers
    where scope_type in ('country', 'project') and scope_code not in ('CL', :project)
""")


def _figures(settings: Settings) -> dict[tuple[str, ...], tuple[int, int]]:
    """Period, scope and indicator -> valid figure, and what is stated besides."""
    with database.connected(settings, "bi_reader") as connection:
        return {tuple(row[:4]): (int(row.valid or 0), int(row.stated)) for row in connection.execute(_STATED)}


@pytest.fixture(scope="module")
def before(programme: Settings) -> dict[tuple[str, ...], tuple[int, int]]:
    return _figures(programme)


@pytest.fixture(scope="module")
def waived(
    programme: Settings, made_programme: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    folder = tmp_path_factory.mktemp("waived")
    copy = shared.copied(made_programme, folder)
    inbox, registry = folder / "inbox", folder / "registry"
    shutil.copytree(copy.inbox, inbox)
    shutil.copytree(copy.registry, registry)
    settings = replace(copy, inbox=str(inbox), registry=registry)
    with database.connected(programme, "bi_reader") as connection:
        rules = connection.scalars(
            sa.text("select distinct reason from marts.kpi_waterfall where step = 'stated_not_counted'")
        ).all()
    try:
        spared.write(inbox, registry, rules)
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


def test_what_is_stated_is_not_what_waiving_brings(
    waived: Settings, before: dict[tuple[str, ...], tuple[int, int]]
) -> None:
    """Here, where no enterprise counts by an earlier report meanwhile, it is never more, and often less."""
    after = _figures(waived)
    brought = {place: (stated, after[place][0] - valid) for place, (valid, stated) in before.items() if stated}
    assert len(brought) > 15
    assert all(0 <= rise <= stated for stated, rise in brought.values()), brought
    assert {rise == stated for stated, rise in brought.values()} == {True, False}
    told = {
        ("2025-S2", "country", country, kpi): (int(stated), int(rise))
        for country, kpi, stated, rise in _LINE.findall(bi_page.PAGE.read_text(encoding="utf-8"))
    }
    assert told == {place: both for place, both in brought.items() if place[:2] == ("2025-S2", "country")}


def test_what_rests_on_waivers_came_with_them(programme: Settings, waived: Settings) -> None:
    """The night before had some waivers, this one has more: figures rose by what rests on waivers now and did not then."""
    nights = []
    for settings in (programme, waived):
        with database.connected(settings, "bi_reader") as connection:
            rows = connection.execute(_RESTING, {"project": spared.PROJECT})
            nights.append({(row.period, row.scope_key, row.kpi): row for row in rows})
    before, after = nights
    assert before.keys() <= after.keys()
    rose = {place: after[place].unique_value - row.unique_value for place, row in before.items()}
    assert sum(rise != 0 for rise in rose.values()) > 20
    told = {place: after[place].on_waivers - row.on_waivers for place, row in before.items()}
    unequal = {place for place in before if abs(rose[place] - told[place]) > Decimal("0.00001")}
    assert not unequal
