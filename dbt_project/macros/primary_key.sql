{# A table's primary key is made when its rows are there: sorted once it costs half of what looking up every row does. #}

{# In place of dbt's own, which writes it into "create table": the columns with what their contract says of each. #}
{% macro postgres__get_table_columns_and_constraints() -%}
    ({{ adapter.render_raw_columns_constraints(raw_columns=model['columns']) | join(', ') }})
{%- endmacro %}

{# The columns of the contract's key; nothing where it names none. #}
{% macro primary_key() -%}
    {%- do return(model.constraints | selectattr('type', 'equalto', 'primary_key') | map(attribute='columns') | first) -%}
{%- endmacro %}

{# After a table is made anew. On a distributed PostgreSQL its key takes in the column it is spread by, because nodes look for
   what is unique each for itself. #}
{% macro add_primary_key() -%}
    {%- if model.config.materialized != 'view' and not keeps_rows() and primary_key() -%}
        {%- set key = primary_key() -%}
        {%- set column = distribution_column() if var('is_distributed') -%}
        alter table {{ this }} add primary key ({{ (key if not column or column in key else key + [column]) | join(', ') }})
    {%- endif -%}
{%- endmacro %}
