-- What each project's report of an enterprise comes to for each indicator, with what the report says of the enterprise.
{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'enterprise'},
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
    reports.country,
    {{ territory_key('territories.country', 'territories.territory_code') }} as territory_key,
    results.pillar,
    reports.value_chain,
    classes.section as isic_section,
    reports.size_class,
    reports.owner_sex,
    reports.period as reported_in,
    results.grade as evidence_grade,
    {{ is_evidenced('results.grade') }} as is_evidenced,
    results.kpi_value as valid,
    results.counts_in_programme,
    results.counts_in_country,
    results.counts_in_pillar,
    results.counts_in_value_chain
from {{ ref('int_surviving_values') }} as results
inner join {{ ref('kpis') }} as kpis on results.kpi = kpis.kpi
inner join {{ ref('int_reports') }} as reports
    on
        results.as_of_period = reports.as_of_period
        and results.project_code = reports.project_code
        and results.enterprise_key = reports.enterprise_key
left join {{ ref('territories') }} as territories
    on
        reports.country = territories.country
        and reports.territory_code = territories.territory_code
left join {{ ref('isic_classes') }} as classes on reports.isic_class = classes.isic_class
-- What is 0 does not count. Euros of 0 say that sales were assessable and have not changed.
where results.kpi_value != 0 or kpis.unit = 'EUR'
