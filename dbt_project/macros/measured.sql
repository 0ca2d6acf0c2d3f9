{# A product or quotient of numbers that partners type as a number of the marts; empty where it is too large to be
   one, because a slip in one cell stops no night. #}
{% macro measured(value, scale=6) -%}
    cast(case when abs({{ value }}) < 1e17 then {{ value }} end as numeric(24, {{ scale }}))
{%- endmacro %}
