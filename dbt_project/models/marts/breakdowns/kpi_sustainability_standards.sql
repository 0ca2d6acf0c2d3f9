{{ config(
    materialized='incremental',
    meta={'rebuilt_by': 'affected project'},
    indexes=[{'columns': ['project_code']}, {'columns': ['period', 'kpi', 'country']}]
) }}

select
    {{ slice_key([
        'figures.period', 'figures.kpi', 'figures.country', 'figures.territory_code',
        'figures.pillar', 'figures.project_code', 'figures.value_chain', 'figures.isic_section',
        'figures.size_class', 'figures.owner_sex', 'figures.item', 'figures.is_evidenced'
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
    figures.item as standard,
    standards.kind as standard_kind,
    figures.is_evidenced,
    figures.valid,
    figures.unique_value,
    figures.evidenced,
    figures.unique_in_country,
    figures.unique_in_pillar,
    figures.unique_in_value_chain,
    figures.unique_overlapping
from {{ ref('int_breakdowns') }} as figures
inner join {{ ref('kpis') }} as kpis on figures.kpi = kpis.kpi
left join {{ ref('standards') }} as standards on figures.item = standards.standard
where figures.kpi in ('msmes_standards', 'msmes_certified')
