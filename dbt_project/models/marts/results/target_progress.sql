-- The way to the targets by semester: what a scope's projects are to reach beside what the warehouse counts.
{{ config(materialized='view', tags=['follows_load_date']) }}

with

last_targets as (

    -- A target counts from the project's beginning, so that the one due last holds those due before.
    select distinct on (project_code, kpi)
        project_code,
        kpi,
        target,
        due_period
    from {{ ref('indicator_target') }}
    where is_in_force
    order by project_code, kpi, due_period desc

),

targets as (

    select
        scopes.scope_type,
        scopes.scope_code,
        last_targets.kpi,
        cast(sum(last_targets.target) as numeric(24, 6)) as target,
        max(last_targets.due_period) as due_period,
        count(*) as project_count,
        array_agg(last_targets.project_code) as project_codes
    from last_targets
    inner join {{ ref('dim_project') }} as projects on last_targets.project_code = projects.project_code
    cross join
        lateral (
            {{ scopes_of('projects', kinds=['programme', 'country', 'pillar', 'project']) }}
        ) as scopes (scope_type, scope_code)
    group by scopes.scope_type, scopes.scope_code, last_targets.kpi

),

compared as (

    select
        headline.period,
        headline.scope_type,
        headline.scope_code,
        headline.kpi,
        headline.unit,
        targets.target,
        targets.due_period,
        targets.project_count,
        headline.unique_value as actual,
        headline.evidenced,
        (
            select sum(own.unique_value)
            from {{ ref('kpi_headline') }} as own
            where
                own.scope_type = 'project'
                and own.scope_code = any(targets.project_codes)
                and own.period = headline.period
                and own.kpi = headline.kpi
        ) as actual_of_projects,
        -- No window: whoever asks for one period would have all of them compared.
        (
            select earlier.unique_value
            from {{ ref('kpi_headline') }} as earlier
            where
                earlier.scope_type = headline.scope_type
                and earlier.scope_code = headline.scope_code
                and earlier.kpi = headline.kpi
                and earlier.period < headline.period
            order by earlier.period desc
            limit 1
        ) as actual_before
    from {{ ref('kpi_headline') }} as headline
    inner join targets
        on
            headline.scope_type = targets.scope_type
            and headline.scope_code = targets.scope_code
            and headline.kpi = targets.kpi

)

select
    period,
    {{ period_end('period') }} as period_end,
    {{ scope_key('scope_type', 'scope_code') }} as scope_key,
    scope_type,
    scope_code,
    kpi,
    unit,
    target,
    due_period,
    project_count,
    cast(actual as numeric(24, 6)) as actual,
    cast(evidenced as numeric(24, 6)) as evidenced,
    cast(actual_of_projects as numeric(24, 6)) as actual_of_projects,
    cast(actual - coalesce(actual_before, 0) as numeric(24, 6)) as added,
    cast(100.0 * actual / nullif(target, 0) as numeric(24, 1)) as progress_percent,
    case
        when actual is null then 'no_figure'
        when actual >= target then 'reached'
        when period >= due_period then 'missed'
        else 'under_way'
    end as verdict
from compared
