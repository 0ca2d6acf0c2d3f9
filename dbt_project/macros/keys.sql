{# Keys of one column, the same from night to night: what they are made of is known, but slices apart. #}

{# A row of a delivery's sheet. #}
{% macro row_key(submission_id, sheet, row_number) -%}
    {{ submission_id }} || '/{{ sheet }}/' || {{ row_number }}
{%- endmacro %}

{% macro territory_key(country, territory_code) -%}
    {{ country }} || '-' || {{ territory_code }}
{%- endmacro %}

{% macro scope_key(scope_type, scope_code) -%}
    {{ scope_type }} || ':' || {{ scope_code }}
{%- endmacro %}

{# Key of a slice whose columns may be empty, which those of a primary key may not: a hash of all of them. #}
{% macro slice_key(columns) -%}
    md5(cast(row({{ columns | join(', ') }}) as text))
{%- endmacro %}
