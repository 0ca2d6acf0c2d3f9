{# Whether an evidence grade means that somebody outside the project has seen proof. #}
{% macro is_evidenced(grade) -%}
    ({{ grade }} in ('A', 'B'))
{%- endmacro %}
