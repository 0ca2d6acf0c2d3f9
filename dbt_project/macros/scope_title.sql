{# What a scope is called in a list of all: its label with its code or its kind, of `scopes` and the labels of their `kinds`. #}
{% macro scope_title(language) -%}
    {%- set label = 'scopes.label_' ~ language -%}
    case scopes.scope_type
        when 'programme' then upper(left({{ label }}, 1)) || substr({{ label }}, 2)
        when 'project' then scopes.scope_code || ' ' || {{ label }}
        else {{ label }} || ' (' || kinds.label_{{ language }} || ')'
    end
{%- endmacro %}
