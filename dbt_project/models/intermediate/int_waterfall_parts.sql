-- What each project adds to the steps of the waterfall that look at single reports, by scope, indicator and period.
{{ config(meta={'rebuilt_by': 'affected project', 'as_of': 'period'}) }}

with

placed as (

    select
        cells.as_of_period as period,
        cells.project_code,
        scopes.scope_type,
        scopes.scope_code,
        cells.kpi,
        cells.kpi_value,
        cells.grade,
        cells.carried_forward
    from {{ ref('int_value_cells') }} as cells
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
