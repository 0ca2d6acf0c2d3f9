"""A period that two people have closed, without Airflow; and whether what is to be restated is explained."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import sqlalchemy as sa

from include.closing import nights, proposal, release
from include.platform import database
from include.platform.settings import Settings

_MEASURES = """cross join lateral (
    values ('claimed', r.claimed), ('valid', r.valid), ('unique', r.unique_value), ('evidenced', r.evidenced)
) as m (measure, figure)"""


def sign_last_period(settings: Settings) -> str | None:
    """The release of the last period that has figures, which ana and luis close at this moment; None: none has any."""
    people = replace(settings, closers=("ana",), signers=("luis",))
    moment = datetime.now(UTC)  # causes of nights that publish afterwards are those of a restatement
    with database.opened(settings, "transformer") as engine:
        with engine.begin() as connection:
            night = nights.last(connection)
            assert night is not None
            period = connection.scalar(sa.text("select max(period) from marts.kpi_headline"))
            if period is None:
                return None
            run_id = f"{period} of {night.night_id}"
            proposal.open_(connection, run_id, night, period, None)
        answers = (release.Answer(name, True, moment) for name in ("ana", "luis"))
        return release.publish(people, engine, run_id, *answers)


def wrong_restatements(settings: Settings) -> list[str]:
    """Signed figures that are others today and not told, or told otherwise, or not explained by causes that add up."""
    query = """
        with signed as (
            select r.release, r.period, r.scope_type, r.scope_code, r.kpi, m.measure, coalesce(m.figure, 0) as figure
            from marts.release_figure as r
            {measures}
        ),

        todays as (
            select r.period, r.scope_type, r.scope_code, r.kpi, m.measure, coalesce(m.figure, 0) as figure
            from marts.kpi_headline as r
            {measures}
        ),

        expected as (
            select signed.*, coalesce(todays.figure, 0) - signed.figure as difference
            from signed left join todays using (period, scope_type, scope_code, kpi, measure)
            where coalesce(todays.figure, 0) <> signed.figure
        )

        select concat_ws(' ', cast(key as text), e.difference, t.difference, t.not_recorded)
        from expected as e
        full join marts.restatement as t using (release, period, scope_type, scope_code, kpi, measure)
        cross join lateral (select release, scope_type, scope_code, kpi, measure) as key
        where
            e.difference is distinct from t.difference or t.not_recorded <> 0
            or t.difference <> t.new_report + t.correction + t.waiver + t.rule + t.rate + t.identity + t.registry
            + t.elsewhere + t.software
    """
    query = query.replace("{measures}", _MEASURES)
    with database.connected(settings, "transformer") as connection:
        found = connection.scalars(sa.text(query)).all()
    return [f"restatement: {line}" for line in found[:5]]
