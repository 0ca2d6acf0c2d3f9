{# The head of a breakdown mart, up to its own joins and "where": the figures by the slices that all of them have and by its own
   ("slices", columns of int_breakdowns), which the mart shows as "shown" says. "measured_as" is the
   type of its figures: bigint where all of them count. #}
{% macro breakdown(slices, shown, measured_as='numeric') -%}

{#- Counts repeat themselves, so that an index with what most questions ask of them is no larger, and answers alone. #}
{%- if measured_as == 'bigint' -%}
    {{- config(indexes=[
        {'columns': ['project_code']},
        {'columns': ['period', 'kpi', 'country', 'owner_sex', 'size_class', 'unique_value']}
    ]) -}}
{%- endif -%}

{%- set common = [
    'period', 'kpi', 'country', 'territory_code', 'pillar', 'project_code', 'value_chain', 'isic_section', 'size_class', 'owner_sex'
] -%}
{%- set measures = [
    'valid', 'unique_value', 'evidenced', 'unique_in_country', 'unique_in_pillar', 'unique_in_value_chain'
] -%}
{%- set keys = [] -%}
{%- for column in common + slices + ['is_evidenced'] -%}
    {%- do keys.append('figures.' ~ column) -%}
{%- endfor -%}

select
    {{ slice_key(keys) }} as slice_key,
    figures.period,
    {{ period_end('figures.period') }} as period_end,
    figures.kpi,
    kpis.unit,
    {{ territory_key('figures.country', 'figures.territory_code') }} as territory_key,
    {% for column in common[2:] -%}
        figures.{{ column }},
    {% endfor -%}
    {% for column in shown -%}
        {{ column }},
    {% endfor -%}
    figures.is_evidenced
    {%- for measure in measures %},
    cast(figures.{{ measure }} as {{ measured_as }}) as {{ measure }}
    {%- endfor %}
from {{ ref('int_breakdowns') }} as figures
inner join {{ ref('kpis') }} as kpis on figures.kpi = kpis.kpi

{%- endmacro %}
