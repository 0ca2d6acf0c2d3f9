-- For enterprises that several projects report: whether a report speaks for its enterprise in each of its scopes.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'enterprise in project'},
    indexes=[{'columns': ['project_code']}]
) }}

with

reported as (

    -- Where enterprises are counted, a report that counts comes before one that does not (kpi_value 1 before 0).
    select
        reports.*,
        case when kpis.unit = 'enterprises' then reports.kpi_value end as counted_value
    from {{ ref('int_indicator_values') }} as reports
    inner join {{ ref('kpis') }} as kpis on reports.kpi = kpis.kpi
    where reports.is_shared and {{ of_affected_enterprise('reports') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by as_of_period, kpi, enterprise_key
            order by counted_value desc, grade, period_index desc, project_code
        ) as turn
    from reported

)

select
    as_of_period,
    project_code,
    enterprise_key,
    kpi,
    turn = 1 as speaks_for_programme,
    turn = min(turn) over (partition by as_of_period, kpi, enterprise_key, country) as speaks_for_country,
    turn = min(turn) over (partition by as_of_period, kpi, enterprise_key, pillar) as speaks_for_pillar,
    turn = min(turn) over (partition by as_of_period, kpi, enterprise_key, value_chain) as speaks_for_value_chain
from ranked
