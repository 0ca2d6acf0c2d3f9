{# In place of dbt's own, which gives an index a name made of the time: the database finds one that is free, so that the
   statement is the same every night. #}
{% macro postgres__get_create_index_sql(relation, index_dict) -%}
    {%- set index = adapter.parse_index(index_dict) -%}
    create {% if index.unique %}unique {% endif %}index on {{ relation }}
    {% if index.type %}using {{ index.type }} {% endif %}({{ index.columns | join(', ') }})
{%- endmacro %}
