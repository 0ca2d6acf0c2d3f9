-- How many enterprises get from each stage to the next, an enterprise once in each scope. Kept, because
-- no index finds what every counted row has to be read for.

{% set scopes = {
    'programme': "'all'::text",
    'country': 'reported.country',
    'pillar': 'reported.pillar',
    'value_chain': 'reported.value_chain',
    'project': 'reported.project_code'
} %}

with

reported as (

    -- By project first: the scopes have a fourth of the rows to look at then.
    select
        rows_counted.period,
        rows_counted.project_code,
        rows_counted.country,
        rows_counted.pillar,
        rows_counted.value_chain,
        rows_counted.enterprise_key,
        bool_or(rows_counted.kpi = 'msmes_trained') as is_trained,
        bool_or(rows_counted.kpi = 'msmes_practices') as has_practice,
        bool_or(rows_counted.kpi = 'msmes_standards') as has_standard,
        bool_or(rows_counted.kpi = 'msmes_volume_increased') as has_more_business
    from {{ ref('counted_row') }} as rows_counted
    where rows_counted.kpi in ('msmes_trained', 'msmes_practices', 'msmes_standards', 'msmes_volume_increased')
    group by
        rows_counted.period, rows_counted.project_code, rows_counted.country, rows_counted.pillar,
        rows_counted.value_chain, rows_counted.enterprise_key

),

enterprises as (

    {% for scope_type, scope_code in scopes.items() %}
        select
            reported.period,
            '{{ scope_type }}' as scope_type,
            {{ scope_code }} as scope_code,
            reported.enterprise_key,
            bool_or(reported.is_trained) as is_trained,
            bool_or(reported.has_practice) as has_practice,
            bool_or(reported.has_standard) as has_standard,
            bool_or(reported.has_more_business) as has_more_business
        from reported
        where {{ scope_code }} is not null
        group by reported.period, {{ scope_code }}, reported.enterprise_key
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

counts as (

    select
        period,
        scope_type,
        scope_code,
        count(*) filter (where is_trained) as trained,
        count(*) filter (where is_trained and has_practice) as with_practice,
        count(*) filter (where is_trained and has_practice and has_standard) as with_standard,
        count(*) filter (
            where is_trained and has_practice and has_standard and has_more_business
        ) as with_more_business
    from enterprises
    group by period, scope_type, scope_code

),

stages as (

    select
        headline.period,
        headline.scope_type,
        headline.scope_code,
        stages.stage_number,
        stages.stage,
        headline.kpi,
        coalesce(stages.enterprise_count, 0) as enterprise_count,
        coalesce(counts.trained, 0) as trained,
        coalesce(stages.count_before, 0) as count_before,
        headline.unique_value
    from {{ ref('kpi_headline') }} as headline
    left join counts
        on
            headline.period = counts.period
            and headline.scope_type = counts.scope_type
            and headline.scope_code = counts.scope_code
    cross join
        lateral (
            values
            (1, 'trained', 'msmes_trained', counts.trained, counts.trained),
            (2, 'with_practice', 'msmes_practices', counts.with_practice, counts.trained),
            (3, 'with_standard', 'msmes_standards', counts.with_standard, counts.with_practice),
            (4, 'with_more_business', 'msmes_volume_increased', counts.with_more_business, counts.with_standard)
        ) as stages (stage_number, stage, kpi, enterprise_count, count_before)
    where headline.kpi = stages.kpi

)

select
    period || '/' || {{ scope_key('scope_type', 'scope_code') }} || '/' || stage as funnel_key,
    period,
    {{ period_end('period') }} as period_end,
    {{ scope_key('scope_type', 'scope_code') }} as scope_key,
    scope_type,
    scope_code,
    stage_number,
    stage,
    enterprise_count,
    cast(100.0 * enterprise_count / nullif(count_before, 0) as numeric(6, 1)) as percent_of_stage_before,
    cast(100.0 * enterprise_count / nullif(trained, 0) as numeric(6, 1)) as percent_of_trained,
    kpi,
    cast(unique_value as bigint) as unique_value
from stages
