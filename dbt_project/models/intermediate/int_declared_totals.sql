-- Totals the covers declare, by scope as of each period; scopes where no cover declares an indicator have no row.
{{ config(materialized='table', indexes=[]) }}

with

declared as (

    select
        periods.period as as_of_period,
        versions.project_code,
        projects.country,
        projects.pillar,
        kpis.kpi,
        kpis.declared
    from {{ ref('int_current_versions') }} as versions
    inner join {{ ref('int_periods') }} as periods
        on
            versions.period_index <= periods.period_index
            and (versions.next_period_index is null or versions.next_period_index > periods.period_index)
    inner join {{ ref('stg_covers') }} as covers on versions.submission_id = covers.submission_id
    left join {{ ref('stg_projects') }} as projects on versions.project_code = projects.project_code
    cross join
        lateral (
            values
            ('msmes_trained', covers.declared_msmes_trained),
            ('msmes_practices', covers.declared_msmes_practices),
            ('green_jobs', covers.declared_green_jobs),
            ('msmes_standards', covers.declared_msmes_standards),
            ('msmes_volume_increased', covers.declared_msmes_volume_increased)
        ) as kpis (kpi, declared)
    where kpis.declared is not null

)

select
    declared.as_of_period,
    scopes.scope_type,
    scopes.scope_code,
    declared.kpi,
    sum(declared.declared) as claimed
from declared
cross join
    lateral (
        {{ scopes_of('declared', kinds=['programme', 'country', 'pillar', 'project']) }}
    ) as scopes (scope_type, scope_code)
where scopes.scope_code is not null
group by declared.as_of_period, scopes.scope_type, scopes.scope_code, declared.kpi
