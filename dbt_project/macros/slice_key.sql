{# Key of a slice whose columns may be empty, which those of a primary key may not: a hash of all of them. #}
{% macro slice_key(columns) -%}
    cast(md5(cast(row({{ columns | join(', ') }}) as text)) as uuid)
{%- endmacro %}
