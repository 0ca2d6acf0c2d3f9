-- Every value of every report with the scopes in which it is the one that counts for its enterprise (survivorship).
{{ config(materialized='view', meta={'rebuilt_by': 'affected project'}) }}

select
    reports.as_of_period,
    reports.project_code,
    reports.enterprise_key,
    reports.kpi,
    reports.kpi_value,
    reports.grade,
    reports.period_index,
    reports.pillar,
    reports.country,
    reports.value_chain,
    reports.is_shared,
    not reports.is_shared or survivors.counts_in_programme as counts_in_programme,
    not reports.is_shared or survivors.counts_in_country as counts_in_country,
    not reports.is_shared or survivors.counts_in_pillar as counts_in_pillar,
    not reports.is_shared or survivors.counts_in_value_chain as counts_in_value_chain
from {{ ref('int_indicator_values') }} as reports
left join {{ ref('int_survivorship') }} as survivors
    on
        reports.is_shared
        and reports.as_of_period = survivors.as_of_period
        and reports.project_code = survivors.project_code
        and reports.enterprise_key = survivors.enterprise_key
        and reports.kpi = survivors.kpi
