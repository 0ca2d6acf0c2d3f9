-- What each project adds to the steps of the waterfall that look at single reports, by scope, indicator and period.
{{ config(meta={'rebuilt_by': 'affected project'}) }}

with

rejected as (

    -- Enterprises with a row in a project's latest version that does not count.
    select distinct
        identities.as_of_period,
        enterprises.project_code,
        enterprises.submission_id,
        identities.enterprise_key
    from {{ ref('int_enterprise_rows') }} as enterprises
    inner join {{ ref('int_enterprise_identities') }} as identities
        on
            enterprises.project_code = identities.project_code
            and enterprises.enterprise_ref = identities.enterprise_ref
    where not enterprises.is_valid

),

cells as (

    -- Added up by everything a scope asks for before it is spread over the scopes.
    select
        reports.as_of_period as period,
        reports.kpi,
        reports.project_code,
        reports.country,
        reports.pillar,
        reports.value_chain,
        reports.counts_in_programme,
        reports.counts_in_country,
        reports.counts_in_pillar,
        reports.counts_in_value_chain,
        reports.grade,
        case
            when versions.period_index < versions.as_of_index then 'late_project'
            when reports.period_index = versions.period_index then null
            when rejected.enterprise_key is not null then 'row_with_error'
            else 'no_longer_listed'
        end as carried_forward,
        sum(reports.kpi_value) as kpi_value
    from {{ ref('int_surviving_values') }} as reports
    inner join {{ ref('int_versions_in_use') }} as versions
        on
            reports.as_of_period = versions.as_of_period
            and reports.project_code = versions.project_code
    left join rejected
        on
            versions.as_of_period = rejected.as_of_period
            and versions.project_code = rejected.project_code
            and versions.submission_id = rejected.submission_id
            and reports.enterprise_key = rejected.enterprise_key
    group by
        reports.as_of_period, reports.kpi, reports.project_code, reports.country, reports.pillar, reports.value_chain,
        reports.counts_in_programme, reports.counts_in_country, reports.counts_in_pillar,
        reports.counts_in_value_chain, reports.grade, carried_forward

),

placed as (

    select
        cells.period,
        cells.project_code,
        scopes.scope_type,
        scopes.scope_code,
        cells.kpi,
        cells.kpi_value,
        cells.grade,
        cells.carried_forward
    from cells
    cross join lateral ({{ scopes_of('cells', counts=true) }}) as scopes (scope_type, scope_code, counts)
    where scopes.counts and scopes.scope_code is not null

),

without_evidence as (

    select
        period,
        project_code,
        scope_type,
        scope_code,
        kpi,
        8 as step_number,
        'without_evidence' as step,
        'grade_' || grade as reason,
        -sum(kpi_value) as amount
    from placed
    where not {{ is_evidenced('grade') }}
    group by period, project_code, scope_type, scope_code, kpi, grade

),

carried_forward as (

    select
        period,
        project_code,
        scope_type,
        scope_code,
        kpi,
        10 as step_number,
        'carried_forward' as step,
        carried_forward as reason,
        sum(kpi_value) as amount
    from placed
    where carried_forward is not null
    group by period, project_code, scope_type, scope_code, kpi, carried_forward

),

without_rates as (

    -- Enterprises whose change has a sign and no amount in euros.
    select
        reports.as_of_period as period,
        reports.project_code,
        scopes.scope_type,
        scopes.scope_code,
        reports.kpi,
        11 as step_number,
        'no_figure_in_euros' as step,
        'exchange_rate' as reason,
        cast(count(*) as numeric) as amount
    from {{ ref('int_surviving_values') }} as reports
    inner join {{ ref('int_report_sales') }} as sales
        on
            reports.as_of_period = sales.as_of_period
            and reports.project_code = sales.project_code
            and reports.enterprise_key = sales.enterprise_key
            and sales.nominal_change_eur is null
    cross join lateral ({{ scopes_of('reports', counts=true) }}) as scopes (scope_type, scope_code, counts)
    where
        reports.kpi = 'msmes_volume_assessable'
        and scopes.counts
        and scopes.scope_code is not null
    group by reports.as_of_period, reports.project_code, scopes.scope_type, scopes.scope_code, reports.kpi

)

select * from without_evidence
union all
select * from carried_forward
union all
select * from without_rates
