-- How far each report has its enterprise come: for which of the stages, from training to more business, it counts it.
{{ config(meta={'rebuilt_by': 'enterprise', 'as_of': 'as_of_period'}) }}

select
    as_of_period,
    project_code,
    enterprise_key,
    country,
    pillar,
    value_chain,
    is_shared,
    bool_or(kpi = 'msmes_trained') as is_trained,
    bool_or(kpi = 'msmes_practices') as has_practice,
    bool_or(kpi = 'msmes_standards') as has_standard,
    bool_or(kpi = 'msmes_volume_increased') as has_more_business
from {{ ref('int_surviving_values') }}
where
    kpi in ('msmes_trained', 'msmes_practices', 'msmes_standards', 'msmes_volume_increased')
    and kpi_value != 0
group by as_of_period, project_code, enterprise_key, country, pillar, value_chain, is_shared
