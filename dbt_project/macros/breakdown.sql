{# The head of a breakdown mart, up to its own joins and "where": the figures by the slices that all of them have and by its own
   ("slices", columns of int_breakdowns), which the mart shows as "shown" says. #}
{% macro breakdown(slices, shown) -%}

{%- set common = [
    'period', 'kpi', 'country', 'territory_code', 'pillar', 'project_code', 'value_chain', 'isic_section', 'size_class', 'owner_sex'
] -%}
{%- set keys = [] -%}
{%- for column in common + slices + ['is_evidenced'] -%}
    {%- do keys.append('figures.' ~ column) -%}
{%- endfor -%}

select
    {{ slice_key(keys) }} as slice_key,
    figures.period,
    figures.kpi,
    kpis.unit,
    {% for column in common[2:] -%}
        figures.{{ column }},
    {% endfor -%}
    {% for column in shown -%}
        {{ column }},
    {% endfor -%}
    figures.is_evidenced,
    figures.valid,
    figures.unique_value,
    figures.evidenced,
    figures.unique_in_country,
    figures.unique_in_pillar,
    figures.unique_in_value_chain
from {{ ref('int_breakdowns') }} as figures
inner join {{ ref('kpis') }} as kpis on figures.kpi = kpis.kpi

{%- endmacro %}
