-- Signed figures that are no longer today's, with what changed them since they were signed.
{{ config(materialized='view') }}

{% set causes = [
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

parts as (

    -- What was signed, what is published today, and what each night that published after the last approval changed.
    select
        latest.release,
        figures.period,
        figures.scope_type,
        figures.scope_code,
        figures.kpi,
        'released' as part,
        figures.claimed,
        figures.valid,
        figures.unique_value,
        figures.evidenced
    from latest
    inner join {{ source('releases', 'release_figure') }} as figures on latest.release = figures.release

    union all

    select
        latest.release,
        headline.period,
        headline.scope_type,
        headline.scope_code,
        headline.kpi,
        'todays' as part,
        headline.claimed,
        headline.valid,
        headline.unique_value,
        headline.evidenced
    from latest
    inner join {{ ref('kpi_headline') }} as headline on latest.period = headline.period

    union all

    select
        latest.release,
        changed.period,
        changed.scope_type,
        changed.scope_code,
        changed.kpi,
        changed.cause as part,
        changed.difference_claimed as claimed,
        changed.difference_valid as valid,
        changed.difference_unique as unique_value,
        changed.difference_evidenced as evidenced
    from latest
    inner join {{ source('record', 'figure_change') }} as changed
        on latest.period = changed.period and latest.approved_at < changed.published_at

),

compared as (

    select
        parts.period,
        parts.release,
        parts.scope_type,
        parts.scope_code,
        parts.kpi,
        {% for part in ['released', 'todays'] + causes %}
            coalesce(sum(measures.amount) filter (where parts.part = '{{ part }}'), 0) as {{ part }},
        {% endfor %}
        measures.measure
    from parts
    cross join
        lateral (
            values
            ('claimed', parts.claimed),
            ('valid', parts.valid),
            ('unique', parts.unique_value),
            ('evidenced', parts.evidenced)
        ) as measures (measure, amount)
    group by parts.period, parts.release, parts.scope_type, parts.scope_code, parts.kpi, measures.measure
    having bool_or(parts.part = 'released')

)

select
    release || '/' || {{ scope_key('scope_type', 'scope_code') }} || '/' || kpi || '/' || measure as restatement_key,
    period,
    {{ period_end('period') }} as period_end,
    release,
    {{ scope_key('scope_type', 'scope_code') }} as scope_key,
    scope_type,
    scope_code,
    kpi,
    measure,
    cast(released as numeric(24, 6)) as released,
    cast(todays as numeric(24, 6)) as current,  -- noqa: RF04
    cast(todays - released as numeric(24, 6)) as difference,
    {% for cause in causes %}
        cast({{ cause }} as numeric(24, 6)) as {{ cause }},
    {% endfor %}
    cast(todays - released - ({{ causes | join(' + ') }}) as numeric(24, 6)) as not_recorded
from compared
where todays <> released
