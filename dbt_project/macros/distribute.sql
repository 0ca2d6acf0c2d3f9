{# After a table is made anew, on a distributed PostgreSQL such as Citus (variable is_distributed): one that has the project,
   or else the enterprise, is spread by it, so that a project's rows are joined on one node. Marts without either are on every
   node. On a plain PostgreSQL it does nothing. #}
{% macro distribute() -%}
    {%- if var('is_distributed') and model.config.materialized != 'view' and not keeps_rows() -%}
        {%- set column = distribution_column() -%}
        {%- if column -%}
            select create_distributed_table('{{ this }}', '{{ column }}')
        {%- elif primary_key() -%}
            select create_reference_table('{{ this }}')
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro distribution_column() -%}
    {%- set columns = adapter.get_columns_in_relation(this) | map(attribute='name') | list -%}
    {%- do return(['project_code', 'enterprise_key'] | select('in', columns) | first) -%}
{%- endmacro %}
