{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'affected project'},
    indexes=[{'columns': ['project_code']}, {'columns': ['period', 'kpi', 'country']}]
) }}

select
    {{ slice_key([
        'figures.period', 'figures.kpi', 'figures.country', 'figures.territory_code',
        'figures.pillar', 'figures.project_code', 'figures.value_chain', 'figures.isic_section',
        'figures.size_class', 'figures.owner_sex', 'figures.change_part', 'figures.is_evidenced'
    ]) }} as slice_key,
    figures.period,
    figures.kpi,
    kpis.unit,
    figures.country,
    figures.territory_code,
    figures.pillar,
    figures.project_code,
    figures.value_chain,
    figures.isic_section,
    figures.size_class,
    figures.owner_sex,
    figures.change_part,
    figures.is_evidenced,
    figures.valid,
    figures.unique_value,
    figures.evidenced,
    figures.unique_in_country,
    figures.unique_in_pillar,
    figures.unique_in_value_chain
from {{ ref('int_breakdowns') }} as figures
inner join {{ ref('kpis') }} as kpis on figures.kpi = kpis.kpi
where
    figures.kpi in (
        'msmes_volume_assessable',
        'msmes_volume_increased',
        'volume_change_real_eur',
        'volume_change_nominal_eur'
    )
