{# The codes of a list with their labels, as a dimension of their own. "turn" is their order. #}
{% macro labels_of(code_list) -%}
select
    code as {{ code_list }},
    turn,
    label_es,
    label_pt,
    label_en
from {{ ref('labels') }}
where code_list = '{{ code_list }}'
{%- endmacro %}
