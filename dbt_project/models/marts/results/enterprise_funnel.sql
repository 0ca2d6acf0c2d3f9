-- How many enterprises get from each stage to the next, an enterprise once in each scope.

with

in_scopes as (

    select
        parts.*,
        scopes.scope_type,
        scopes.scope_code
    from {{ ref('int_stage_parts') }} as parts
    cross join lateral ({{ scopes_of('parts') }}) as scopes (scope_type, scope_code)
    where scopes.scope_code is not null

),

enterprises as (

    select
        as_of_period as period,
        scope_type,
        scope_code,
        is_trained,
        has_practice,
        has_standard,
        has_more_business,
        enterprise_count
    from in_scopes
    where shared_enterprise_key is null

    union all

    select
        as_of_period as period,
        scope_type,
        scope_code,
        bool_or(is_trained) as is_trained,
        bool_or(has_practice) as has_practice,
        bool_or(has_standard) as has_standard,
        bool_or(has_more_business) as has_more_business,
        1 as enterprise_count
    from in_scopes
    where shared_enterprise_key is not null
    group by as_of_period, scope_type, scope_code, shared_enterprise_key

),

counts as (

    select
        period,
        scope_type,
        scope_code,
        sum(enterprise_count) filter (where is_trained) as trained,
        sum(enterprise_count) filter (where is_trained and has_practice) as with_practice,
        sum(enterprise_count) filter (where is_trained and has_practice and has_standard) as with_standard,
        sum(enterprise_count) filter (
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
        cast(coalesce(stages.enterprise_count, 0) as bigint) as enterprise_count,
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
