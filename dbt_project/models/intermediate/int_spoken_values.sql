-- Every value of every report with the scopes in which it is the one that counts for its enterprise.
{{ config(materialized='view') }}

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
    not reports.is_shared or speakers.speaks_for_programme as speaks_for_programme,
    not reports.is_shared or speakers.speaks_for_country as speaks_for_country,
    not reports.is_shared or speakers.speaks_for_pillar as speaks_for_pillar,
    not reports.is_shared or speakers.speaks_for_value_chain as speaks_for_value_chain
from {{ ref('int_indicator_values') }} as reports
left join {{ ref('int_speakers') }} as speakers
    on
        reports.is_shared
        and reports.as_of_period = speakers.as_of_period
        and reports.project_code = speakers.project_code
        and reports.enterprise_key = speakers.enterprise_key
        and reports.kpi = speakers.kpi
        and {{ in_affected_project('speakers.project_code') }}
where {{ in_affected_project('reports.project_code') }}
