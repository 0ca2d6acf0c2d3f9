-- How each figure narrows from what partners declare to what is evidenced, with what was lost at each step and to what.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'scope', 'as_of': 'period'},
    indexes=[{'columns': ['period', 'kpi', 'scope_type', 'scope_code']}]
) }}

with

places as (

    -- What was not counted has no valid report to place it by: it goes by its project, as declared totals do.
    select
        projects.project_code,
        scopes.scope_type,
        scopes.scope_code
    from {{ ref('stg_projects', rebuilt_by=none) }} as projects
    cross join
        lateral (
            {{ scopes_of('projects', kinds=['programme', 'country', 'pillar', 'project']) }}
        ) as scopes (scope_type, scope_code)

),

losses as (

    select
        lost.as_of_period as period,
        places.scope_type,
        places.scope_code,
        lost.kpi,
        lost.rule,
        sum(lost.amount) as amount
    from {{ ref('int_lost_values', rebuilt_by=none) }} as lost
    inner join places on lost.project_code = places.project_code
    group by lost.as_of_period, places.scope_type, places.scope_code, lost.kpi, lost.rule

),

reported as (

    -- All that rows say, counted or not. Value chains have no losses: a row that does not count has no chain.
    select
        headline.period,
        headline.scope_type,
        headline.scope_code,
        headline.kpi,
        headline.claimed,
        headline.valid,
        headline.unique_value,
        headline.evidenced,
        headline.valid + coalesce(sum(losses.amount), 0) as reported
    from {{ ref('kpi_headline') }} as headline
    left join losses
        on
            headline.period = losses.period
            and headline.scope_type = losses.scope_type
            and headline.scope_code = losses.scope_code
            and headline.kpi = losses.kpi
    where headline.valid is not null
    group by
        headline.period, headline.scope_type, headline.scope_code, headline.kpi, headline.claimed, headline.valid,
        headline.unique_value, headline.evidenced

),

levels_and_changes as (

    select
        reported.period,
        reported.scope_type,
        reported.scope_code,
        reported.kpi,
        steps.step_number,
        steps.step,
        steps.is_level,
        steps.reason,
        steps.amount
    from reported
    cross join
        lateral (
            values
            (1, 'claimed', true, 'declared_totals', reported.claimed),
            (2, 'not_in_rows', false, 'declared_totals', reported.reported - reported.claimed),
            (3, 'reported', true, 'rows', case when reported.scope_type != 'value_chain' then reported.reported end),
            (5, 'valid', true, 'rows', reported.valid),
            (6, 'counted_once', false, 'other_project', reported.unique_value - reported.valid),
            (7, 'unique', true, 'rows', reported.unique_value),
            (9, 'evidenced', true, 'rows', reported.evidenced)
        ) as steps (step_number, step, is_level, reason, amount)

),

every_step as (

    select * from levels_and_changes

    union all

    select
        losses.period,
        losses.scope_type,
        losses.scope_code,
        losses.kpi,
        4 as step_number,
        'stated_not_counted' as step,
        false as is_level,
        losses.rule as reason,
        -losses.amount as amount
    from losses
    inner join reported
        on
            losses.period = reported.period
            and losses.scope_type = reported.scope_type
            and losses.scope_code = reported.scope_code
            and losses.kpi = reported.kpi

    union all

    select
        period,
        scope_type,
        scope_code,
        kpi,
        step_number,
        step,
        false as is_level,
        reason,
        sum(amount) as amount
    from {{ ref('int_waterfall_parts') }}
    group by period, scope_type, scope_code, kpi, step_number, step, reason

)

select
    concat_ws(
        '/', period, {{ scope_key('scope_type', 'scope_code') }}, kpi, step_number, reason
    ) as waterfall_key,
    period,
    {{ period_end('period') }} as period_end,
    {{ scope_key('scope_type', 'scope_code') }} as scope_key,
    scope_type,
    scope_code,
    kpi,
    step_number,
    step,
    reason,
    is_level,
    step_number > 9 as is_of_which,
    amount
from every_step
-- a step without an amount is no step; a level of 0 is
where amount is not null and (is_level or round(amount, 6) != 0)
