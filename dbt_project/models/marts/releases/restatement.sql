-- Signed figures that are no longer today's, with what changed them since they were signed.
{{ config(materialized='view') }}
{%- set causes = [
    'new_report', 'correction', 'waiver', 'rule', 'rate', 'identity', 'registry', 'elsewhere', 'software'
] %}
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
{%- if execute and load_relation(source('releases', 'figure_change')) is not none %}
    select
        changed.period,
        changed.scope_type,
        changed.scope_code,
        changed.kpi,
        measures.measure,
        changed.cause,
        sum(measures.difference) as difference
    from latest
    inner join {{ source('releases', 'figure_change') }} as changed
        on
            latest.period = changed.period
            and changed.night_id in (select nights.night_id from access.nights_after(latest.approved_at) as nights (night_id))
    cross join lateral (
        values
        ('claimed', changed.difference_claimed),
        ('valid', changed.difference_valid),
        ('unique', changed.difference_unique),
        ('evidenced', changed.difference_evidenced)
    ) as measures (measure, difference)
    group by
        changed.period,
        changed.scope_type,
        changed.scope_code,
        changed.kpi,
        measures.measure,
        changed.cause
{%- else %}
    select
        todays.*,
        cast(null as text) as cause,
        cast(null as numeric) as difference
    from todays
    where false
{%- endif %}

),

split as (

    select
        period,
        scope_type,
        scope_code,
        kpi,
        measure
        {%- for cause in causes %},
        coalesce(sum(difference) filter (where cause = '{{ cause }}'), 0) as {{ cause }}
        {%- endfor %}
    from changes
    group by period, scope_type, scope_code, kpi, measure

)

select
    released.period,
    released.release,
    released.scope_type,
    released.scope_code,
    released.kpi,
    released.measure,
    released.figure as released,
    coalesce(todays.figure, 0) as current,
    coalesce(todays.figure, 0) - released.figure as difference
    {%- for cause in causes %},
    coalesce(split.{{ cause }}, 0) as {{ cause }}
    {%- endfor %},
    coalesce(todays.figure, 0) - released.figure
    {%- for cause in causes %} - coalesce(split.{{ cause }}, 0){% endfor %} as not_recorded
from released
left join todays
    on
        released.period = todays.period
        and released.scope_type = todays.scope_type
        and released.scope_code = todays.scope_code
        and released.kpi = todays.kpi
        and released.measure = todays.measure
left join split
    on
        released.period = split.period
        and released.scope_type = split.scope_type
        and released.scope_code = split.scope_code
        and released.kpi = split.kpi
        and released.measure = split.measure
where coalesce(todays.figure, 0) <> released.figure
