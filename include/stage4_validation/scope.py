"""What this night judges: submissions that no night has judged by today's registry and rules."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import sqlalchemy as sa

from include.contract.model import DATA, SEEDS
from include.platform.settings import PROJECT_ROOT

#: Seeds that rules look things up in. Where an exchange rate or a price index changes, ``judged_with`` is taken from
#: the submissions that depend on it when it is loaded, because they are few.
_JUDGING_SEEDS = ("codelists", "countries", "isic_classes", "standards", "territories")


@lru_cache(maxsize=1)
def rules_fingerprint() -> str:
    """Changes whenever a rule, a code list or a reference figure does."""
    files = [
        *(DATA / f"{name}.csv" for name in ("sheets", "columns", "rules")),
        *(SEEDS / f"{name}.csv" for name in _JUDGING_SEEDS),
        *sorted((PROJECT_ROOT / "expectations").glob("*.py")),
        PROJECT_ROOT / "include" / "stage4_validation" / "work_tables.py",
    ]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


#: A waiver of a file rule decides whether rows are judged, so it is part of what a submission is judged by.
_SCOPE = sa.text("""
create unlogged table work.submission as
with facts as (
    select
        s.submission_id,
        s.project_code as drop_folder,
        s.period,
        s.received_on,
        p.project_code is not null as is_project_known,
        coalesce(c.ends_on < s.received_on, false) as is_period_ended,
        p.start_date as project_start_date,
        make_date(left(s.period, 4)::int, 6 * right(s.period, 1)::int - 5, 1) as period_starts_on,
        (make_date(left(s.period, 4)::int, 6 * right(s.period, 1)::int - 5, 1) + interval '6 months - 1 day')::date
            as period_ends_on,
        s.judged_with,
        md5(concat_ws('|', cast(:rules as text), p.project_code, p.start_date, c.ends_on, waived.rules))
            || coalesce('-' || s.read_with, '') as judge_by
    from ops.submission as s
    left join registry.projects as p on p.project_code = s.project_code
    left join registry.reporting_calendar as c on c.period = s.period
    cross join lateral (
        select string_agg(distinct w.rule, ',' order by w.rule) as rules
        from registry.waivers as w
        where
            w.rule like 'F%'
            and w.enterprise_ref is null
            and (w.project_code is null or w.project_code = s.project_code)
            and (w.period is null or w.period = s.period)
            and s.received_on <= w.expires_on
    ) as waived
    where s.status not in ('landed', 'duplicate')
)
select * from facts where judged_with is distinct from judge_by
""")


def open_scope(connection: sa.Connection) -> int:
    """Make ``work.submission``, one row a submission to judge, and return how many there are."""
    connection.execute(sa.text("drop table if exists work.submission cascade"))
    connection.execute(_SCOPE, {"rules": rules_fingerprint()})
    connection.execute(sa.text("alter table work.submission add primary key (submission_id)"))
    connection.execute(sa.text("analyze work.submission"))
    return connection.execute(sa.text("select count(*) from work.submission")).scalar_one()
