{# By how much sums of rounded rows may differ from a figure that was rounded once, as a whole: people and enterprises are
   whole and never differ. #}
{% macro tolerance(unit) -%}
    case when {{ unit }} in ('EUR', 'FTE') then 0.01 else 0 end
{%- endmacro %}
