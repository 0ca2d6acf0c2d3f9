-- What was granted beside what came of it.
{{ config(materialized='view') }}

with

grants as (

    select
        periods.period,
        scopes.scope_type,
        scopes.scope_code,
        sum(projects.grant_eur) as grant_eur,
        count(*) as project_count
    from {{ ref('dim_project') }} as projects
    inner join {{ ref('dim_period') }} as periods on projects.start_date <= periods.period_end
    cross join
        lateral (
            {{ scopes_of('projects', kinds=['programme', 'country', 'pillar', 'project']) }}
        ) as scopes (scope_type, scope_code)
    group by periods.period, scopes.scope_type, scopes.scope_code

)

select
    headline.period,
    headline.period_end,
    headline.scope_key,
    headline.scope_type,
    headline.scope_code,
    headline.kpi,
    headline.unit,
    cast(grants.grant_eur as numeric(24, 6)) as grant_eur,
    grants.project_count,
    cast(headline.unique_value as numeric(24, 6)) as unique_value,
    cast(headline.evidenced as numeric(24, 6)) as evidenced,
    cast(grants.grant_eur / nullif(headline.unique_value, 0) as numeric(24, 2)) as eur_per_result,
    cast(grants.grant_eur / nullif(headline.evidenced, 0) as numeric(24, 2)) as eur_per_evidenced_result
from {{ ref('kpi_headline') }} as headline
inner join grants
    on
        headline.period = grants.period
        and headline.scope_type = grants.scope_type
        and headline.scope_code = grants.scope_code
-- Jobs lost are no result, nor is that sales can be assessed; euros per euro of sales would be read as a return.
where
    headline.unit != 'EUR'
    and headline.kpi not like 'green_jobs_lost%'
    and headline.kpi != 'msmes_volume_assessable'
