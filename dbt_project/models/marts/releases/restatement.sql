-- Signed figures that are no longer today's, with what changed them since they were signed.
{{ config(materialized='view') }}
with

latest as (

    select distinct on (period)
        period,
        release,
        approved_at
    from {{ source('releases', 'release') }}
    order by period asc, cast(split_part(release, '/', 2) as integer) desc

),

released as (

    select
        latest.period,
        latest.release,
        figures.scope_type,
        figures.scope_code,
        figures.kpi,
        measures.measure,
        coalesce(measures.figure, 0) as figure
    from latest
    inner join {{ source('releases', 'release_figure') }} as figures on latest.release = figures.release
    cross join lateral (
        values
        ('claimed', figures.claimed),
        ('valid', figures.valid),
        ('unique', figures.unique_value),
        ('evidenced', figures.evidenced)
    ) as measures (measure, figure)

),

todays as (

    select
        headline.period,
        headline.scope_type,
        headline.scope_code,
        headline.kpi,
        measures.measure,
        coalesce(measures.figure, 0) as figure
    from {{ ref('kpi_headline') }} as headline
    cross join lateral (
        values
        ('claimed', headline.claimed),
        ('valid', headline.valid),
        ('unique', headline.unique_value),
        ('evidenced', headline.evidenced)
    ) as measures (measure, figure)

),

changes as (

    -- By cause, of all nights that published after the last approval.
    select
        changed.period,
        changed.scope_type,
        changed.scope_code,
        changed.kpi,
        measures.measure,
        changed.cause,
        measures.amount
    from latest
    inner join {{ figure_change() }} as changed
        on
            latest.period = changed.period
            and changed.night_id in (select nights.id from access.nights_after(latest.approved_at) as nights (id))
    cross join lateral (
        values
        ('claimed', changed.difference_claimed),
        ('valid', changed.difference_valid),
        ('unique', changed.difference_unique),
        ('evidenced', changed.difference_evidenced)
    ) as measures (measure, amount)

),

by_cause as (

    select
        period,
        scope_type,
        scope_code,
        kpi,
        measure,
        coalesce(sum(amount) filter (where cause = 'new_report'), 0) as new_report,
        coalesce(sum(amount) filter (where cause = 'correction'), 0) as correction,
        coalesce(sum(amount) filter (where cause = 'waiver'), 0) as waiver,
        coalesce(sum(amount) filter (where cause = 'rule'), 0) as rule,
        coalesce(sum(amount) filter (where cause = 'rate'), 0) as rate,
        coalesce(sum(amount) filter (where cause = 'identity'), 0) as identity,  -- noqa: RF04
        coalesce(sum(amount) filter (where cause = 'registry'), 0) as registry,
        coalesce(sum(amount) filter (where cause = 'elsewhere'), 0) as elsewhere,
        coalesce(sum(amount) filter (where cause = 'software'), 0) as software
    from changes
    group by period, scope_type, scope_code, kpi, measure

),

compared as (

    select
        released.*,
        coalesce(todays.figure, 0) as todays
    from released
    left join todays
        on
            released.period = todays.period
            and released.scope_type = todays.scope_type
            and released.scope_code = todays.scope_code
            and released.kpi = todays.kpi
            and released.measure = todays.measure
    where coalesce(todays.figure, 0) <> released.figure

)

select
    compared.period,
    {{ period_end('compared.period') }} as period_end,
    compared.release,
    compared.scope_type,
    compared.scope_code,
    compared.kpi,
    compared.measure,
    cast(compared.figure as numeric(24, 6)) as released,
    cast(compared.todays as numeric(24, 6)) as current,  -- noqa: RF04
    cast(compared.todays - compared.figure as numeric(24, 6)) as difference,
    cast(coalesce(by_cause.new_report, 0) as numeric(24, 6)) as new_report,
    cast(coalesce(by_cause.correction, 0) as numeric(24, 6)) as correction,
    cast(coalesce(by_cause.waiver, 0) as numeric(24, 6)) as waiver,
    cast(coalesce(by_cause.rule, 0) as numeric(24, 6)) as rule,
    cast(coalesce(by_cause.rate, 0) as numeric(24, 6)) as rate,
    cast(coalesce(by_cause.identity, 0) as numeric(24, 6)) as identity,  -- noqa: RF04
    cast(coalesce(by_cause.registry, 0) as numeric(24, 6)) as registry,
    cast(coalesce(by_cause.elsewhere, 0) as numeric(24, 6)) as elsewhere,
    cast(coalesce(by_cause.software, 0) as numeric(24, 6)) as software,
    cast(
        compared.todays - compared.figure - coalesce(
            by_cause.new_report + by_cause.correction + by_cause.waiver + by_cause.rule
            + by_cause.rate + by_cause.identity + by_cause.registry + by_cause.elsewhere + by_cause.software,
            0
        ) as numeric(24, 6)
    ) as not_recorded
from compared
left join by_cause
    on
        compared.period = by_cause.period
        and compared.scope_type = by_cause.scope_type
        and compared.scope_code = by_cause.scope_code
        and compared.kpi = by_cause.kpi
        and compared.measure = by_cause.measure
