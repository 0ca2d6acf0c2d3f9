-- Survivorship: of several projects' reports of an enterprise, which one counts in each of its scopes.
{{ config(meta={'rebuilt_by': 'enterprise'}) }}

with

reported as (

    -- Where enterprises are counted, a report that counts comes before one that does not (kpi_value 1 before 0).
    select
        reports.*,
        case when kpis.unit = 'enterprises' then reports.kpi_value end as counted_value
    from {{ ref('int_indicator_values') }} as reports
    inner join {{ ref('kpis') }} as kpis on reports.kpi = kpis.kpi
    where reports.is_shared

),

ranked as (

    select
        *,
        row_number() over (
            partition by as_of_period, kpi, enterprise_key
            order by counted_value desc, grade, period_index desc, project_code
        ) as ranking
    from reported

)

select
    as_of_period,
    project_code,
    enterprise_key,
    kpi,
    ranking = 1 as counts_in_programme,
    ranking = min(ranking) over (partition by as_of_period, kpi, enterprise_key, country) as counts_in_country,
    ranking = min(ranking) over (partition by as_of_period, kpi, enterprise_key, pillar) as counts_in_pillar,
    ranking = min(ranking) over (partition by as_of_period, kpi, enterprise_key, value_chain) as counts_in_value_chain
from ranked
