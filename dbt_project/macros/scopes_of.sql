{#- The scopes a row is in by its columns, for "cross join lateral": a "values" of kind and code. With "counts" also whether it
   is the row that counts there for its enterprise. -#}
{% macro scopes_of(row, counts=false, kinds=['programme', 'country', 'pillar', 'value_chain', 'project']) -%}
    values
    {%- for kind in kinds %}
        ('{{ kind }}', {{ {'programme': "'all'", 'project': row ~ '.project_code'}.get(kind, row ~ '.' ~ kind) }}
        {%- if counts %}, {{ 'true' if kind == 'project' else row ~ '.counts_in_' ~ kind }}{% endif %})
        {%- if not loop.last %},{% endif %}
    {%- endfor %}
{%- endmacro %}
