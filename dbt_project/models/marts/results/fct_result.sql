-- What each project's report of an enterprise comes to for each indicator, with what the report says of the enterprise.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'enterprise', 'as_of': 'period'},
    indexes=[{'columns': ['project_code']}, {'columns': ['period', 'kpi', 'country']}]
) }}

select
    md5(concat_ws('|', results.as_of_period, results.kpi, results.project_code, results.enterprise_key)) as result_key,
    results.as_of_period as period,
    {{ period_end('results.as_of_period') }} as period_end,
    results.kpi,
    kpis.unit,
    results.project_code,
    results.enterprise_key,
    results.country,
    {{ territory_key('results.country', 'results.known_territory_code') }} as territory_key,
    results.pillar,
    results.value_chain,
    results.isic_section,
    results.size_class,
    results.owner_sex,
    results.reported_in,
    results.grade as evidence_grade,
    {{ is_evidenced('results.grade') }} as is_evidenced,
    results.kpi_value as valid,
    true as is_valid,
    results.is_shared,
    results.counts_in_programme,
    results.counts_in_country,
    results.counts_in_pillar,
    results.counts_in_value_chain
from {{ ref('int_surviving_values') }} as results
inner join {{ ref('kpis') }} as kpis on results.kpi = kpis.kpi
-- What is 0 does not count. Euros of 0 say that sales were assessable and have not changed.
where results.kpi_value != 0 or kpis.unit = 'EUR'
