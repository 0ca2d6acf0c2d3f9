-- Claimed, valid, unique and evidenced figure of every indicator, by scope and period. Logged, because answers to
-- partners read it while the switch is at work, and after it.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'scope', 'as_of': 'period'},
    indexes=[{'columns': ['scope_type', 'scope_code', 'kpi', 'period']}],
    unlogged=false
) }}

with

all_scopes as (

    select distinct
        as_of_period,
        scope_type,
        scope_code
    from {{ ref('int_scopes') }}

),

figures as (

    select
        as_of_period,
        scope_type,
        scope_code,
        kpi,
        sum(valid) as valid,
        sum(unique_value) as unique_value,
        sum(evidenced) as evidenced
    from {{ ref('int_headline_parts') }}
    group by as_of_period, scope_type, scope_code, kpi

),

complete as (

    select
        scopes.as_of_period as period,
        scopes.scope_type,
        scopes.scope_code,
        kpis.kpi,
        kpis.unit,
        declared.claimed,
        case when not kpis.is_empty_without_values then 0 end as figure_of_nothing,
        figures.valid,
        figures.unique_value,
        figures.evidenced
    from all_scopes as scopes
    cross join {{ ref('kpis') }} as kpis
    left join figures
        on
            scopes.as_of_period = figures.as_of_period
            and scopes.scope_type = figures.scope_type
            and scopes.scope_code = figures.scope_code
            and kpis.kpi = figures.kpi
    left join {{ ref('int_declared_totals') }} as declared
        on
            scopes.as_of_period = declared.as_of_period
            and scopes.scope_type = declared.scope_type
            and scopes.scope_code = declared.scope_code
            and kpis.kpi = declared.kpi

)

select
    period || '/' || {{ scope_key('scope_type', 'scope_code') }} || '/' || kpi as headline_key,
    period,
    {{ period_end('period') }} as period_end,
    {{ scope_key('scope_type', 'scope_code') }} as scope_key,
    scope_type,
    scope_code,
    kpi,
    unit,
    cast(claimed as numeric) as claimed,
    coalesce(valid, figure_of_nothing) as valid,
    coalesce(unique_value, figure_of_nothing) as unique_value,
    coalesce(evidenced, figure_of_nothing) as evidenced
from complete
