{# After a table is made anew, on a distributed PostgreSQL such as Citus (variable is_distributed): one that has the project,
   or else the enterprise, in its key is spread by it, so that a project's rows are joined on one node; marts without
   either are on every node. Tables that promise no key go by their columns. On a plain PostgreSQL it does nothing. #}
{% macro distribute() -%}
    {%- if var('is_distributed') and model.config.materialized != 'view' and not keeps_rows() -%}
        {%- set key = model.constraints | selectattr('type', 'equalto', 'primary_key') | map(attribute='columns') | first -%}
        {%- set candidates = key or adapter.get_columns_in_relation(this) | map(attribute='name') | list -%}
        {%- set column = (['project_code', 'enterprise_key'] | select('in', candidates) | first) -%}
        {%- if column -%}
            select create_distributed_table('{{ this }}', '{{ column }}')
        {%- elif key -%}
            select create_reference_table('{{ this }}')
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
