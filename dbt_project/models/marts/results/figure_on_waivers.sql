-- How much of each figure would not be there without the office's waivers.
{{ config(materialized='view') }}

with

by_enterprise as (

    -- What one report of an enterprise loses another may hold.
    select
        results.period,
        scopes.scope_type,
        scopes.scope_code,
        results.kpi,
        results.enterprise_key,
        sum(scopes.on_waivers) as on_waivers
    from {{ ref('result_on_waivers') }} as results
    cross join lateral (
        values
        ('programme', 'all', results.on_waivers_in_programme),
        ('country', results.country, results.on_waivers_in_country),
        ('pillar', results.pillar, results.on_waivers_in_pillar),
        ('value_chain', results.value_chain, results.on_waivers_in_value_chain),
        ('project', results.project_code, results.on_waivers_in_project)
    ) as scopes (scope_type, scope_code, on_waivers)
    where scopes.scope_code is not null
    group by results.period, scopes.scope_type, scopes.scope_code, results.kpi, results.enterprise_key

),

resting as (

    select
        period,
        scope_type,
        scope_code,
        kpi,
        count(*) as enterprise_count,
        sum(on_waivers) as on_waivers
    from by_enterprise
    where on_waivers != 0
    group by period, scope_type, scope_code, kpi

)

select
    headline.period,
    headline.period_end,
    headline.scope_key,
    headline.scope_type,
    headline.scope_code,
    headline.kpi,
    headline.unit,
    cast(headline.unique_value as numeric(24, 6)) as unique_value,
    coalesce(resting.enterprise_count, 0) as enterprise_count,
    cast(coalesce(resting.on_waivers, 0) as numeric(24, 6)) as on_waivers,
    cast(
        100.0 * coalesce(resting.on_waivers, 0) / nullif(headline.unique_value, 0) as numeric(24, 1)
    ) as on_waivers_percent
from {{ ref('kpi_headline') }} as headline
left join resting
    on
        headline.period = resting.period
        and headline.scope_type = resting.scope_type
        and headline.scope_code = resting.scope_code
        and headline.kpi = resting.kpi
