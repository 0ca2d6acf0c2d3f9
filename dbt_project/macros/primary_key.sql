{# A table's primary key is made when its rows are there: sorted once it costs half of what looking up every row does. #}

{# In place of dbt's own, which writes it into "create table": the columns with what their contract says of each. #}
{% macro postgres__get_table_columns_and_constraints() -%}
    ({{ adapter.render_raw_columns_constraints(raw_columns=model['columns']) | join(', ') }})
{%- endmacro %}

{# After a table is made anew; nothing where its contract names no key. #}
{% macro add_primary_key() -%}
    {%- set key = model.constraints | selectattr('type', 'equalto', 'primary_key') | map(attribute='columns') | first -%}
    {%- if key and model.config.materialized != 'view' and not keeps_rows() -%}
        alter table {{ this }} add primary key ({{ key | join(', ') }})
    {%- endif -%}
{%- endmacro %}
